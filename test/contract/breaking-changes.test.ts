// What breaks clients of the last release is named in the changelog. schema/released.graphql is schema/schema.graphql as the last
// release had it (0.1.0): a release copies the one over the other.
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

const read = (file: string) => readFileSync(file, 'utf8');
const released = read('schema/released.graphql');
const changelog = read('src/handbook/changelog.md');

/** Where the schema differs so that an operation of before may fail: `Treatment.priceCents`. */
async function breaksBetween(before: string, after: string): Promise<string[]> {
  const changes = await diff(buildSchema(before), buildSchema(after));
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ path, message }) => path ?? message);
}

/** By its name, or by its field beside "both inputs": the field's own name stands there. */
function isNamed(path: string): boolean {
  const field = path.split('.').slice(1).join('.') || path;
  return changelog.includes(`\`${path}\``) || changelog.includes(`\`${field}\``);
}

describe('Changes of the schema that break clients', () => {
  it('since the last release are in the changelog', async () => {
    const breaks = await breaksBetween(released, read('schema/schema.graphql'));
    expect(breaks).toContain('Treatment.priceCents');
    expect(breaks.filter((path) => !isNamed(path))).toEqual([]);
  });

  it('are found where a field is gone, and are missing in the changelog then', async () => {
    const without = released.replaceAll(/^ {2}city: String/gm, '  town: String');
    expect(without).not.toBe(released);
    const breaks = await breaksBetween(released, without);
    expect(breaks).not.toEqual([]);
    expect(breaks.filter((path) => !isNamed(path))).toEqual(breaks);
  });
});
