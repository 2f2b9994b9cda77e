// `npm run bench` from end to end, as short as it can be: that it runs, compares the same answers and leaves nothing. How
// fast anything is, is never asserted here.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { firstDifference } from '../../scripts/bench/sections/same-answers.ts';
import { buildCommands, emptyFolder, runCommand } from '../support/processes/commands.ts';
import { describeEachEngine, newEngine, type Engine } from '../support/engines.ts';

const root = join(import.meta.dirname, '../..');
const short = ['--quick', '--json', '--customers', '200', '--rounds', '1', '--seconds', '0.1'];
const operations = ['Dashboard', 'DashboardHalf', 'Inbox', 'Customer', 'CreateInquiry'] as const;
const variants: Readonly<Record<(typeof operations)[number], string[]>> = {
  Dashboard: ['json', 'latchkey', 'open', 'rechecked', 'rows', 'textbook'],
  DashboardHalf: ['json', 'latchkey', 'open', 'rechecked', 'rows', 'textbook'],
  Inbox: ['json', 'latchkey', 'open', 'rows', 'textbook'],
  Customer: ['json', 'latchkey', 'open', 'rows', 'textbook'],
  CreateInquiry: ['latchkey', 'open', 'rows', 'textbook'],
};

interface Figures {
  readonly requestsPerSecond: number;
  readonly cpuMsPerRequest: number;
  readonly failed: number;
}

interface Recorded {
  readonly name: string;
  readonly figures: Readonly<Record<string, Figures>>;
}

interface Insight {
  readonly requests: number;
  readonly sizes: Readonly<Record<string, number>>;
  readonly figures: readonly { readonly title: string }[];
}

let folder: ReturnType<typeof emptyFolder>;
beforeAll(buildCommands);
beforeEach(() => {
  folder = emptyFolder();
});
afterEach(() => folder.remove());

describeEachEngine('npm run bench', (name) => {
  let engine: Engine;
  beforeEach(async () => {
    engine = await newEngine(name);
  });
  afterEach(() => engine.remove());

  it('measures every operation on every variant, after all of them gave the same answers', async () => {
    const hasParts = name === 'sqlite';
    const only = [...operations, ...(hasParts ? ['cold-start', 'decision'] : [])].join(',');
    const server = name === 'postgres' ? ['--postgres-server', engine.url] : [];
    const ended = await runCommand('bench', [...short, '--database', name, '--only', only, ...server], {
      env: { TMPDIR: folder.path },
    });
    expect(ended).toMatchObject({ code: 0 });
    const result = ended.json<Record<string, Record<string, Record<string, never>>>>();
    for (const operation of operations) {
      const measured = result[name]!['operations']![operation]!['variants'] as Record<string, Figures>;
      expect(Object.keys(measured).sort()).toEqual(variants[operation]);
      expect(ended.stderr).toContain(
        `${name} ${operation}: ${variants[operation].length} variants answer the same`,
      );
      for (const figures of Object.values(measured)) {
        expect(figures.requestsPerSecond).toBeGreaterThan(0);
        expect(figures.cpuMsPerRequest).toBeGreaterThan(0);
        expect(figures.failed).toBe(0);
      }
    }
    if (hasParts) {
      expect(Object.keys(result[name]!['coldStart']!['variants']!)).toEqual(['latchkey', 'textbook', 'rows']);
      const { cached, newDocument } = result['decision']!['microseconds'] as unknown as Record<
        string,
        number
      >;
      expect([cached! > 0, newDocument! > 0]).toEqual([true, true]);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  }, 300_000);
});

describeEachEngine('npm run bench -- --only recording,insight', (name) => {
  it('measures servers that record and that do not, and the pages about a month, of which every row is there', async () => {
    const engine = await newEngine(name);
    try {
      const server = name === 'postgres' ? ['--postgres-server', engine.url] : [];
      const args = [...short, '--database', name, '--only', 'recording,insight', ...server];
      const ended = await runCommand('bench', args, { env: { TMPDIR: folder.path } });
      expect(ended).toMatchObject({ code: 0 });
      const { recording, insight } =
        ended.json<Record<string, { recording: Recorded[]; insight: Insight }>>()[name]!;
      expect(recording.map(({ name: operation }) => operation)).toEqual(['Dashboard', 'Customer']);
      for (const { figures } of recording) {
        expect(Object.keys(figures)).toEqual(['on', 'reads', 'off']);
        expect(Object.values(figures).map(({ failed }) => failed)).toEqual([0, 0, 0]);
      }
      expect(insight.requests).toBe(20_000);
      // A row of the log is not less than this, so the month is there.
      expect(insight.sizes['request log']).toBeGreaterThan(20_000 * 200);
      expect(insight.figures.map(({ title }) => title)).toContain('KeyInsight, 30 days');
      expect(readdirSync(folder.path)).toEqual([]);
    } finally {
      await engine.remove();
    }
  }, 300_000);
});

describe('npm run bench, interrupted', () => {
  it('ends its servers and takes its files away', async () => {
    const args = [
      join(root, 'dist/scripts/bench.js'),
      ...short,
      '--database',
      'sqlite',
      '--only',
      'Dashboard',
    ];
    const child = spawn(process.execPath, args, { env: { TMPDIR: folder.path } });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('variants answer the same')) child.kill('SIGINT');
    });
    expect(await ended).toBe(130);
    expect(said).toContain('SIGINT: cleaning up');
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('The first difference of two answers', () => {
  const answer = {
    list: {
      cursor: 'abc',
      rows: [
        { id: 'a', n: null },
        { id: 'b', n: 2 },
      ],
    },
  };
  const difference = (other: typeof answer | object, opaque: string[] = []) =>
    firstDifference(answer, other as typeof answer, opaque);

  it.each([
    [
      'another value',
      { list: { ...answer.list, rows: [answer.list.rows[0], { id: 'b', n: 3 }] } },
      'list.rows.1.n',
    ],
    ['a row less', { list: { ...answer.list, rows: [answer.list.rows[0]] } }, 'list.rows.1'],
    ['a list for an object', { list: [answer.list] }, 'list'],
    ['null for a value', { list: { ...answer.list, cursor: null } }, 'list.cursor'],
    ['a field more', { ...answer, more: 1 }, 'more'],
  ])('names the place of %s', (_what, other, place) => {
    expect(difference(other)?.split(/[: ]/)[0]).toBe(place);
  });

  it('is none for equal answers', () => {
    expect(difference(structuredClone(answer))).toBeNull();
  });

  it('lets two texts differ where each server has its own, but not a text and nothing', () => {
    const ofCursor = (cursor: string | null) => ({ list: { ...answer.list, cursor } });
    expect(difference(ofCursor('xyz'), ['list.cursor'])).toBeNull();
    expect(difference(ofCursor(null), ['list.cursor'])).toContain('list.cursor');
  });
});
