// A whole server on a real store of its own, with a clock that a test sets, and a ladder to seed it:
// `(await house.workspace()).key('read:customers')`.
import { pino, type Logger } from 'pino';
import { createApp, type App, type AppOptions } from '../../src/app.ts';
import type { CostReport } from '../../src/access/rate-limit/index.ts';
import { systemContext } from '../../src/access/system-context.ts';
import { readConfig, type Config } from '../../src/config/config.ts';
import type { Meter } from '../../src/core/meter.ts';
import type { Tracer } from '../../src/core/tracer.ts';
import type { DatabaseOptions } from '../../src/db/store/database.ts';
import type { CompiledExecution } from '../../src/graphql/execution/execute.ts';
import { createApiKey } from '../../src/features/api-keys/index.ts';
import { createWorkspace } from '../../src/features/users/index.ts';
import { createVenue } from '../../src/features/venues/venue.service.ts';
import { createCustomer } from '../../src/features/customers/customer.service.ts';
import { newMigratedEngine, type Engine } from './engines.ts';
import { testScheduler, type TestScheduler } from './scheduler.ts';

export interface TestClock {
  nowMs(): number;
  /** Moves the time; never runs by itself. */
  advance(ms: number): void;
}

export function testClock(startMs = Date.parse('2026-06-01T12:00:00.000Z')): TestClock {
  let now = startMs;
  return { nowMs: () => now, advance: (ms) => void (now += ms) };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape and compare what they find.
  readonly data: any;
  readonly errors: readonly AnsweredError[] | undefined;
  /** The body without `extensions.cost`: what is left of a budget is another number each time. */
  readonly text: string;
  /** `extensions.cost`. */
  readonly cost?: CostReport;
}

export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

export type Variables = Readonly<Record<string, unknown>>;
export type Headers = Readonly<Record<string, string>>;

/** Someone who calls: with a key, a token or nothing. */
export interface Caller {
  send(query: string, variables?: Variables, operationName?: string): Promise<Answer>;
}
export interface KeyCaller extends Caller {
  readonly secret: string;
  readonly apiKeyId: string;
}

export interface TestWorkspace {
  readonly workspaceId: string;
  readonly ownerEmail: string;
  readonly ownerPassword: string;
  /** A key with these scopes (none is possible here, though not through the API). */
  key(...scopes: string[]): Promise<KeyCaller>;
  /** A key with these scopes that sees only these venues. */
  venueKey(venueIds: readonly string[], ...scopes: string[]): Promise<KeyCaller>;
  /** The owner, signed in. */
  owner(): Promise<Caller>;
  venue(name?: string): Promise<string>;
  customer(input?: { name?: string; email?: string; venueIds?: string[] }): Promise<string>;
}

export interface TestHouse {
  readonly app: App;
  readonly clock: TestClock;
  readonly engine: Engine;
  readonly statements: string[];
  /** The background jobs of this server. None of them runs by itself. */
  readonly scheduler: TestScheduler;
  send(headers: Headers, query: string, variables?: Variables, operationName?: string): Promise<Answer>;
  workspace(name?: string): Promise<TestWorkspace>;
  close(): Promise<void>;
}

export const testSecrets = {
  jwtSecrets: ['a-secret-for-tests-of-at-least-32-characters'] as [string],
  keyPepper: 'a-pepper-for-tests-of-at-least-32-characters',
};

/** `always` or `never`, so that the whole suite can be run in either. */
const executionOfThisRun = (process.env['LATCHKEY_TEST_EXECUTION'] ?? 'auto') as CompiledExecution;

/** The clock of a test stands still, so that nothing that was counted ever grows old. Tests of limits set their own. */
export const noLimits = {
  RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000',
  RATE_LIMIT_COST_PER_MINUTE: '999999999999',
};

let counter = 0;

export interface HouseOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: TestClock;
  /** Opens a second server on the store of another house. */
  readonly sharing?: TestHouse;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Told of statements and transactions before they run; they wait for it. */
  readonly database?: DatabaseOptions;
  readonly meter?: Meter;
  readonly tracer?: Tracer;
  /** Default: what LATCHKEY_TEST_EXECUTION says, or auto. */
  readonly compiledExecution?: CompiledExecution;
  /** Default: minutes, so that no operation is ended because the machine is busy with something else. */
  readonly operationLimitMs?: number;
  /** Puts other parts in the place of those that refuse. */
  readonly enforcement?: NonNullable<AppOptions['enforcement']>;
}

