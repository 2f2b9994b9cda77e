// Two servers write the first row of a day at the same moment: one of them makes its partition, and both rows are there.
import sql from 'sql-template-tag';
import { afterEach, describe, expect, it } from 'vitest';
import { hasPostgres } from '../../support/engines.ts';
import { gate } from '../../support/gate.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';

const looksForPartition = /pg_advisory_xact_lock|to_regclass/;
const makesPartition = /CREATE TABLE "request_log_/;

/** Makes its partition only after the other server has begun to look for one. */
function racer() {
  const looking = gate();
  let other: Promise<void> = looking.passed;
  let made = 0;
  return {
    looking: looking.passed,
    made: () => made,
    waitsFor: (passed: Promise<void>) => void (other = passed),
    async onStatement(text: string) {
      if (looksForPartition.test(text)) looking.open();
      if (!makesPartition.test(text)) return;
      made += 1;
      await other;
    },
  };
}

const rowOf = (id: string, at: string, workspaceId: string) => ({
  ...{ id, at, workspaceId, surface: 'GRAPHQL', operationName: null, operationId: null },
  ...{ callerKind: 'API_KEY', callerId: 'key_1', callerLabel: null, status: 200, outcome: 'ok' },
  ...{ reason: null, missing: [], cost: 1, rows: 0, bytes: 1, durationMs: 1, ip: '::1', userAgent: null },
  ...{ requestId: id, weight: 1 },
});

describe.skipIf(!hasPostgres)('The first rows of a day, of two servers on one Postgres', () => {
  let houses: TestHouse[] = [];
  afterEach(async () => {
    for (const house of houses.toReversed()) await house.close();
    houses = [];
  });

  it('are both written, and the partition is made once', async () => {
    const [one, two] = [racer(), racer()];
    const first = await openTestHouse('postgres', { database: { onStatement: one.onStatement } });
    houses.push(first);
    const { workspaceId } = await first.workspace();
    const second = await openTestHouse('postgres', {
      sharing: first,
      database: { onStatement: two.onStatement },
    });
    houses.push(second);
    one.waitsFor(two.looking);
    two.waitsFor(one.looking);
    const at = '2026-06-09T10:00:00.000Z';
    await Promise.all([
      first.app.recording.log.add([rowOf('req_1', at, workspaceId)]),
      second.app.recording.log.add([rowOf('req_2', at, workspaceId)]),
    ]);
    expect(one.made() + two.made()).toBe(1);
    const rows = await first.app.database.query<{ id: string; part: string }>(
      sql`SELECT "id", "tableoid"::regclass::text AS "part" FROM "request_log" ORDER BY "id"`,
    );
    expect(rows).toEqual([
      { id: 'req_1', part: 'request_log_20260609' },
      { id: 'req_2', part: 'request_log_20260609' },
    ]);
  });
});
