// Looking up a key whose public id is unknown is the same work as one whose secret is wrong: the same statement, which reads as
// many rows with as many values. Counted, not timed.
import { crc32 } from 'node:zlib';
import type { Sql } from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeApiKey, splitApiKey } from '../../../src/access/credentials/api-key.ts';
import { findKeys } from '../../../src/access/authentication/key-store.ts';
import type { Connection } from '../../../src/db/store/database.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';

interface Work {
  readonly statement: string;
  /** Values of each row that was read. */
  readonly rows: readonly number[];
}

describeEachEngine('Looking up keys', (engine) => {
  let house: TestHouse;
  const keys: KeyCaller[] = [];
  beforeAll(async () => {
    house = await openTestHouse(engine);
    for (let index = 0; index < 3; index += 1)
      keys.push(await (await house.workspace()).key('read:customers'));
  });
  afterAll(() => house.close());

  const idOf = ({ secret }: KeyCaller) => splitApiKey(secret)!.secretId;

  async function workFor(ids: readonly string[]): Promise<{ work: Work[]; found: string[] }> {
    const { database } = house.app;
    const work: Work[] = [];
    const connection: Connection = {
      dialect: database.dialect,
      async query<Row extends object>(statement: Sql) {
        const rows = await database.query<Row>(statement);
        const valuesIn = ({ row }: { row: unknown }) =>
          ((typeof row === 'string' ? JSON.parse(row) : row) as unknown[]).length;
        work.push({ statement: statement.sql, rows: (rows as { row: unknown }[]).map(valuesIn) });
        return rows;
      },
    };
    return { work, found: [...(await findKeys(connection, ids)).keys()].sort() };
  }

  it.each(['000000000000', '7fffffffffff', 'ffffffffffff'])(
    'reads as much for %s as for a known id',
    async (id) => {
      const known = await workFor([idOf(keys[0]!)]);
      const unknown = await workFor([id]);
      expect(known.found).toEqual([idOf(keys[0]!)]);
      expect(unknown.found).toEqual([]);
      expect(unknown.work).toEqual(known.work);
      expect(known.work).toMatchObject([{ rows: [expect.any(Number)] }]);
    },
  );

  it('reads as much for unknown ids among known ones, and finds those', async () => {
    const ids = keys.map(idOf);
    const known = await workFor(ids);
    const mixed = await workFor([ids[0]!, 'ffffffffffff', ids[2]!]);
    expect(known.found).toEqual([...ids].sort());
    expect(mixed.found).toEqual([ids[0]!, ids[2]!].sort());
    expect(mixed.work).toEqual(known.work);
  });

  it('answers both alike', async () => {
    const answers = [];
    const wrong = makeApiKey('LIVE').key;
    // The same public id with another secret: its check has to be right to come to the store.
    const forged = forgedFrom(keys[0]!.secret);
    for (const secret of [wrong, forged]) {
      house.statements.length = 0;
      const { status, errors } = await house.send(
        { ...bearer(secret), 'x-request-id': 'same' },
        '{ viewer { id } }',
      );
      answers.push({ status, errors, statements: [...house.statements] });
    }
    expect(answers[0]).toMatchObject({ status: 401 });
    expect(answers[1]).toEqual(answers[0]);
  });
});

/** A key with the public id of another and a secret of its own. */
function forgedFrom(secret: string): string {
  const { prefix } = splitApiKey(secret)!;
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const body = `${prefix}_${'x'.repeat(32)}`;
  let rest = crc32(body);
  let check = '';
  for (let index = 0; index < 6; index += 1) {
    check = letters.charAt(rest % 62) + check;
    rest = Math.floor(rest / 62);
  }
  return body + check;
}
