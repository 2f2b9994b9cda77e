// One request of MCP on its way through the door of GraphQL. Every answer passes it, so that a credential is checked, a request is
// charged and a line is logged whatever was asked for.
import { ApiError } from '../core/errors.ts';
import type { KnownPrincipal, Principal } from '../core/principal.ts';
import type { NamedRequest, RequestFacts, SentOperation } from '../core/request-facts.ts';
import type { OperationAnswer, RunOperation } from '../graphql/run-operation.ts';
import type { SurfaceRequest } from '../http/surface.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What runs for a caller; may throw an ApiError, which becomes the answer. */
type Choose = (principal: Principal) => SentOperation;

/** What is asked where nothing else is to be run: who calls. */
const identity: SentOperation = {
  ...{ query: 'query McpMessage { viewer { kind } }', operationName: 'McpMessage' },
};

export class Exchange {
  /** What the door answered last; null = it was not entered yet. */
  answer: OperationAnswer | null = null;
  /** Who calls, once it was asked. */
  principal: KnownPrincipal | null = null;
  /** Whether a tool was called, whose result tells what was refused. */
  isTool = false;
  /** Whether a tool was called that there is not. */
  isUnknownTool = false;
  /** What is to be told as a fault of the server, in the place of anything else. */
  failure: { readonly error: unknown } | null = null;

  constructor(
    readonly request: SurfaceRequest,
    private readonly run: RunOperation,
  ) {}

  /** Runs an operation for the caller. `operation` is what a caller without a credential is refused by. */
  async enter(
    operation: SentOperation,
    choose: Choose,
    given: { readonly variables?: Variables; readonly idempotencyKey?: string } = {},
  ): Promise<OperationAnswer> {
    const { caller, facts, whenGone } = this.request;
    const { variables = {}, idempotencyKey } = given;
    const asked: RequestFacts = {
      ...facts,
      ...{ operation, choose },
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
    this.answer = await this.run({ caller, variables, whenGone, facts: asked });
    return this.answer;
  }

  /** Runs an operation that the workspace keeps, by its name. */
  async enterNamed(
    stored: NamedRequest,
    given: { readonly idempotencyKey?: string },
  ): Promise<OperationAnswer> {
    const { caller, facts, whenGone } = this.request;
    this.answer = await this.run({ caller, whenGone, facts: { ...facts, ...given, stored } });
    return this.answer;
  }

  /** Asks who calls. When the caller was refused, `answer` tells it. */
  async identify(): Promise<void> {
    const whenKnown = (principal: Principal) => {
      if (principal.kind !== 'ANONYMOUS') this.principal = principal;
    };
    const { caller, facts, whenGone } = this.request;
    const asked = { ...facts, operation: identity, whenKnown };
    this.answer = await this.run({ caller, whenGone, facts: asked });
    // It is answered what it asked for, so it is not counted as denied.
    if (this.isPinned(this.answer))
      Object.assign(facts.scope, { outcome: 'ok', reason: undefined, missing: [] });
  }

  /**
   * Checks the credential and nothing else: nothing is charged, and `answer` stays what it was. Of a caller who may not call
   * (any more) `answer` tells it, and `principal` is null.
   */
  async authenticate(): Promise<KnownPrincipal | null> {
    const { caller, facts, whenGone } = this.request;
    const { outcome, reason } = facts.scope;
    let known = null as KnownPrincipal | null;
    const whenKnown = (principal: Principal) => {
      if (principal.kind === 'ANONYMOUS') return;
      known = principal;
      throw new ApiError('BAD_REQUEST', 'The credential was checked, and nothing else was asked.');
    };
    const answer = await this.run({ caller, whenGone, facts: { ...facts, operation: identity, whenKnown } });
    this.principal = known;
    // The line in the log is about what is asked for, before or after this.
    if (known) Object.assign(facts.scope, { outcome, reason });
    else this.answer = answer;
    return known;
  }

  /**
   * Why the caller gets no answer; null = it gets one. A pinned key may not ask who it is, and is told so only when it is known: it
   * may still shake hands, and see the tools that it is pinned to.
   */
  get refusal(): OperationAnswer | null {
    const { answer, isTool } = this;
    if (!answer || answer.status < 400) return null;
    // 401 is for the client to see, and not for the model. What else is refused is told by the tool, when one was called.
    if (isTool && answer.status !== 401) return null;
    return this.isPinned(answer) ? null : answer;
  }

  /** Whether it says no more than that a known key is pinned. */
  private isPinned({ result }: OperationAnswer): boolean {
    const { principal } = this;
    const reason = result.errors?.[0]?.extensions?.['reason'];
    return principal?.kind === 'API_KEY' && principal.operationIds !== null && reason === 'KEY_PINNED';
  }
}
