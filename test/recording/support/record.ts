// Sends the requests to fresh servers with a fixed clock and fixed random numbers, and writes down what came of each: the
// answer, the line in the log, what the tracer and the meter were told. Ids and times are replaced by signs.
import { createHash } from 'node:crypto';
import { systemContext } from '../../../src/access/system-context.ts';
import { createLogger } from '../../../src/core/logger.ts';
import type { Meter } from '../../../src/core/meter.ts';
import type { Tracer } from '../../../src/core/tracer.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import type { CompiledExecution } from '../../../src/graphql/execution/execute.ts';
import { exampleIds } from '../../support/example-variables.ts';
import {
  bearer,
  openTestHouse,
  testClock,
  type Headers,
  type HouseOptions,
  type TestHouse,
} from '../../support/house.ts';
import { colleague, keyAdmin, withOtherSecret } from '../../support/keys.ts';
import { seedRandomness } from './randomness.ts';
import * as requests from './requests.ts';
import type { Callers, Recorded, Server } from './requests.ts';

/** Where a recording is written to; undefined = nowhere. */
export const recordingFile = process.env['LATCHKEY_RECORDING'];
/** Answers longer than this (pages and their scripts) are kept as their hash. */
const longestKept = 20_000;

/** What the servers tell while they answer, by request id. */
class Told {
  readonly lines = new Map<string, string[]>();

  add(requestId: string, line: string): void {
    this.lines.set(requestId, [...(this.lines.get(requestId) ?? []), line]);
  }

  readonly logger = createLogger({
    level: 'debug',
    destination: {
      write: (text: string) => {
        const { requestId = '', ...line } = JSON.parse(text) as Record<string, unknown>;
        for (const name of ['time', 'durationMs', 'pid', 'hostname', 'err']) delete line[name];
        this.add(String(requestId), `log ${JSON.stringify(line)}`);
      },
    },
  });

  readonly tracer: Tracer = {
    begin: (request) => {
      const events = [`begin ${JSON.stringify(request)}`];
      return {
        traceId: 'f'.repeat(32),
        run: (work) => work(),
        beginOperation: () => void events.push('beginOperation'),
        endOperation: ({ operation, operationName, cost, outcome, reason }) =>
          void events.push(
            `endOperation ${JSON.stringify({ operation, operationName, cost, outcome, reason })}`,
          ),
        beginStatement: () => () => undefined,
        end: ({ requestId, status, caller, outcome }) => {
          for (const event of [...events, `end ${JSON.stringify({ status, caller, outcome })}`])
            this.add(requestId, `trace ${event}`);
        },
      };
    },
    close: async () => undefined,
  };

  readonly metered: string[] = [];
  readonly meter: Meter = {
    request: ({ operation, status, outcome }) => void this.metered.push(`${operation} ${status} ${outcome}`),
    decision: () => undefined,
    statement: () => undefined,
    waitingWrites: () => undefined,
    limiter: () => undefined,
    requestLogDropped: () => undefined,
    usageDropped: () => undefined,
    readsDropped: () => undefined,
  };
}

