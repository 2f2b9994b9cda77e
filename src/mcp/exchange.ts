// One request of MCP on its way through the door of GraphQL. Every answer passes it, so that a credential is checked, a request is
// charged and a line is logged whatever was asked for.
import { parse } from 'graphql';
import type { Principal } from '../core/principal.ts';
import type { RequestFacts, SentOperation } from '../core/request-facts.ts';
import type { OperationAnswer, RunOperation } from '../graphql/run-operation.ts';
import type { SurfaceRequest } from '../http/surface.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What runs for a caller; may throw an ApiError, which becomes the answer. */
type Choose = (principal: Principal) => SentOperation;

/** What is asked where nothing else is to be run: who calls. */
const identity = 'query McpMessage { viewer { kind } }';
const identityDocument: SentOperation = {
  ...{ query: identity, document: parse(identity), operationName: 'McpMessage' },
};

export class Exchange {
  /** What the door answered last; null = it was not entered yet. */
  answer: OperationAnswer | null = null;
  /** Who calls, once it was asked. */
  principal: Principal | null = null;
  /** Whether a tool was called, whose result tells what was refused. */
  isTool = false;
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

  /** Asks who calls. When the caller was refused, `answer` tells it. */
  async identify(): Promise<void> {
    await this.enter(identityDocument, (principal) => {
      this.principal = principal;
      return identityDocument;
    });
  }
}
