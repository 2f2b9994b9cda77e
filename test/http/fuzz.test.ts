// Operations, variables and headers that nobody would write, 5,000 of them over both engines: no 5xx, nothing of the inside in
// an answer, no hang. fast-check draws them from a seed and shrinks what fails.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../support/house.ts';
import { operationFrom } from './support/fuzzed-operation.ts';

const seed = 20260601;
/** Other cases on each engine. */
const seedOf = { sqlite: seed, postgres: seed + 1 };
const casesPerEngine = 2_500;
const hangMs = 120_000;

/** A path, a stack, SQL, an engine, a host. None of the drawn words holds one of these. */
const inside =
  /node_modules|\/src\/|\/dist\/|\.[tj]s\b|\\n\s+at |\b(SELECT|INSERT|UPDATE|WHERE)\b|SQLITE|sqlite|[Pp]ostgres|[Tt]ype[Oo][Rr][Mm]|constraint|\bECONN|localhost|127\.0\.0\.1:|syntax error (at|near)|no such (table|column)|invalid (input syntax|byte sequence)|\bstack\b/;

/** One time in seven, otherwise null: a request that is wrong everywhere is refused at its first fault. */
function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    "'",
    '"; --',
    '%',
    '_',
    '\\',
    '__proto__',
    'constructor',
    'null',
    '-1',
    '1e999',
  ),
  fc.constantFrom(
    'cus_1',
    'ven_',
    'wks_x',
    '2026-02-30T00:00:00Z',
    '2026-01-01T00:00:00Z',
    'Europe/Nowhere',
    'a@b.example',
  ),
);
const oddValue = fc.oneof(
  oddText,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 4 }),
  fc.array(oddText, { maxLength: 5 }),
);
const headerText = fc.string({
  unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
/** Headers that decide whether anything is read at all. */
const decisive = fc.record(
  {
    accept: fc.oneof(headerText, fc.constantFrom('application/json', 'text/html', '*/*;q=0')),
    'content-type': fc.oneof(
      headerText,
      fc.constantFrom('application/json;charset=utf-8', 'text/plain', 'application/graphql+json'),
    ),
  },
  { requiredKeys: [] },
);
const others = ['x-request-id', 'x-forwarded-for', 'accept-language', 'origin', 'cookie', 'traceparent'];
const headers = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...others), headerText),
    seldom(decisive),
    seldom(fc.record({ 'idempotency-key': headerText })),
  )
  .map(([some, decide, once]) => ({ ...some, ...decide, ...once }));
const credential = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('key' as const, 'owner' as const) },
  { weight: 1, arbitrary: headerText.map((text) => ({ authorization: text })) },
  { weight: 1, arbitrary: headerText.map((text) => ({ 'x-api-key': text })) },
);
/** A tape of choices becomes an operation over the real schema; a cut takes some of it away. */
const operation = fc.record({
  tape: fc.array(fc.nat(999), { minLength: 5, maxLength: 80 }),
  values: fc.array(oddValue, { minLength: 1, maxLength: 8 }),
  cut: seldom(fc.tuple(fc.nat(400), fc.nat(20), oddText)),
});
const body = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      operation,
      variables: seldom(fc.dictionary(fc.constantFrom('v0', 'v1', '__proto__', ''), oddValue)),
      more: seldom(oddValue),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ raw: fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.json()) }),
  },
);
const request = fc.record({
  body,
  headers,
  credential,
  isGet: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

describeEachEngine('whatever is sent', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  let ownerToken: string;
  beforeAll(async () => {
    const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000', RATE_LIMIT_COST_PER_MINUTE: '1000000000' };
    house = await openTestHouse(engine, { env });
    const workspace = await house.workspace();
    await workspace.customer({ name: 'Ada', venueIds: [await workspace.venue()] });
    key = await workspace.key(...house.app.scopes.dataScopes);
    const input = { email: workspace.ownerEmail, password: workspace.ownerPassword };
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const { data } = await house.send({}, login, { input });
    ownerToken = (data as { login: { token: string } }).login.token;
  });
  afterAll(() => house.close());

  function sentBy({ body: sent }: Request) {
    if ('raw' in sent) return { query: sent.raw, payload: sent.raw };
    const { query, variables } = operationFrom(house.app.schema.schema, sent.operation);
    const given = sent.variables ?? variables;
    const extensions = sent.more === null ? {} : { extensions: sent.more };
    return { query, payload: JSON.stringify({ query, variables: given, ...extensions }) };
  }

  function proofOf(drawn: Request['credential']): Record<string, string> {
    if (typeof drawn === 'object') return { ...drawn };
    return { authorization: `Bearer ${drawn === 'key' ? key.secret : ownerToken}` };
  }

  async function send(drawn: Request) {
    const proof = proofOf(drawn.credential);
    const shared = { ...drawn.headers, ...proof };
    const { query, payload } = sentBy(drawn);
    if (drawn.isGet) {
      const url = `/graphql?query=${encodeURIComponent(query.slice(0, 4_000).replace(/[\uD800-\uDFFF]/g, '?'))}`;
      const sentHeaders = { 'apollo-require-preflight': '1', ...shared };
      return house.app.http.inject({ method: 'GET', url, headers: sentHeaders });
    }
    const sentHeaders = { 'content-type': 'application/json', ...shared };
    return house.app.http.inject({ method: 'POST', url: '/graphql', headers: sentHeaders, payload });
  }

  async function inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${hangMs} ms.`)), hangMs);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  }

  it(`is answered without a 5xx and without a word of the inside: ${casesPerEngine} cases`, async () => {
    const statuses = new Map<number, number>();
    const property = fc.asyncProperty(request, async (drawn) => {
      const { statusCode, body: text } = await inTime(send(drawn));
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      if (statusCode >= 500) throw new Error(`${statusCode}: ${text}\n${sentBy(drawn).payload}`);
      const found = inside.exec(text);
      if (found) throw new Error(`"${found[0]}" in ${text}\n${sentBy(drawn).payload}`);
      if (text.includes('INTERNAL_SERVER_ERROR')) throw new Error(`${text}\n${sentBy(drawn).payload}`);
    });
    await fc.assert(property, { numRuns: casesPerEngine, seed: seedOf[engine] });
    process.stdout.write(
      `fuzz [${engine}] seed ${seedOf[engine]}: ${JSON.stringify(Object.fromEntries(statuses))}\n`,
    );
    // Some must get as far as the store, or nothing was tried.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(casesPerEngine / 10);
  }, 600_000);
});
