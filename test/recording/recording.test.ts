// The same answers, byte for byte: some 600 requests of every kind, answered by compiled and by plain execution, by SQLite and
// by Postgres. To compare two versions of the program, run it on each with LATCHKEY_RECORDING=<file> and compare the files.
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres } from '../support/engines.ts';
import { record, recordingFile } from './support/record.ts';

describe('A recording of requests of every kind', () => {
  let first: string[];
  beforeAll(async () => {
    first = await record('sqlite', 'auto');
    if (recordingFile) writeFileSync(recordingFile, `${first.join('\n\n')}\n`);
  });

  it('has hundreds of requests, answered with every status that the handbook names', () => {
    const statuses = new Set(first.flatMap((text) => /^# .*\n(\d+)/.exec(text)?.[1] ?? []));
    expect(first.length).toBeGreaterThan(500);
    expect([...statuses]).toEqual(
      expect.arrayContaining([
        '200',
        '204',
        '400',
        '401',
        '403',
        '404',
        '405',
        '406',
        '413',
        '415',
        '422',
        '429',
      ]),
    );
    expect([...statuses]).not.toContain('500');
  });

  it('has a line in the log for each request, and a trace for each that asks for GraphQL', () => {
    // A path that cannot be decoded is refused before any hook runs.
    const silent = first.filter(
      (text) => text.startsWith('#') && !text.includes('/%ff') && !text.includes('\nlog {'),
    );
    expect(silent).toEqual([]);
    const untraced = first.filter(
      (text) =>
        /^# \d+ (?!OPTIONS|preflight)/.test(text) &&
        text.includes('"path":"/graphql"') &&
        !text.includes('\ntrace begin'),
    );
    expect(untraced).toEqual([]);
  });

  it('is the same when every query is compiled', async () => {
    expect(await record('sqlite', 'always')).toEqual(first);
  });

  it.skipIf(!hasPostgres)('is the same on Postgres, with none compiled', async () => {
    expect(await record('postgres', 'never')).toEqual(first);
  });
});
