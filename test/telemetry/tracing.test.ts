// Traces: which spans a request leaves, how they hang together, that nothing of anybody's data is in them, and that a receiver
// that is away is nobody's trouble. What the processes of a server do is in tracing-process.test.ts.
import { request } from 'node:http';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../src/core/logger.ts';
import type { Tracer } from '../../src/core/tracer.ts';
import { failWhere, stopFailing } from '../db/support/failing-store.ts';
import { describeEachEngine } from '../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { createHolder } from '../support/hold.ts';
import { prefixOf, signIn } from '../support/keys.ts';
import { createToy } from '../support/toy-server.ts';
import {
  kinds,
  openTracer,
  openTraceReceiver,
  type SentSpan,
  type SentTrace,
  type TraceReceiver,
} from '../support/outside/trace-receiver.ts';

type Line = Readonly<Record<string, unknown>>;

const nested = `query Nested {
  customers(first: 2) { nodes { name inquiries(first: 1) { nodes { subject } } followUps { totalCount } } }
}`;
const create = 'mutation Create($name: String!) { createCustomer(input: { name: $name }) { customerId } }';
/** The store without the table that says who calls. */
const hide = sql`ALTER TABLE "api_key_secrets" RENAME TO "away"`;
const show = sql`ALTER TABLE "away" RENAME TO "api_key_secrets"`;
const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];

