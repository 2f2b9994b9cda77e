// One statement that fails is one line of the log, however many rows of the answer it was for.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../../src/core/logger.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';

type Line = Record<string, unknown>;

describeEachEngine('A statement that fails', (engine) => {
  const lines: Line[] = [];
  let brokenTables: readonly string[] = [];
  let house: TestHouse;
  let key: KeyCaller;

  beforeAll(async () => {
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
    const onStatement = (text: string) => {
      const broken = brokenTables.find((table) => text.includes(`"${table}"`));
      if (broken) throw new Error(`${broken} cannot be read`);
    };
    house = await openTestHouse(engine, {
      logger: createLogger({ level: 'error', destination }),
      database: { onStatement },
    });
    const workspace = await house.workspace();
    key = await workspace.key('read:customers', 'read:inquiries', 'read:followups');
    for (let count = 0; count < 3; count += 1) await workspace.customer();
  });
  afterAll(() => house.close());
  beforeEach(() => void (lines.length = 0));

  const send = async (tables: readonly string[], query: string) => {
    brokenTables = tables;
    try {
      return await key.send(query);
    } finally {
      brokenTables = [];
    }
  };
  const nested = (fields: string) => `{ customers(first: 3) { nodes { name ${fields} } } }`;
  const defects = () =>
    lines
      .filter(({ msg }) => msg === 'defect')
      .map(({ err, path, places }) => ({ message: (err as Line)['message'], path, places }));

  it('for a field of three rows is three errors and one line, with the first place and their number', async () => {
    const { data, errors } = await send(['inquiries'], nested('inquiries(first: 1) { nodes { id } }'));
    const pathOf = (row: number) => ['customers', 'nodes', row, 'inquiries'];
    expect(data.customers.nodes).toHaveLength(3);
    expect(errors?.map(({ path }) => path)).toEqual([pathOf(0), pathOf(1), pathOf(2)]);
    expect(defects()).toEqual([{ message: 'inquiries cannot be read', path: pathOf(0), places: 3 }]);
  });

  it('for one place says the path alone', async () => {
    await send(['customers'], '{ customers(first: 1) { totalCount nodes { name } } }');
    for (const { path, places } of defects()) expect([path, places]).toEqual([['customers'], undefined]);
    expect(defects()).toHaveLength(1);
  });
});