/** Replaces what differs from run to run. Ids get the number of their first appearance in this answer. */
function withSigns(text: string): string {
  const seen = new Map<string, string>();
  const sign = (kind: string) => (found: string) => {
    if (!seen.has(found)) seen.set(found, `<${kind} ${seen.size}>`);
    return seen.get(found)!;
  };
  return (
    text
      .replaceAll(/\b[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}\b/g, sign('id'))
      .replaceAll(/lk_(live|test)_[0-9a-f]{12}(_[0-9A-Za-z]{38})?/g, sign('key'))
      // The helpers of the tests count their users through all recordings of a process.
      .replaceAll(/\b(owner|example|colleague)\d+@/g, sign('user'))
      .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, sign('uuid'))
      .replaceAll(/nonce(-|=")[0-9a-f]{64}/g, 'nonce$1<nonce>')
      .replaceAll(/"(endCursor|startCursor|cursor)":"[^"]+"/g, '"$1":"<cursor>"')
      .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>')
  );
}

function bodyOf(text: string): string {
  const signed = withSigns(text);
  return signed.length <= longestKept
    ? signed
    : `sha256 ${createHash('sha256').update(signed).digest('hex')}`;
}

const ownHeaders = new Set(['date', 'content-length', 'x-request-id']);

class Recorder {
  readonly told = new Told();
  private readonly clock = testClock();
  private readonly servers = new Map<Server, TestHouse>();
  private readonly entries: { readonly id: string; readonly text: string }[] = [];
  house!: TestHouse;

  async open(engine: 'sqlite' | 'postgres', compiledExecution: CompiledExecution): Promise<void> {
    const { logger, tracer, meter } = this.told;
    const common: HouseOptions = { clock: this.clock, compiledExecution, logger, tracer, meter };
    const settings: Record<Server, Record<string, string>> = {
      keys: { INTROSPECTION: 'keys', KEY_ESCROW_SECRET: 'e'.repeat(32) },
      public: { INTROSPECTION: 'public', CORS_ORIGINS: 'https://app.example' },
      off: { INTROSPECTION: 'off' },
      limited: { RATE_LIMIT_REQUESTS_PER_MINUTE: '6', RATE_LIMIT_COST_PER_MINUTE: '2000' },
    };
    for (const server of ['keys', 'public', 'off', 'limited'] as const) {
      const sharing = server === 'keys' ? {} : { sharing: this.house };
      const house = await openTestHouse(engine, { ...common, ...sharing, env: settings[server] });
      if (server === 'keys') this.house = house;
      this.servers.set(server, house);
    }
  }

  /** One after the other, a second apart. */
  async send(request: Recorded): Promise<void> {
    const { name, server, method, url, headers, body } = request;
    if (server !== 'limited') this.clock.advance(1_000);
    const id = `recorded-${this.entries.length}`;
    const { app } = this.servers.get(server)!;
    const response = await app.http.inject({
      method: method as 'GET',
      url,
      headers: { 'x-request-id': id, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const kept = Object.entries(response.headers).filter(([header]) => !ownHeaders.has(header));
    const lines = kept
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([header, value]) => `${header}: ${String(value)}`);
    const head = `# ${this.entries.length} ${name} (${server})\n${response.statusCode}`;
    this.entries.push({ id, text: [head, ...lines.map(withSigns), bodyOf(response.body)].join('\n') });
  }

  async close(): Promise<string[]> {
    for (const house of [...this.servers.values()].reverse()) await house.close();
    const toldOf = (id: string) => (this.told.lines.get(id) ?? []).map(withSigns);
    const answers = this.entries.map(({ id, text }) => [text, ...toldOf(id)].join('\n'));
    return [...answers, ...new Set(this.told.metered.sort().map((line) => `meter ${line}`))];
  }
}

const everyScope = ['customers', 'inquiries', 'followups', 'venues', 'treatments', 'bookings'].flatMap(
  (what) => [`read:${what}`, `write:${what}`],
);

async function prepare(recorder: Recorder) {
  const { house } = recorder;
  const workspace = await house.workspace('Recorded');
  await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers: 60, seed: 1 });
  const other = await house.workspace('Another');
  const admin = keyAdmin(house, workspace);
  const owner = await workspace.owner();
  const member = await colleague(house, owner, 'MEMBER');
  const [revoked, disabled, deleted] = [await admin.create(), await admin.create(), await admin.create()];
  await admin.payload('RevokeApiKey', { id: revoked.apiKeyId });
  await admin.payload('DisableApiKey', { id: disabled.apiKeyId });
  await admin.payload('DeleteApiKey', { id: deleted.apiKeyId });
  const elsewhere = await admin.create({ ipAllowlist: ['10.0.0.0/8'] });
  const full = await workspace.key(...everyScope, 'read:availability');
  const venue = await workspace.venueKey(
    [await workspace.venue('Only')],
    'read:customers',
    'read:venues',
    'write:customers',
  );
  return { workspace, other, admin, member, full, venue, revoked, disabled, deleted, elsewhere };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

async function callersOf(house: TestHouse, prepared: Prepared): Promise<Record<string, Headers>> {
  const { workspace, member, full, venue, revoked, disabled, deleted, elsewhere } = prepared;
  const narrow = await workspace.key('read:customers');
  const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
  const { ownerEmail: email, ownerPassword: password } = workspace;
  const answer = await house.send({}, login, { input: { email, password } });
  return {
    nobody: {},
    owner: bearer((answer.data as { login: { token: string } }).login.token),
    member: bearer(await member.token()),
    full: bearer(full.secret),
    narrow: bearer(narrow.secret),
    'write only': { 'x-api-key': (await workspace.key('write:customers')).secret },
    venue: { authorization: `Basic ${btoa(`x:${venue.secret}`)}` },
    revoked: bearer(revoked.secret),
    disabled: bearer(disabled.secret),
    deleted: bearer(deleted.secret),
    elsewhere: bearer(elsewhere.secret),
    'wrong secret': bearer(withOtherSecret(full)),
    malformed: bearer('lk_live_nothing'),
    'forged token': bearer('eyJhbGciOiJub25lIn0.e30.x'),
    'two credentials': { ...bearer(full.secret), 'x-api-key': narrow.secret },
    'one good, one bad': { ...bearer(full.secret), 'x-api-key': 'x' },
  };
}

async function sendExamples(recorder: Recorder, prepared: Prepared): Promise<void> {
  const { workspace, admin } = prepared;
  for (const name of requests.sharedExamples) {
    // The clock moves on, and a token lives for a quarter of an hour.
    const callers = await callersOf(recorder.house, prepared);
    const ids = await exampleIds(workspace, admin);
    for (const who of ['nobody', 'narrow', 'venue', 'full', 'owner'])
      await recorder.send(requests.exampleOf(name, who, callers[who]!, ids));
  }
}

async function sendOthers(
  recorder: Recorder,
  prepared: Prepared,
  groups: readonly ((callers: Callers) => Recorded[])[],
) {
  for (const group of groups) {
    const callers = await callersOf(recorder.house, prepared);
    for (const request of group(callers)) await recorder.send(request);
  }
}

const few = ({ nobody, owner, full, narrow }: Callers): Callers => ({
  nobody: nobody!,
  owner: owner!,
  full: full!,
  narrow: narrow!,
});

/** One text for each request, and at the end what the meter was told. */
export async function record(
  engine: 'sqlite' | 'postgres',
  compiledExecution: CompiledExecution,
): Promise<string[]> {
  seedRandomness('recording');
  const recorder = new Recorder();
  await recorder.open(engine, compiledExecution);
  const prepared = await prepare(recorder);
  const stranger = bearer((await prepared.other.key(...everyScope)).secret);
  await sendExamples(recorder, prepared);
  await sendOthers(recorder, prepared, [
    requests.denials,
    ({ full }) => [...requests.faults(full!), ...requests.heads(full!)],
    (callers) => requests.introspection(few(callers)),
    ({ full, venue }) => [...requests.gets(full!, venue!), ...requests.persisted(full!, stranger)],
    ({ full }) => [...requests.repeated(full!, stranger), ...requests.walk(), ...requests.foreign(full!)],
    ({ full, owner, ...others }) => requests.floods(full!, others['wrong secret']!, owner!),
    (callers) => requests.accountExamples(callers, prepared.full.apiKeyId),
  ]);
  return recorder.close();
}
