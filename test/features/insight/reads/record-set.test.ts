// The set of records of a key, a day and a type: exact while it is small, then a filter that never loses a record.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../../src/features/insight/reads/fingerprint.ts';
import { maxExact, RecordSet } from '../../../../src/features/insight/reads/record-set.ts';
import { newId } from '../../../../src/core/ids.ts';

const clock = { nowMs: () => Date.parse('2026-06-01T12:00:00.000Z') };
/** Ids of one moment: all but their random part is the same. */
const ids = (count: number) => Array.from({ length: count }, () => newId('cus', clock));

function setOf(records: readonly string[]): RecordSet {
  const set = RecordSet.empty();
  for (const id of records) set.add(fingerprintOf(id));
  return set;
}

const found = (set: RecordSet, records: readonly string[]) =>
  records.map((id) => set.find(fingerprintOf(id)));

describe('A set of records', () => {
  it('is exact up to its limit, and is written and read without a loss', () => {
    const records = ids(maxExact);
    const set = RecordSet.decode(setOf(records).encode());
    expect([set.isExact, set.size]).toEqual([true, maxExact]);
    expect(new Set(found(set, records))).toEqual(new Set(['YES']));
    expect(new Set(found(set, ids(10_000)))).toEqual(new Set(['NO']));
  });

  it('says of every record that it holds that it may, and of 0.67 % of the others, at 100,000 of them', () => {
    const records = ids(100_000);
    const set = RecordSet.decode(setOf(records).encode());
    expect(set.isExact).toBe(false);
    expect(new Set(found(set, records))).toEqual(new Set(['MAYBE']));
    const wrong = found(set, ids(100_000)).filter((answer) => answer === 'MAYBE').length;
    // 670 are expected; five times the deviation of such a draw, which is 26.
    expect(wrong).toBeGreaterThan(540);
    expect(wrong).toBeLessThan(800);
    expect(Math.abs(set.size - 100_000)).toBeLessThan(1_000);
    // 128 KiB in base64.
    expect(set.encode().length).toBeLessThan(180_000);
  }, 60_000);

  it('tells what a record adds: nothing the second time', () => {
    for (const count of [0, maxExact - 1, maxExact, maxExact + 1]) {
      const set = setOf(ids(count));
      const added = fingerprintOf(newId('inq', clock));
      expect([set.add(added), set.add(added)]).toEqual([true, false]);
    }
  });

  it('is the union of two, in whatever order and how often they are merged', () => {
    const size = fc.constantFrom(0, 1, 50, maxExact - 1, maxExact, maxExact + 500);
    fc.assert(
      fc.property(size, size, (left, right) => {
        const [a, b] = [ids(left), ids(right)];
        const union = setOf([...a, ...b]);
        const merged = [
          [a, b],
          [b, a],
          [a, b, b, a],
        ].map((parts) => {
          const set = RecordSet.empty();
          for (const part of parts) set.merge(RecordSet.decode(setOf(part).encode()));
          return set.encode();
        });
        expect(new Set(merged)).toEqual(new Set([union.encode()]));
        expect(found(union, [...a, ...b])).not.toContain('NO');
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('has different fingerprints for ids that differ in one character', () => {
    const [id] = ids(1) as [string];
    const letters = [...'0123456789abcdefghjkmnpqrstvwxyz'];
    const near = [...id].flatMap((_letter, at) =>
      letters.map((letter) => `${id.slice(0, at)}${letter}${id.slice(at + 1)}`),
    );
    const distinct = new Set(near);
    expect(new Set([...distinct].map(fingerprintOf)).size).toBe(distinct.size);
  });
});
