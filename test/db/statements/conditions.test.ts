// Every comparator against a plain model in JavaScript, on both engines: what matches is decided by us, not by an engine.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fold } from '../../../src/core/text/fold.ts';
import type { Comparator, Condition } from '../../../src/db/statements/condition.ts';
import type { NewRow, TenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { customerRow } from '../support/rows.ts';
import { openStore, type Store } from '../support/store.ts';

type Value = string | number | null;
type Comparison = Extract<Condition, { op: unknown }>;

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const inequalities: Partial<Record<Comparator, (sign: number) => boolean>> = {
  gt: (sign) => sign > 0,
  gte: (sign) => sign >= 0,
  lt: (sign) => sign < 0,
  lte: (sign) => sign <= 0,
};

/** Whole values of an e-mail address ignore case and accents; no value is asked for as it is. */
function asCompared({ property, op, value }: Comparison, stored: Value): [stored: Value, value: unknown] {
  if (property !== 'email' || value === null || !['eq', 'neq', 'in', 'nin'].includes(op))
    return [stored, value];
  const folded = (text: unknown) => fold(text as string) || null;
  // Nothing is folded to null but null itself, and that is not asked for.
  const asked = [value].flat().map((text) => folded(text) ?? '-');
  return [folded(stored), Array.isArray(value) ? asked : asked[0]];
}

function holdsFor(kept: Value, comparison: Comparison): boolean {
  const { op } = comparison;
  const [stored, value] = asCompared(comparison, kept);
  switch (op) {
    case 'eq':
      return stored === value;
    case 'neq':
      return stored !== value;
    case 'in':
      return (value as Value[]).includes(stored);
    case 'nin':
      return !(value as Value[]).includes(stored);
    case 'contains':
      return fold(stored as string | null).includes(fold(value as string));
    case 'startsWith':
      return fold(stored as string | null).startsWith(fold(value as string));
    default:
      return stored !== null && inequalities[op]!(compare(stored, value as string | number));
  }
}

function matches(row: Readonly<Record<string, Value>>, condition: Condition): boolean {
  if ('all' in condition) return condition.all.every((part) => matches(row, part));
  if ('any' in condition) return condition.any.some((part) => matches(row, part));
  return holdsFor(row[condition.property]!, condition);
}

/** Letters that engines fold differently or not at all, LIKE's own characters, and ordinary ones to meet them. */
const letters = [
  ...['a', 'A', 'b', 'ł', 'Ł', 'İ', 'i', 'I', 'ı', 'ß', 'ẞ', 's', 'S', 'σ', 'ς', 'Σ', 'é', 'e\u0301', 'É'],
  ...['%', '_', '\\', "'", '"', ' ', '日', '😀', 'ﬁ', '\u00a0', '?', '$', '1'],
];
const letter = fc.constantFrom(...letters);
const storedText = fc.string({ unit: letter, minLength: 1, maxLength: 4 });
const askedText = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: letter, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('\0', 'a', '%'), maxLength: 3 }) },
);
const instant = fc.constantFrom(
  ...['0001-01-01T00:00:00.000Z', '2026-03-29T01:30:00.000Z', '2026-06-01T12:00:00.000Z'],
  ...['2026-06-01T12:00:00.001Z', '9999-12-31T23:59:59.999Z'],
);
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 4 });

const customer = fc.record({
  name: storedText,
  email: nullable(storedText),
  city: nullable(storedText),
  notes: nullable(storedText),
  version: fc.integer({ min: 0, max: 3 }),
  createdAt: instant,
});

const comparison = <T>(properties: string[], ops: Comparator[], value: fc.Arbitrary<T>) =>
  fc.record({ property: fc.constantFrom(...properties), op: fc.constantFrom(...ops), value });

const leaf: fc.Arbitrary<Comparison> = fc.oneof(
  comparison(['email', 'city', 'notes'], ['eq', 'neq'], nullable(fc.oneof(storedText, askedText))),
  comparison(['name'], ['eq', 'neq'], fc.oneof(storedText, askedText)),
  comparison(
    ['name', 'email', 'notes'],
    ['in', 'nin'],
    fc.array(fc.oneof(storedText, askedText), { maxLength: 4 }),
  ),
  comparison(['name', 'email', 'city'], ['contains', 'startsWith'], askedText),
  comparison(['name', 'city'], ['gt', 'gte', 'lt', 'lte'], storedText),
  comparison(['createdAt'], ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'], instant),
  comparison(['version'], ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'], fc.integer({ min: -1, max: 4 })),
);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }),
  ),
}));