describeEachEngine('A trace', (engine) => {
  const lines: Line[] = [];
  const holder = createHolder();
  let receiver: TraceReceiver;
  let tracer: Tracer;
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;

  beforeAll(async () => {
    receiver = await openTraceReceiver();
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
    const logger = createLogger({ level: 'info', destination });
    tracer = openTracer(receiver.endpoint, logger);
    house = await openTestHouse(engine, { tracer, logger, database: holder.database });
    workspace = await house.workspace();
    key = await workspace.key('read:customers', 'read:inquiries', 'read:followups', 'write:customers');
    await workspace.customer();
    await workspace.customer();
  });
  afterAll(async () => {
    await house.close();
    await receiver.close();
  });
  beforeEach(() => {
    receiver.answer(200);
    lines.length = 0;
  });

  const traceOf = ({ headers }: { headers: Line }) => receiver.traceOf(headers['x-request-id']);
  const text = ({ attributes }: SentSpan) => String(attributes['db.query.text']);
  const within = ({ statements }: SentTrace, parent: SentSpan | undefined) =>
    statements.filter(({ parentSpanId }) => parentSpanId === parent?.spanId);
  const defects = () => lines.filter(({ msg }) => msg === 'defect');
  const requestLines = () => lines.filter(({ msg }) => msg === 'request');

  it('of a nested query has the request, in it the operation, in it every statement', async () => {
    const before = house.statements.length;
    const answer = await key.send(nested);
    const sent = house.statements.slice(before);
    const trace = await traceOf(answer);
    const { server, operation, statements } = trace;
    expect(server.parentSpanId ?? '').toBe('');
    expect(operation?.parentSpanId).toBe(server.spanId);
    expect(statements.map(text).sort()).toEqual([...sent].sort());
    // Who calls is looked up before there is an operation; whether the key is still good, in it.
    const [lookUp, ...ofOperation] = sent;
    expect(within(trace, server).map(text)).toEqual([lookUp]);
    expect(within(trace, operation).map(text).sort()).toEqual(ofOperation.sort());
    for (const table of ['customers', 'inquiries', 'follow_ups'])
      expect(within(trace, operation).some((span) => text(span).includes(`"${table}"`))).toBe(true);
  });

  it('says of each span this and nothing else', async () => {
    const answer = await key.send(nested);
    const { server, operation, statements } = await traceOf(answer);
    const cost = answer.cost!.requestedQueryCost;
    const outcome = { 'latchkey.cost': cost, 'latchkey.outcome': 'ok' };
    expect(server).toMatchObject({ name: 'POST /graphql', kind: kinds.server, status: { code: 0 } });
    expect(server.attributes).toEqual({
      ...{ 'http.request.method': 'POST', 'http.route': '/graphql', 'http.response.status_code': 200 },
      ...{ 'url.scheme': 'http', 'url.path': '/graphql' },
      'latchkey.request.id': answer.headers['x-request-id'],
      ...{ 'latchkey.caller.kind': 'key', 'latchkey.caller.key': prefixOf(key) },
      ...outcome,
    });
    expect(operation).toMatchObject({ name: 'query', kind: kinds.internal, status: { code: 0 } });
    expect(operation?.attributes).toEqual({
      ...{ 'graphql.operation.type': 'query', 'graphql.operation.name': 'Nested' },
      ...outcome,
    });
    for (const statement of statements) {
      expect(statement).toMatchObject({ name: 'SELECT', status: { code: 0 } });
      expect(statement.attributes).toEqual({
        'db.system.name': engine === 'sqlite' ? 'sqlite' : 'postgresql',
        'db.operation.name': 'SELECT',
        'db.query.text': expect.stringContaining(engine === 'sqlite' ? '?' : '$1'),
      });
    }
    expect(server.resource).toMatchObject({
      'service.name': 'latchkey',
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('holds the statements of its own mutation, also when many write at once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `Writer ${index}`);
    const answers = await Promise.all(names.map((name) => key.send(create, { name })));
    const traces = await Promise.all(answers.map(traceOf));
    expect(new Set(traces.map(({ server }) => server.traceId)).size).toBe(names.length);
    const texts = traces.map((trace) => within(trace, trace.operation).map(text));
    expect(texts[0]!.filter((one) => one.startsWith('INSERT INTO "customers"'))).toHaveLength(1);
    for (const one of texts) expect([...one].sort()).toEqual([...texts[0]!].sort());
    for (const { operation } of traces) expect(operation?.name).toBe('mutation');
  });

  it('goes on where the caller’s began, and begins anew where that cannot be read', async () => {
    const ask = (traceparent: string) =>
      house.send({ ...bearer(key.secret), traceparent, tracestate: 'vendor=anything' }, nested);
    for (const traceparent of [`00-${traceId}-${spanId}-01`, `cc-${traceId}-${spanId}-03-of-the-future`]) {
      const { server } = await traceOf(await ask(traceparent));
      expect(server).toMatchObject({ traceId, parentSpanId: spanId });
    }
    for (const traceparent of [
      ...['', 'nonsense', `00-${traceId}-${spanId}`, `ff-${traceId}-${spanId}-01`],
      ...[`00-${'0'.repeat(32)}-${spanId}-01`, `00-${traceId}-${'0'.repeat(16)}-01`],
      ...[`00-${traceId}-${spanId}-01-more`, `00-${traceId.toUpperCase()}-${spanId}-01`],
    ]) {
      const { server } = await traceOf(await ask(traceparent));
      expect([traceparent, server.traceId === traceId]).toEqual([traceparent, false]);
      expect(server.parentSpanId ?? '').toBe('');
    }
  });

  it('that the caller does not want is not sent, and the log knows its id', async () => {
    const count = () => receiver.spans().filter((span) => span.traceId === 'f'.repeat(32)).length;
    await house.send({ ...bearer(key.secret), traceparent: `00-${'f'.repeat(32)}-${spanId}-00` }, nested);
    expect(requestLines()).toEqual([expect.objectContaining({ trace_id: 'f'.repeat(32), outcome: 'ok' })]);
    await traceOf(await key.send(nested));
    expect(count()).toBe(0);
  });

  it('is named in the line of its request, and is none where nothing is asked of the store', async () => {
    const { server } = await traceOf(await key.send(nested));
    expect(requestLines()).toEqual([expect.objectContaining({ trace_id: server.traceId })]);
    const before = receiver.spans().length;
    lines.length = 0;
    for (const url of ['/health/ready', '/graphiql', '/nothing']) await house.app.http.inject({ url });
    for (const line of requestLines()) expect(line).not.toHaveProperty('trace_id');
    await house.app.sweep();
    const after = await traceOf(await key.send(nested));
    expect(receiver.spans().length - before).toBe(after.statements.length + 2);
  });

  it('says who is signed in, and of nobody that it is nobody', async () => {
    const token = await signIn(house, workspace.ownerEmail, workspace.ownerPassword);
    const viewer = await house.send(bearer(token), '{ viewer { user { id } } }');
    const signedIn = await traceOf(viewer);
    expect(signedIn.server.attributes).toMatchObject({
      'latchkey.caller.kind': 'user',
      'latchkey.caller.user_id': viewer.data.viewer.user.id,
    });
    const anonymous = await traceOf(await house.send({}, '{ viewer { kind } }'));
    expect(anonymous.server).toMatchObject({ status: { code: 0 } });
    expect(anonymous.server.attributes).toMatchObject({
      ...{ 'http.response.status_code': 401, 'latchkey.caller.kind': 'none' },
      ...{ 'latchkey.outcome': 'UNAUTHENTICATED', 'latchkey.reason': 'MISSING_CREDENTIAL' },
    });
    expect(anonymous.operation).toBeUndefined();
  });

  it.each([
    ['{', 'GraphQL Operation', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GraphQL Operation', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ venues { totalCount } }', 'query', 'denied'],
    ['{ customers { totalCount } venues { totalCount } }', 'query', 'partial'],
  ])('of %s has an operation that failed, and a request that did not', async (query, name, outcome) => {
    const { server, operation } = await traceOf(await key.send(query));
    expect(operation).toMatchObject({ name, status: { code: 2 }, attributes: { 'error.type': outcome } });
    expect(server).toMatchObject({ status: { code: 0 }, attributes: { 'latchkey.outcome': outcome } });
    expect(server.attributes).not.toHaveProperty('error.type');
  });

  it('of a fault shows where it was, by codes and not by words', async () => {
    await failWhere(house.app.database, ['INSERT', 'customers'], `NEW.name = 'Fails'`);
    const answer = await key.send(create, { name: 'Fails' });
    await stopFailing(house.app.database, 'customers');
    const { server, operation, statements } = await traceOf(answer);
    const failed = statements.filter(({ status }) => status.code === 2);
    expect(failed).toEqual([
      expect.objectContaining({
        ...{ name: 'INSERT', parentSpanId: operation?.spanId },
        attributes: expect.objectContaining({
          'error.type': engine === 'sqlite' ? 'SQLITE_CONSTRAINT' : 'P0001',
        }),
      }),
    ]);
    const type = { 'error.type': 'INTERNAL_SERVER_ERROR' };
    expect(operation).toMatchObject({ status: { code: 2 }, attributes: type });
    // A field that is null is an answer as good as any to HTTP.
    expect(server).toMatchObject({ status: { code: 0 }, attributes: { 'http.response.status_code': 200 } });
    expect(receiver.received.join()).not.toContain('made_to_fail');
    expect(defects()).toEqual([expect.objectContaining({ trace_id: server.traceId })]);
  });

  it('of a request that failed as a whole says so', async () => {
    await house.app.database.write((connection) => connection.execute(hide));
    const answer = await key.send(nested);
    await house.app.database.write((connection) => connection.execute(show));
    expect(answer.status).toBe(500);
    const { server, operation, statements } = await traceOf(answer);
    expect(server).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '500' } });
    expect(operation).toBeUndefined();
    expect(statements).toEqual([
      expect.objectContaining({ status: { code: 2 }, parentSpanId: server.spanId }),
    ]);
    expect(defects()).toEqual([expect.objectContaining({ trace_id: server.traceId })]);
  });

  it('of a caller who has hung up goes on to the end of the work', async () => {
    const { url } = await house.app.http.listen('127.0.0.1', 0);
    const insert = holder.statement(/^INSERT INTO "customers" /);
    const headers = { ...bearer(key.secret), 'content-type': 'application/json', 'x-request-id': 'hung-up' };
    const sent = request(new URL('/graphql', url), { method: 'POST', headers });
    sent.on('error', () => undefined);
    sent.end(JSON.stringify({ query: create, variables: { name: 'Late' } }));
    await insert.reached;
    sent.destroy();
    await expect.poll(requestLines).toEqual([expect.objectContaining({ outcome: 'aborted' })]);
    insert.release();
    const { server } = await receiver.traceOf('hung-up');
    expect(server.attributes).toMatchObject({ 'latchkey.outcome': 'aborted' });
    expect(server.attributes).not.toHaveProperty('http.response.status_code');
    const operation = () => receiver.traceOf('hung-up').then((trace) => trace.operation);
    await expect
      .poll(operation)
      .toMatchObject({ name: 'mutation', attributes: { 'latchkey.outcome': 'ok' } });
    const trace = await receiver.traceOf('hung-up');
    expect(within(trace, trace.operation).map(({ name }) => name)).toContain('INSERT');
  });

  it('has a name for methods that are not there, and none of the caller’s making', async () => {
    const send = (method: 'DELETE' | 'PROPFIND') =>
      house.app.http.inject({ method: method as 'DELETE', url: '/graphql' });
    const deleted = await traceOf(await send('DELETE'));
    expect(deleted.server).toMatchObject({
      name: 'DELETE',
      attributes: { 'http.response.status_code': 405 },
    });
    const other = await traceOf(await send('PROPFIND'));
    expect(other.server).toMatchObject({ name: 'HTTP', attributes: { 'http.request.method': '_OTHER' } });
  });

  it('cuts a statement that is longer than anybody reads', async () => {
    const filter = { and: Array.from({ length: 200 }, (_, index) => ({ name: { contains: `x${index}` } })) };
    const query = 'query ($filter: CustomerFilter) { customers(filter: $filter) { totalCount } }';
    const { operation, statements } = await traceOf(await key.send(query, { filter }));
    expect(operation?.status.code).toBe(0);
    expect(Math.max(...statements.map((span) => text(span).length))).toBe(4_001);
  });

  it('holds no secret, no value, no e-mail and no header, wherever they were put', async () => {
    const marks = ['Zaphod', 'zaphod@heartofgold.example', 'hearts-of-gold', 'dont-panic', 'magrathea'];
    const [name, email, header, password, state] = marks as [string, string, string, string, string];
    const headers = {
      ...{ 'user-agent': header, cookie: header, referer: `http://x/${header}`, 'x-anything': header },
      ...{
        tracestate: `vendor=${state}`,
        baggage: `who=${state}`,
        traceparent: `00-${traceId}-${spanId}-01`,
      },
      'idempotency-key': 'magrathea-1',
    };
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const values = { input: { name, email, notes: name } };
    const input = 'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId } }';
    const literal = `mutation { createCustomer(input: { name: "${name}", email: "${email}" }) { customerId } }`;
    const sent = [
      await house.send({ ...bearer(key.secret), ...headers }, input, values),
      await house.send({ 'x-api-key': key.secret, 'user-agent': header }, literal),
      await house.send(bearer(key.secret), `{ customers(search: "${name}") { nodes { email } } }`),
      await house.send(
        bearer(key.secret),
        `{ customers(filter: { email: { eq: "${email}" } }) { totalCount } }`,
      ),
      await house.send({}, login, { input: { email, password } }),
      await house.send(bearer(key.secret), `query ${key.secret} { customers { totalCount } }`),
      await house.send(bearer(key.secret), `{ customers(filter: { ${name}: "${email}" }) { totalCount } }`),
      await house.send(bearer(key.secret), input, { input: { name: { deep: email } } }),
    ];
    const url = `/graphql?query=${encodeURIComponent(`{ customers(search: "${name}") { totalCount } }`)}&key=${key.secret}`;
    const asked = await house.app.http.inject({
      url,
      headers: { ...bearer(key.secret), 'apollo-require-preflight': '1' },
    });
    expect([...sent.map(({ status }) => status), asked.statusCode]).toEqual([
      ...[200, 200, 200, 200, 200, 200, 400, 400, 200],
    ]);
    for (const answer of [...sent, asked]) expect(await traceOf(answer)).toHaveProperty('operation.name');
    const bytes = receiver.received.join('\n');
    // The public beginning of the key is there, so the search looks at what was sent.
    expect(bytes).toContain(prefixOf(key));
    for (const mark of [...marks, key.secret.slice(-38), workspace.ownerEmail, workspace.ownerPassword])
      expect([mark, bytes.includes(mark)]).toEqual([mark, false]);
  });

  it('that nobody takes is told in the log once, and once more when it is taken again', async () => {
    const told = () => lines.filter(({ msg }) => String(msg).includes('traces')).map(({ msg }) => msg);
    receiver.answer(400);
    const posts = receiver.received.length;
    const answers = [];
    while (receiver.received.length < posts + 5) answers.push(await key.send(nested));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await expect.poll(told).toEqual(['traces cannot be sent; requests are not concerned']);
    receiver.answer(200);
    await traceOf(await key.send(nested));
    await expect
      .poll(told)
      .toEqual(['traces cannot be sent; requests are not concerned', 'traces are sent again']);
  });
});

