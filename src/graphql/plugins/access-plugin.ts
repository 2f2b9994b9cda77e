// The gate in Apollo's request: decides each operation once, before any resolver runs; writes the denials into the
// answer; and asks before sending whether the key has been ended meanwhile.
import type {
  ApolloServerPlugin,
  GraphQLRequestContext,
  GraphQLRequestListener,
  GraphQLResponse,
} from '@apollo/server';
import { getOperationAST, type GraphQLError, type GraphQLFormattedError } from 'graphql';
import {
  costOf,
  foretell,
  operationError,
  pathError,
  usedCoordinates,
  withPartMarks,
  withWholeMark,
  type Decision,
  type Gate,
  type OperationPlan,
} from '../../access/policy/index.ts';
import { ApiError } from '../../core/errors.ts';
import { HeaderMap } from '../request/apollo-packages.ts';
import type { ServedContext } from '../context.ts';
import { errorPathsOf, indexedErrors } from '../errors/error-paths.ts';
import { assertWithinLimits } from '../precheck/limits.ts';

export interface AccessPluginOptions {
  readonly gate: Gate;
  /** Throws UNAUTHENTICATED when the caller's credential has ended since the request came. */
  assertStillValid(context: ServedContext): Promise<void>;
}

const written = new WeakMap<Decision, readonly GraphQLFormattedError[]>();

/** The same error objects each time that a decision is used again, so that their form is found once (format-error.ts). */
function formatted(decision: Decision): readonly GraphQLFormattedError[] {
  let errors = written.get(decision);
  if (!errors) written.set(decision, (errors = decision.denials.map(pathError) as GraphQLFormattedError[]));
  return errors;
}

/** Everything was denied: the answer is the errors alone. */
function forbidden(decision: Decision): GraphQLResponse {
  return {
    http: { status: 403, headers: new HeaderMap() },
    body: { kind: 'single', singleResult: { errors: formatted(decision) } },
  };
}

/** Only beside data: an operation whose variables do not fit did not run, and denied nothing. */
function addErrors({ body }: GraphQLResponse, decision: Decision, isIndexed: boolean): void {
  if (body.kind !== 'single' || body.singleResult.data === undefined) return;
  const { data, errors: others = [] } = body.singleResult;
  const errors = isIndexed ? indexedErrors(formatted(decision), data) : formatted(decision);
  if (errors.length > 0) body.singleResult.errors = [...errors, ...others];
}

/**
 * Answers a query whose key was revoked while it ran, or could not be checked: no data, and the status of any other
 * such request. Nothing is thrown on, because Apollo would put an error of its own in its place.
 */
function replaceBy(response: GraphQLResponse, error: unknown): void {
  const { httpStatus, headers } = error instanceof ApiError ? error : { httpStatus: 500, headers: [] };
  response.http.status = httpStatus;
  for (const [name, value] of headers) response.http.headers.set(name.toLowerCase(), value);
  response.body = { kind: 'single', singleResult: { errors: [error as GraphQLFormattedError] } };
}

/**
 * An error below some field says nothing about the others: where anything was answered, or done, the answer is a 200.
 * Apollo takes the status and the headers of any error for those of the whole.
 */
function keepStatus({ http, body }: GraphQLResponse): void {
  if (body.kind !== 'single' || !body.singleResult.data) return;
  if (Object.values(body.singleResult.data).every((value) => value === null)) return;
  http.status = 200;
  for (const name of ['retry-after', 'www-authenticate']) http.headers.delete(name);
}

/**
 * The store was away and nothing was answered: whether the key is still good makes no difference, and asking a store that
 * keeps silent would make the caller wait a second time.
 */
function wasLeftUnanswered({ body }: GraphQLResponse, errors: readonly GraphQLError[] | undefined): boolean {
  if (!errors?.some(({ extensions }) => extensions['code'] === 'SERVICE_UNAVAILABLE')) return false;
  if (body.kind !== 'single') return false;
  return Object.values(body.singleResult.data ?? {}).every((value) => value === null);
}

/**
 * What a run asks for. Of an operation that is chosen by scopes, what only its parts ask for is marked; so is a query that is answered
 * as a whole or not at all.
 */
function usedIn(
  { policy, plan: planOf }: Gate,
  { chosen }: ServedContext,
  plan: OperationPlan,
  variables: Readonly<Record<string, unknown>>,
): readonly string[] {
  let used = usedCoordinates(policy, plan, variables);
  if (chosen?.least) {
    const { document, openedBy } = chosen.least;
    const least = planOf(document, getOperationAST(document)!);
    used = withPartMarks(used, { used: usedCoordinates(policy, least, variables), openedBy });
  }
  return chosen?.isStrict && plan.type === 'query' ? withWholeMark(used) : used;
}

/** For the records: what was asked for, and what narrower scopes would have done, if the key is tried with some. */
function noteUse(
  context: ServedContext,
  gate: Gate,
  plan: OperationPlan,
  variables: Readonly<Record<string, unknown>>,
): void {
  const { scope, principal } = context;
  if (!scope.ran || principal.kind !== 'API_KEY') return;
  const used = usedIn(gate, context, plan, variables);
  scope.ran = { ...scope.ran, used };
  if (!principal.trial) return;
  const { scopes, since } = principal.trial;
  const { missing } = foretell(gate.policy, used, principal.scopes, new Set(scopes));
  scope.tried = { since, isRefused: missing.length > 0 };
}

function listener({ gate, assertStillValid }: AccessPluginOptions): GraphQLRequestListener<ServedContext> {
  let decision: Decision | undefined;
  let isIndexed = false;
  return {
    async didResolveOperation({ document, operation, request, contextValue, schema }) {
      if (!operation) return;
      contextValue.scope.ran = { document, operation };
      isIndexed = errorPathsOf(request) === 'indexed';
      const variables = request.variables ?? {};
      const plan = gate.plan(document, operation);
      assertWithinLimits(schema, plan, variables);
      const cost = costOf(plan, variables);
      contextValue.scope.cost = cost;
      // Charged before the decision, so that asking for what is denied is not free.
      await contextValue.limits.charge(cost);
      noteUse(contextValue, gate, plan, variables);
      decision = await gate.decide(plan, contextValue.principal, variables);
      // All or nothing: a mutation of which any part is denied runs no part, and so with a query when its surface says so.
      const isWhole = plan.type === 'mutation' || contextValue.chosen?.isStrict === true;
      if (isWhole && decision.denials.length > 0) throw operationError(decision.denials);
      contextValue.decision = decision;
      if (!decision.isEverythingDenied) await contextValue.scope.weigh?.(cost);
    },
    async responseForOperation() {
      return decision?.isEverythingDenied ? forbidden(decision) : null;
    },
    async willSendResponse({ response, contextValue, operation, errors }) {
      await contextValue.limits.settleRows();
      // A revoked key is always a 401, whatever other errors the answer carries.
      if (!errors?.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')) keepStatus(response);
      if (!decision || operation?.operation !== 'query' || decision.isEverythingDenied) return;
      try {
        if (!wasLeftUnanswered(response, errors)) await assertStillValid(contextValue);
        if (decision.denials.length > 0) addErrors(response, decision, isIndexed);
      } catch (error) {
        replaceBy(response, error);
      }
    },
  };
}

export function accessPlugin(options: AccessPluginOptions): ApolloServerPlugin<ServedContext> {
  return { requestDidStart: async (_request: GraphQLRequestContext<ServedContext>) => listener(options) };
}