describeEachEngine('Conditions', (engine) => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());

  async function dbWith(rows: readonly NewRow<Customer>[]): Promise<TenantDb> {
    const db = store.db(await store.workspace());
    if (rows.length > 0) await db.transaction((tx) => tx.insert(Customer, rows));
    return db;
  }

  const namesUnder = async (db: TenantDb, asked: Condition) =>
    (await db.findAll(Customer, asked)).map((row) => row.name).sort();

  it('match the rows that the same condition matches in plain JavaScript', async () => {
    const world = fc.record({
      rows: fc.array(customer, { minLength: 1, maxLength: 12 }),
      conditions: fc.array(condition, { minLength: 10, maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ rows, conditions }) => {
        const stored = rows.map((row) => customerRow(row));
        const db = await dbWith(stored);
        for (const asked of conditions) {
          const found = (await db.findAll(Customer, asked)).map((row) => row.id).sort();
          const model = stored.filter((row) => matches(row as unknown as Record<string, Value>, asked));
          expect(found, JSON.stringify(asked)).toEqual(model.map((row) => row.id).sort());
        }
      }),
      { numRuns: 60 },
    );
  });

  it('hold thousands of empty groups', async () => {
    const db = await dbWith([customerRow({ name: 'Anna' }), customerRow({ name: 'Ben' })]);
    const isAnna: Condition = { property: 'name', op: 'eq', value: 'Anna' };
    const many = (part: Condition) => Array.from({ length: 3_000 }, () => part);
    const all = { all: [] };
    const none = { any: [] };
    expect(await namesUnder(db, { all: [...many(all), isAnna] })).toEqual(['Anna']);
    expect(await namesUnder(db, { any: [...many(none), isAnna] })).toEqual(['Anna']);
    expect(await namesUnder(db, { any: [...many({ all: [all] }), isAnna] })).toEqual(['Anna', 'Ben']);
    expect(await namesUnder(db, { all: [...many({ any: [none] }), isAnna] })).toEqual([]);
  });

  it.each<[Comparator, string, string[]]>([
    ['contains', 'łukasz', ['ŁUKASZ', 'Łukasz']],
    ['contains', 'ŁUK', ['ŁUKASZ', 'Łukasz']],
    ['contains', '%', ['100% 1_0 a\\b']],
    ['contains', '_', ['100% 1_0 a\\b']],
    ['contains', 'a\\b', ['100% 1_0 a\\b']],
    ['contains', '\\%', []],
    ['contains', 'STRAẞE', ['Straße']],
    ['contains', 'né', ['Ren\u00e9', 'Rene\u0301']],
    ['contains', 'RENE', ['Ren\u00e9', 'Rene\u0301']],
    ['contains', 'strasse', ['Straße']],
    ['eq', 'Rene', []],
    ['startsWith', 'İST', ['İstanbul']],
    ['startsWith', 'ıst', ['İstanbul']],
    ['startsWith', 'ΟΔΥΣ', ['Οδυσσέας', 'Οδυς']],
    ['contains', 'οδυς', ['Οδυσσέας', 'Οδυς']],
    ['contains', 'z\0', []],
    ['startsWith', '\0', []],
    ['eq', 'Łukasz\0', []],
    ['in', ['Łukasz\0', '\0'] as unknown as string, []],
    ['contains', 'a'.repeat(1_000), []],
    ['startsWith', '%'.repeat(1_000), []],
  ])('%s %j finds exactly what it should', async (op, value, expected) => {
    const stored = ['ŁUKASZ', 'Łukasz', '100% 1_0 a\\b', 'Straße', 'Ren\u00e9', 'Rene\u0301', 'İstanbul'];
    const db = await dbWith([...stored, 'Οδυσσέας', 'Οδυς'].map((name) => customerRow({ name })));
    expect(await namesUnder(db, { property: 'name', op, value })).toEqual([...expected].sort());
  });

  describe('with nothing to compare', () => {
    it('an empty "in" matches no row and an empty "nin" every row, also one without a value', async () => {
      const db = await dbWith([customerRow({ name: 'A', email: 'a@a.example' }), customerRow({ name: 'B' })]);
      expect(await namesUnder(db, { property: 'email', op: 'in', value: [] })).toEqual([]);
      expect(await namesUnder(db, { property: 'email', op: 'nin', value: [] })).toEqual(['A', 'B']);
    });

    it('no part of "all" is true and no part of "any" is false', async () => {
      const db = await dbWith([customerRow({ name: 'A' })]);
      expect(await namesUnder(db, { all: [] })).toEqual(['A']);
      expect(await namesUnder(db, { any: [] })).toEqual([]);
      expect(await namesUnder(db, { any: [{ all: [] }, { any: [] }] })).toEqual(['A']);
    });
  });
});
