// REST is GraphQL through another door, also in what outlasts an answer: the same request leaves the same rows in the audit log, and a
// key that is revoked while one runs ends it alike.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { createHolder } from '../support/hold.ts';
import {
  openTestHouse,
  type Answer,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';
import { keyAdmin, signIn } from '../support/keys.ts';
import { calls, scopesFor, type DrawnCall } from './support/draw.ts';
import { ownerRest, restOf, type RestAnswer } from './support/rest.ts';
import { sendStored } from './support/stored.ts';

/** Stands for the key that a drawn request is about: each door has one of its own. */
const twin = 'key_twin';
/** What differs between twins: ids and the beginnings of secrets. */
const withoutIds = (text: string) =>
  text.replaceAll(/\b([a-z]{3})_[0-9a-z]{20,}/g, '$1').replaceAll(/lk_live_\w+/g, 'lk_live');

const dataRead = /FROM "(customers|inquiries|follow_ups|venues|treatments|bookings)"/;

describeEachEngine('REST', (engine) => {
  const holder = createHolder();
  let house: TestHouse;
  /** Another server on the same store, where keys are ended meanwhile. */
  let elsewhere: TestHouse;
  let workspace: TestWorkspace;
  let ids: Record<string, readonly string[]>;
  beforeAll(async () => {
    // The clock of the test stands still, so that a minute never ends.
    const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000', RATE_LIMIT_COST_PER_MINUTE: '10000000' };
    elsewhere = await openTestHouse(engine, { env });
    house = await openTestHouse(engine, { sharing: elsewhere, database: holder.database, env });
    workspace = await elsewhere.workspace();
    const venue = await workspace.venue('North');
    ids = { venue: [venue], customer: [await workspace.customer({ name: 'Ada', venueIds: [venue] })] };
  });
  afterAll(async () => {
    await house.close();
    await elsewhere.close();
  });

  it(
    'leaves the rows in the audit log that GraphQL leaves, for drawn changes of keys',
    { timeout: 240_000 },
    async () => {
      const admin = keyAdmin(elsewhere, workspace);
      const rest = await ownerRest(house, workspace);
      const token = await signIn(house, workspace.ownerEmail, workspace.ownerPassword);
      const changing = house.app.operations.filter(
        ({ kind, path }) => kind === 'mutation' && path.startsWith('/api-keys/'),
      );
      expect(changing.length).toBeGreaterThanOrEqual(6);
      const rowsOf = async (targetId: string) => {
        const rows = await admin.auditOf(targetId);
        // The clock of the test stands still: their order says nothing.
        return rows
          .map(({ action, actor, changes, ip }) => withoutIds(JSON.stringify({ action, actor, changes, ip })))
          .sort();
      };
      const seen = new Set<string>();
      const steps = fc.array(calls(changing, { ids: { ...ids, 'api-key': [twin] } }), {
        minLength: 1,
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(steps, async (drawn) => {
          const make = () => admin.create({ label: 'Twin', scopes: ['read:customers'] });
          const [byRest, byGraphql] = [await make(), await make()];
          for (const { operation, path, body, variables } of drawn) {
            const sent = { ...variables, id: byGraphql.apiKeyId };
            const answer = await rest(
              operation.method,
              path.replace(twin, byRest.apiKeyId),
              body ? { body } : {},
            );
            const { data, errors } = await sendStored(
              house,
              token,
              { query: operation.document.text, variables: sent, operationName: operation.name },
              {},
            );
            const isDone = !errors && data.result.userErrors.length === 0;
            expect([operation.name, answer.status < 400]).toEqual([operation.name, isDone]);
          }
          const rows = await rowsOf(byRest.apiKeyId);
          expect(rows).toEqual(await rowsOf(byGraphql.apiKeyId));
          for (const row of rows) seen.add((JSON.parse(row) as { action: string }).action);
        }),
        { numRuns: 60 },
      );
      // The draw reaches changes that are done, and not only refusals. Updates have a test of their own beside the other property.
      for (const action of ['create', 'disable', 'rotate', 'revoke'])
        expect([action, seen.has(`apiKey.${action}`)]).toEqual([action, true]);
    },
  );

  /** The answer of a request during which its key is revoked, and whether it was running then. */
  async function whileRevoked<T>(
    { operation }: DrawnCall,
    key: KeyCaller,
    ask: () => Promise<T>,
  ): Promise<{ isHeld: boolean; answer: T }> {
    const held = operation.kind === 'mutation' ? holder.transaction() : holder.statement(dataRead);
    const running = ask();
    const isHeld = await Promise.race([held.reached.then(() => true), running.then(() => false)]);
    if (isHeld) await keyAdmin(elsewhere, workspace).payload('RevokeApiKey', { id: key.apiKeyId });
    held.release();
    return { isHeld, answer: await running };
  }

  const codeOf = ({ code }: { code: string }) => code;
  const restOutcome = ({ status, body }: RestAnswer) => [status, body.code, body.reason, body.data];
  const graphqlOutcome = ({ status, data, errors }: Answer) => {
    const { code, reason } = errors?.[0]?.extensions ?? {};
    const isNothing = Object.values((data ?? {}) as object).every((value) => value === null);
    return [status, code, reason, isNothing ? undefined : data];
  };

  it(
    'ends as GraphQL does when the key is revoked while a drawn request runs',
    { timeout: 240_000 },
    async () => {
      const operations = house.app.operations.filter(({ path }) => !path.startsWith('/api-keys'));
      const drawn = calls(operations, { ids }).chain((call) =>
        fc.tuple(fc.constant(call), scopesFor(call.operation, house.app.scopes.dataScopes)),
      );
      const ended = { query: 0, mutation: 0 };
      await fc.assert(
        fc.asyncProperty(drawn, async ([call, scopes]) => {
          const { operation, path, body, variables } = call;
          const [first, second] = [await workspace.key(...scopes), await workspace.key(...scopes)];
          const rest = await whileRevoked(call, first, () =>
            restOf(house.app, first.secret)(operation.method, path, body ? { body } : {}),
          );
          const query = operation.documentFor(new Set(scopes)).text;
          const graphql = await whileRevoked(call, second, () =>
            sendStored(house, second.secret, { query, variables, operationName: operation.name }, {}),
          );
          expect([operation.name, rest.isHeld]).toEqual([operation.name, graphql.isHeld]);
          if (!rest.isHeld) return;
          // What its values refuse is rolled back before the key is looked at again, and tells nothing that was read.
          const refused: { code: string }[] = graphql.answer.data?.result?.userErrors ?? [];
          if (refused.length > 0) {
            expect(rest.answer.status).toBeGreaterThanOrEqual(400);
            expect(rest.answer.body.fields.map(codeOf)).toEqual(refused.map(codeOf));
            return;
          }
          ended[operation.kind] += 1;
          expect(restOutcome(rest.answer)).toEqual([401, 'UNAUTHENTICATED', 'KEY_REVOKED', undefined]);
          expect(graphqlOutcome(graphql.answer)).toEqual(restOutcome(rest.answer));
        }),
        // One draw in eighteen ends a mutation, one in twelve a query: of 60 all miss in one run of twenty, of 200 in none.
        { numRuns: 200 },
      );
      expect([ended.query > 0, ended.mutation > 0]).toEqual([true, true]);
      const rows = await restOf(house.app, (await workspace.key('read:customers')).secret)(
        'GET',
        '/customers',
      );
      expect(rows.body.data).toHaveLength(1);
    },
  );
});