it('A defect that comes up when the answer leaves is in the log with its trace', async () => {
  const { server, lines } = await createToy({
    tracer: openTracer('http://127.0.0.1:9'),
    async createContext(facts) {
      facts.answer.beforeSend = () => Promise.reject(new Error('late'));
      return { scope: facts.scope, facts };
    },
  });
  const answer = await server.inject({ method: 'POST', url: '/graphql', payload: { query: '{ hello }' } });
  expect(answer.statusCode).toBe(500);
  const ids = ['defect', 'request'].map((wanted) => lines.find(({ msg }) => msg === wanted)?.['trace_id']);
  expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), ids[0]]);
  await server.close();
});

it('An answer that cannot be written ends its operation all the same', async () => {
  const receiver = await openTraceReceiver();
  const own = openTracer(receiver.endpoint);
  const { server } = await createToy({
    tracer: own,
    onClose: () => own.close(),
    plugins: [
      {
        requestDidStart: async () => ({
          async willSendResponse({ response: { body } }) {
            if (body.kind === 'single') body.singleResult.extensions = { noJson: 1n };
          },
        }),
      },
    ],
  });
  const answer = await server.inject({ method: 'POST', url: '/graphql', payload: { query: '{ hello }' } });
  expect(answer.statusCode).toBe(500);
  const { server: span, operation } = await receiver.traceOf(answer.headers['x-request-id']);
  expect(operation).toMatchObject({ name: 'query', parentSpanId: span.spanId });
  expect(span.attributes).toMatchObject({ 'latchkey.outcome': 'INTERNAL_SERVER_ERROR' });
  await server.close();
  await receiver.close();
});

it('A server that closes does not wait for a receiver that keeps silent', async () => {
  const said: string[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => void said.push(line) } });
  const receiver = await openTraceReceiver();
  receiver.answer('nothing');
  // Nothing is sent before the end, and what is sent then would be waited for for a minute.
  const patient = { OTEL_BSP_SCHEDULE_DELAY: '3600000', OTEL_EXPORTER_OTLP_TIMEOUT: '60000' };
  const house = await openTestHouse('sqlite', { tracer: openTracer(receiver.endpoint, logger, patient) });
  await house.send({}, '{ viewer { kind } }');
  await house.close();
  expect(receiver.received).toHaveLength(1);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('Nobody took the last traces within 1000 ms.');
  await receiver.close();
});
