// REST is GraphQL through another door: whoever calls, wherever and with whatever, both allow the same, answer the same data, take
// the same points, write the same line, do the same once, and end with the key.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/core/logger.ts';
import { describeEachEngine } from '../support/engines.ts';
import { createHolder } from '../support/hold.ts';
import { openTestHouse, type Answer, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { keyAdmin } from '../support/keys.ts';
import { calls, drawnRuns, scopesFor, type DrawnCall, type Pool } from './support/draw.ts';
import { ownerRest, restOf, type RestAnswer } from './support/rest.ts';
import { sendStored } from './support/stored.ts';

type Line = Record<string, unknown>;

/** What is left of points and of requests, as a header says. */
function leftOf({ headers }: Pick<Answer, 'headers'>): { requests: number; points: number } {
  const [, requests, points] = /"requests";r=(\d+);.*"cost";r=(\d+)/.exec(String(headers['ratelimit'])) ?? [];
  return { requests: Number(requests), points: Number(points) };
}

/** The part of a line that does not say by which door. */
const toldBy = ({ key, userId, cost, operationName, outcome, reason }: Line) => ({
  key,
  userId,
  cost,
  operationName,
  outcome,
  reason,
});

/** What an answer of GraphQL is in REST; null = the answer is a refusal. */
function restDataOf({ data, errors }: Answer, { shape }: DrawnCall['operation']): unknown {
  if (errors || !data) return null;
  if (shape.kind === 'page')
    return shape.member === null ? data.page?.data : { [shape.member]: data.page?.[shape.member] };
  if (shape.kind === 'one') return data.data;
  const { userErrors, data: written, ...beside } = data.result;
  return userErrors.length > 0 ? null : { ...beside, ...written };
}

const isMutation = ({ operation }: DrawnCall) => operation.kind === 'mutation';

describeEachEngine('REST', (engine) => {
  const lines: Line[] = [];
  const holder = createHolder();
  let house: TestHouse;
  /** Another server on the same store, where keys are ended meanwhile. */
  let elsewhere: TestHouse;
  let workspace: TestWorkspace;
  let pool: Pool;
  let number = 0;

  beforeAll(async () => {
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
    elsewhere = await openTestHouse(engine);
    house = await openTestHouse(engine, {
      sharing: elsewhere,
      logger: createLogger({ level: 'info', destination }),
      database: holder.database,
    });
    workspace = await elsewhere.workspace();
    const fill = async (own: TestWorkspace) => {
      const rest = restOf(house.app, (await own.key(...house.app.scopes.dataScopes)).secret);
      const made = async (path: string, body: object): Promise<string> => {
        const answer = await rest('POST', path, { body });
        expect([path, answer.status]).toEqual([path, 201]);
        return answer.body.data.id as string;
      };
      const opening_hours = [{ weekday: 'MONDAY', opens: '09:00', closes: '18:00' }];
      const venue = await made('/venues', { name: 'North', timezone: 'Europe/Berlin', opening_hours });
      const other = await made('/venues', { name: 'South', timezone: 'Europe/Berlin' });
      const customer = await made('/customers', { name: 'Ada', email: 'ada@x.example', venue_ids: [venue] });
      const loose = await made('/customers', { name: 'Bob', venue_ids: [other] });
      const inquiry = await made('/inquiries', {
        customer_id: customer,
        venue_id: venue,
        subject: 'S',
        body: 'B',
        channel: 'WEB',
      });
      const treatment = await made('/treatments', {
        venue_id: venue,
        name: 'Cut',
        duration_minutes: 60,
        price_cents: 1,
        currency: 'EUR',
      });
      const starts_at = '2026-06-08T07:00:00Z';
      const booking = await made('/bookings', {
        venue_id: venue,
        treatment_id: treatment,
        customer_id: customer,
        starts_at,
      });
      const followup = await made('/followups', { customer_id: customer, note: 'N', due_at: starts_at });
      return {
        venue: [venue, other],
        customer: [customer, loose],
        inquiry: [inquiry],
        treatment: [treatment],
        booking: [booking],
        followup: [followup],
      };
    };
    const [own, foreign] = [await fill(workspace), await fill(await elsewhere.workspace())];
    const ids = Object.entries(own).map(([word, known]) => [
      word,
      [...known, ...known, foreign[word as keyof typeof foreign][0]!, `${word.slice(0, 3)}_0`],
    ]);
    pool = { ids: Object.fromEntries(ids) as Pool['ids'] };
  });
  afterAll(async () => {
    await house.close();
    await elsewhere.close();
  });

  const lineOf = ({ headers }: Pick<Answer, 'headers'>) => {
    const own = lines.filter(
      ({ msg, requestId }) => msg === 'request' && requestId === headers['x-request-id'],
    );
    expect(own).toHaveLength(1);
    return own[0]!;
  };

  async function compare(
    call: DrawnCall,
    scopes: readonly string[],
    isRestricted: boolean,
    isRestFirst: boolean,
  ) {
    const { operation, path, body, variables, given } = call;
    const key = isRestricted
      ? await workspace.venueKey([pool.ids['venue']![0]!], ...scopes)
      : await workspace.key(...scopes);
    const headers = isMutation(call) ? { 'idempotency-key': `k${(number += 1)}-${engine}` } : {};
    const document = operation.documentFor(new Set(scopes)).text;
    const askRest = () =>
      restOf(house.app, key.secret)(operation.method, path, { headers, ...(body ? { body } : {}) });
    const askGraphql = () =>
      sendStored(house, key.secret, { query: document, variables, operationName: operation.name }, headers);
    const first = isRestFirst ? await askRest() : await askGraphql();
    const second = isRestFirst ? await askGraphql() : await askRest();
    const [rest, graphql] = (isRestFirst ? [first, second] : [second, first]) as [RestAnswer, Answer];

    // Allowed: as accessCheck says of the document, and of what asks for more when it is given.
    const { data } = await key.send(
      'query ($document: String!) { accessCheck(document: $document) { allowed missingScopes } }',
      { document },
    );
    const extra = operation.variables
      .filter(({ name }) => given.includes(name))
      .flatMap(({ requiredScopes }) => requiredScopes);
    const isAllowed = data.accessCheck.allowed === true && extra.every((scope) => scopes.includes(scope));
    const isWrong = rest.status === 400;
    if (!isWrong) expect(rest.status !== 403).toBe(isAllowed);
    if (rest.status === 403)
      expect(rest.body.missing).toEqual(
        [
          ...new Set([
            ...data.accessCheck.missingScopes,
            ...extra.filter((scope) => !scopes.includes(scope)),
          ]),
        ].sort(),
      );

    // Data: the same, and of a mutation that of the first time.
    const expected = restDataOf(graphql, operation);
    expect(rest.body.data ?? null).toEqual(expected ?? null);
    if (graphql.errors && rest.status !== 404) expect([400, 403]).toContain(rest.status);
    // A value that does not fit is found before the document is measured: GraphQL charges it first.
    if (isWrong) return;

    // Charge and line.
    expect(toldBy(lineOf(rest))).toEqual(
      toldBy({
        ...lineOf(graphql),
        ...(rest.status === 403 ? { outcome: 'denied', reason: 'INSUFFICIENT_SCOPE' } : {}),
        // What is null or has user errors in GraphQL is refused here.
        ...(rest.status >= 400 && !graphql.errors ? { outcome: rest.body.code } : {}),
      }),
    );
    const [before, after] = [leftOf(first), leftOf(second)];
    expect(before.requests - after.requests).toBe(1);
    expect(before.points - after.points).toBe(lineOf(second)['cost']);
  }

  it(
    'is the same as GraphQL for drawn scopes, venues, endpoints and values',
    { timeout: 240_000 },
    async () => {
      const operations = house.app.operations.filter(({ path }) => !path.startsWith('/api-keys'));
      const drawn = calls(operations, pool).chain((call) =>
        fc.tuple(
          fc.constant(call),
          scopesFor(call.operation, house.app.scopes.dataScopes),
          fc.boolean(),
          fc.boolean(),
        ),
      );
      const seen = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(drawn, async ([call, scopes, isRestricted, isRestFirst]) => {
          await compare(call, scopes, isRestricted, isRestFirst);
          const { status } = lines.findLast(({ path }) => String(path).startsWith('/api/v1'))!;
          seen.set(Number(status), (seen.get(Number(status)) ?? 0) + 1);
        }),
        { numRuns: drawnRuns },
      );
      // The draw reaches every kind of answer, and not only refusals.
      for (const status of [200, 201, 400, 403, 404])
        expect([status, (seen.get(status) ?? 0) > 0]).toEqual([status, true]);
    },
  );

  describe('leaves what GraphQL leaves', () => {
    it('in the audit log, for keys that an owner makes, changes and ends', async () => {
      const admin = keyAdmin(elsewhere, workspace);
      const owner = await ownerRest(house, workspace);
      const viaGraphql = await admin.create({ label: 'Twin', scopes: ['read:customers'] });
      await admin.payload('UpdateApiKey', { input: { id: viaGraphql.apiKeyId, label: 'Other' } });
      await admin.payload('RevokeApiKey', { id: viaGraphql.apiKeyId });
      const { id } = (
        await owner('POST', '/api-keys', { body: { name: 'Twin', scopes: ['read:customers'] } })
      ).body.data;
      await owner('PATCH', `/api-keys/${id}`, { body: { name: 'Other' } });
      await owner('DELETE', `/api-keys/${id}`);
      const told = async (targetId: string) =>
        (await admin.auditOf(targetId))
          .map(({ action, actor, changes, ip }) => JSON.stringify({ action, actor, changes, ip }))
          // The clock of the test stands still: their order says nothing.
          .sort();
      expect(await told(id as string)).toEqual(await told(viaGraphql.apiKeyId));
      expect(await told(id as string)).toHaveLength(3);
    });
  });

  describe('ends with its key', () => {
    const revoke = (apiKeyId: string) =>
      keyAdmin(elsewhere, workspace).payload('RevokeApiKey', { id: apiKeyId });

    it('a read that is running answers 401 and nothing of what was read', async () => {
      const key = await workspace.key('read:customers');
      const held = holder.statement(/FROM "customers"/);
      const answer = restOf(house.app, key.secret)('GET', '/customers');
      await held.reached;
      await revoke(key.apiKeyId);
      held.release();
      const { status, body } = await answer;
      expect([status, body]).toEqual([
        401,
        expect.objectContaining({ error: 'Invalid or revoked API key', reason: 'KEY_REVOKED' }),
      ]);
      expect(body).not.toHaveProperty('data');
    });

    it('a write that has not been committed is not done', async () => {
      const key = await workspace.key('write:customers');
      const held = holder.transaction();
      const name = `Unwritten ${engine}`;
      const answer = restOf(house.app, key.secret)('POST', '/customers', { body: { name } });
      await held.reached;
      // The held transaction has not begun: this one goes first, and the other finds the key revoked before it commits.
      await revoke(key.apiKeyId);
      held.release();
      const { status, body } = await answer;
      const reader = restOf(house.app, (await workspace.key('read:customers')).secret);
      const found = (await reader('GET', `/customers?name=${encodeURIComponent(name)}`)).body.data;
      expect([status, body.reason, found]).toEqual([401, 'KEY_REVOKED', []]);
    });
  });
});