export async function openTestHouse(
  engineName: Engine['name'],
  options: HouseOptions = {},
): Promise<TestHouse> {
  const engine = options.sharing?.engine ?? (await newMigratedEngine(engineName));
  const config: Config = readConfig({ DATABASE_URL: engine.url, DEMO: '0', ...noLimits, ...options.env });
  const clock = options.clock ?? options.sharing?.clock ?? testClock();
  const statements: string[] = [];
  const scheduler = testScheduler();
  const app = await createApp({
    ...{ config, clock, scheduler },
    secrets: testSecrets,
    compiledExecution: options.compiledExecution ?? executionOfThisRun,
    logger: options.logger ?? pino({ level: 'silent' }),
    operationLimitMs: options.operationLimitMs ?? 240_000,
    ...(options.enforcement ? { enforcement: options.enforcement } : {}),
    ...(options.meter ? { meter: options.meter } : {}),
    ...(options.tracer ? { tracer: options.tracer } : {}),
    database: {
      ...options.database,
      onStatement: (text, values) => {
        statements.push(text);
        return options.database?.onStatement?.(text, values);
      },
    },
  });
  const house: TestHouse = {
    app,
    clock,
    engine,
    statements,
    scheduler,
    send: (headers, query, variables, operationName) =>
      send(app, headers, { query, variables, operationName }),
    workspace: (name) => makeWorkspace(house, name),
    async close() {
      await app.close();
      if (!options.sharing) await engine.remove();
    },
  };
  return house;
}

export async function send(app: App, headers: Headers, body: unknown): Promise<Answer> {
  const response = await app.http.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
  const { extensions, ...parsed } = JSON.parse(response.body) as {
    data?: unknown;
    errors?: AnsweredError[];
    extensions?: { cost: CostReport };
  };
  const { data, errors } = parsed;
  const text = extensions ? JSON.stringify(parsed) : response.body;
  const cost = extensions ? { cost: extensions.cost } : {};
  return { status: response.statusCode, headers: response.headers, data, errors, text, ...cost };
}

export const bearer = (credential: string): Headers => ({ authorization: `Bearer ${credential}` });

async function makeWorkspace(house: TestHouse, name?: string): Promise<TestWorkspace> {
  counter += 1;
  const ownerEmail = `owner${counter}@test.example`;
  const ownerPassword = `a long password ${counter}`;
  const { app } = house;
  const input = { name: name ?? `Workspace ${counter}`, email: ownerEmail, password: ownerPassword };
  const { workspaceId } = await createWorkspace(app, input);
  const context = systemContext(app, workspaceId);
  const callerWith = (credential: string): Caller => ({
    send: (query, variables, operationName) =>
      house.send(bearer(credential), query, variables, operationName),
  });
  const makeKey = async (
    scopes: readonly string[],
    venueIds: readonly string[] | null,
  ): Promise<KeyCaller> => {
    const restriction = venueIds ? { venueIds: [...venueIds] } : {};
    const made = await createApiKey(context, { label: 'test', scopes: [...scopes], ...restriction });
    if (!('secret' in made)) throw new Error(JSON.stringify(made.userErrors));
    return { ...callerWith(made.secret), secret: made.secret, apiKeyId: made.apiKeyId };
  };
  return {
    workspaceId,
    ownerEmail,
    ownerPassword,
    key: (...scopes) => makeKey(scopes, null),
    venueKey: (venueIds, ...scopes) => makeKey(scopes, venueIds),
    async owner() {
      const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
      const answer = await house.send({}, login, { input: { email: ownerEmail, password: ownerPassword } });
      return callerWith((answer.data as { login: { token: string } }).login.token);
    },
    async venue(venueName = 'Venue') {
      const made = await createVenue(context, { name: venueName, timezone: 'Europe/Berlin' });
      return (made as { venueId: string }).venueId;
    },
    async customer(values = {}) {
      const made = await createCustomer(context, { name: 'Customer', ...values });
      return (made as { customerId: string }).customerId;
    },
  };
}
