// The server's own decision in process: the access plugin itself, called at the points where Apollo calls it, without
// HTTP around it.
import { HeaderMap, type GraphQLResponse } from '@apollo/server';
import { execute, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { Context } from '../../../src/access/context.ts';
import type { Gate } from '../../../src/access/policy/index.ts';
import { ApiError } from '../../../src/core/errors.ts';
import { accessPlugin } from '../../../src/graphql/plugins/access-plugin.ts';
import type { ServedContext } from '../../../src/graphql/context.ts';
import type { OracleRequest, Outcome } from './outcome.ts';

export interface Enforcement {
  /** With guards. */
  readonly schema: GraphQLSchema;
  readonly gate: Gate;
}

interface AnyError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

const keyOf = (path: readonly (string | number)[] = []) =>
  path.map((step) => (typeof step === 'number' ? '@' : step)).join('.');

/** Also for answers that came by HTTP. */
export function outcomeOfAnswer(data: unknown, errors: readonly AnyError[] = [], isRefused = false): Outcome {
  const isDenial = ({ extensions, path }: AnyError) =>
    path !== undefined && extensions?.['reason'] !== undefined && extensions['code'] === 'FORBIDDEN';
  const others = errors.filter((error) => !isDenial(error));
  return {
    data: data ?? null,
    denied: new Set(errors.filter(isDenial).map(({ path }) => keyOf(path))),
    otherErrors: [...new Set(others.map(({ path, message }) => `${keyOf(path)}: ${message}`))].sort(),
    isRefused,
  };
}

/** A mutation that was refused as a whole: its one error lists the paths. */
export function outcomeOfRefusal({ extensions = {} }: Pick<AnyError, 'extensions'>): Outcome {
  const denied = extensions['denied'] as readonly { readonly path: readonly string[] }[];
  return {
    data: null,
    denied: new Set(denied.map(({ path }) => keyOf(path))),
    otherErrors: [],
    isRefused: true,
  };
}

function bodyOf(response: GraphQLResponse) {
  if (response.body.kind !== 'single') throw new Error('An answer in parts.');
  return response.body.singleResult;
}

/** Runs an operation of a valid document. Throws what the server would answer with 400 or 500. */
export async function runEnforced(
  { schema, gate }: Enforcement,
  { document, operationName, variables }: OracleRequest,
  context: Context,
): Promise<Outcome> {
  const plugin = accessPlugin({ gate, assertStillValid: async () => {} });
  const operation = document.definitions.find(
    (one) => one.kind === 'OperationDefinition' && one.name?.value === operationName,
  );
  const contextValue: ServedContext = Object.assign(context, {
    scope: { requestId: 'oracle', ending: new AbortController() },
    persistedQuery: null,
    chosen: null,
    parsed: null,
  });
  const apollo = {
    document,
    operation,
    operationName,
    schema,
    request: { variables },
    contextValue,
  };
  const listener = (await plugin.requestDidStart!(apollo as never))!;
  try {
    await listener.didResolveOperation!(apollo as never);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'FORBIDDEN') return outcomeOfRefusal(error);
    throw error;
  }
  const early = await listener.responseForOperation!(apollo as never);
  if (early) return outcomeOfAnswer(null, bodyOf(early).errors, true);
  const { data, errors } = await execute({
    ...{ schema, document, operationName, variableValues: variables, contextValue },
  });
  const singleResult = {
    ...(data === undefined ? {} : { data }),
    ...(errors ? { errors: errors as readonly GraphQLFormattedError[] } : {}),
  };
  const http = { status: undefined, headers: new HeaderMap() };
  const response = { http, body: { kind: 'single', singleResult } } as unknown as GraphQLResponse;
  await listener.willSendResponse!({ ...apollo, response, errors } as never);
  return outcomeOfAnswer(bodyOf(response).data, bodyOf(response).errors);
}
