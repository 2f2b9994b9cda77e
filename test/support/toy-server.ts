// A small server with a real schema for the tests of the HTTP room, which knows no features.
import {
  GraphQLError,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { ApiError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/core/logger.ts';
import type { RequestFacts, RequestScope } from '../../src/core/request-facts.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http/server/http.ts';
import { gate } from './gate.ts';

/** An operation that runs until the test releases it. */
export interface HeldOperation {
  /** Fulfils when `{held}` runs. */
  readonly reached: Promise<void>;
  release(): void;
}

export interface ToyContext {
  readonly scope: RequestScope;
  readonly facts: RequestFacts;
}

export interface Toy {
  readonly server: HttpServer;
  /** What the log received, one parsed line each. */
  readonly lines: Record<string, unknown>[];
  /** How often the mutation ran. */
  readonly writes: { count: number };
  readonly held: HeldOperation;
}

export const exampleDocument = 'query Example {\n  hello(name: "Latchkey")\n}';

function fail(kind: string): never {
  switch (kind) {
    case 'api':
      throw new ApiError('FORBIDDEN', 'Not for you.', {
        reason: 'ADMIN_ONLY',
        details: { coordinate: 'Query.fail', stacktrace: 'hidden' },
      });
    case 'graphql':
      throw new GraphQLError('secret of a library');
    default:
      throw new Error('secret: password=hunter2 lk_live_0123456789ab_ABCDEFGHIJKLMNOPQRSTUVWXYZ012345abcdef');
  }
}

function createQuery(hold: () => Promise<string>): GraphQLObjectType<unknown, ToyContext> {
  const kind = { type: new GraphQLNonNull(GraphQLString) };
  return new GraphQLObjectType<unknown, ToyContext>({
    name: 'Query',
    fields: {
      hello: {
        type: GraphQLString,
        args: { name: { type: GraphQLString } },
        resolve: (_root, args: { name?: string }) => `Hello ${args.name ?? 'you'}`,
      },
      page: {
        type: GraphQLInt,
        args: { first: { type: new GraphQLNonNull(GraphQLInt), defaultValue: 50 } },
        resolve: (_root, args: { first: number }) => args.first,
      },
      credential: {
        type: GraphQLString,
        // On a socket every header is a list, by inject a text.
        resolve: (_root, _args, ctx) => [ctx.facts.headers['authorization']].flat().join(' AND '),
      },
      ip: { type: GraphQLString, resolve: (_root, _args, ctx) => ctx.facts.ip },
      idempotencyKey: { type: GraphQLString, resolve: (_root, _args, ctx) => ctx.facts.idempotencyKey },
      fail: {
        type: GraphQLString,
        args: { kind },
        resolve: (_root, args: { kind: string }) => fail(args.kind),
      },
      failHard: { type: new GraphQLNonNull(GraphQLString), resolve: () => fail('defect') },
      big: {
        type: GraphQLString,
        args: { megabytes: { type: new GraphQLNonNull(GraphQLInt) } },
        resolve: (_root, args: { megabytes: number }) => 'x'.repeat(args.megabytes * 1_000_000),
      },
      held: { type: GraphQLString, resolve: () => hold() },
    },
  });
}

export function createToySchema(
  writes: { count: number },
  hold: () => Promise<string> = async () => 'done',
): GraphQLSchema {
  const input = new GraphQLInputObjectType({
    name: 'WriteInput',
    fields: {
      name: { type: new GraphQLNonNull(GraphQLString) },
      tags: { type: new GraphQLList(GraphQLString) },
    },
  });
  const mutation = new GraphQLObjectType({
    name: 'Mutation',
    fields: { write: { type: GraphQLInt, args: { input: { type: input } }, resolve: () => ++writes.count } },
  });
  return new GraphQLSchema({ query: createQuery(hold), mutation });
}

export async function createToy(changes: Partial<HttpServerOptions<ToyContext>> = {}): Promise<Toy> {
  const lines: Record<string, unknown>[] = [];
  const writes = { count: 0 };
  const [reached, released] = [gate(), gate()];
  const hold = async () => {
    reached.open();
    await released.passed;
    return 'done';
  };
  const server = await createHttpServer<ToyContext>({
    schema: createToySchema(writes, hold),
    plugins: [],
    createContext: async (facts) => ({ scope: facts.scope, facts }),
    schemaFor: async () => null,
    surfaces: [],
    isReady: async () => ({ ready: true, checks: { store: 'ok' } }),
    isStoreResponsive: async () => true,
    logger: createLogger({
      level: 'debug',
      destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    }),
    introspection: 'public',
    corsOrigins: [],
    trustProxyHops: 0,
    exampleDocument,
    exampleFiles: [],
    ...changes,
  });
  return { server, lines, writes, held: { reached: reached.passed, release: released.open } };
}

/** One error as every answer carries it. */
export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly unknown[];
  readonly extensions: Readonly<Record<string, unknown>> & {
    readonly code: string;
    readonly requestId: string;
  };
}

export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly AnswerError[];
}
