// The servers that are compared, how each is started, and what each of them answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchHouse } from './seed.ts';
import { settingsFor } from './seed.ts';
import type { Launch } from './server-process.ts';
import { deniedInHalf, operationNames, type OperationName } from './work.ts';

export const variantNames = ['latchkey', 'open', 'rechecked', 'textbook', 'rows', 'json'] as const;
export type VariantName = (typeof variantNames)[number];

interface Variant {
  readonly title: string;
  /** Below dist/. */
  readonly entry: string;
  readonly operations: readonly OperationName[];
  /** Started with the flags of `npm start`; the others with none, as their documentation starts them. */
  readonly hasStartFlags: boolean;
}

const reads = operationNames.filter((name) => name !== 'CreateInquiry');

export const variants: Readonly<Record<VariantName, Variant>> = {
  latchkey: {
    title: 'Latchkey',
    ...{ entry: 'src/main.js', operations: operationNames, hasStartFlags: true },
  },
  open: {
    title: 'Latchkey, authorization off',
    ...{ entry: 'scripts/bench/servers/open.js', operations: operationNames, hasStartFlags: true },
  },
  rechecked: {
    title: 'Latchkey, only the second look at the key on',
    entry: 'scripts/bench/servers/open.js',
    operations: ['Dashboard', 'DashboardHalf'],
    hasStartFlags: true,
  },
  textbook: {
    title: 'Textbook stack',
    ...{
      entry: 'scripts/bench/servers/textbook/server.js',
      operations: operationNames,
      hasStartFlags: false,
    },
  },
  rows: {
    title: 'Limit: bare Node, SQL rows',
    ...{ entry: 'scripts/bench/servers/limit/server.js', operations: operationNames, hasStartFlags: false },
  },
  json: {
    title: 'Limit: bare Node, SQL JSON text',
    ...{ entry: 'scripts/bench/servers/limit/server.js', operations: reads, hasStartFlags: false },
  },
};

const root = join(import.meta.dirname, '../../..');

/** Latchkey itself, built. */
export const mainEntry = join(root, 'dist/src/main.js');

/** What `npm start` gives to node, read where it stands, so that the two cannot differ. */
export function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** How a variant is started for an operation; variants that need nothing special are started alike for all. */
export function launchOf(
  name: VariantName,
  operation: OperationName,
  { store, workspaceId }: BenchHouse,
  flagsForAll: boolean,
): Launch {
  const { entry, hasStartFlags } = variants[name];
  // Where nobody decides, nothing denies these fields: such a server answers null there and asks nobody, so that it reads
  // the same rows and the difference is the price of the decision.
  const decides = name === 'latchkey' || name === 'textbook';
  const nulled = operation === 'DashboardHalf' && !decides ? deniedInHalf.join(',') : '';
  return {
    entry: join(root, 'dist', entry),
    nodeFlags: hasStartFlags || flagsForAll ? startFlags() : [],
    env: {
      ...settingsFor(store),
      BENCH_WORKSPACE: workspaceId,
      BENCH_FORM: name === 'json' ? 'json' : 'rows',
      BENCH_NULLED: nulled,
      BENCH_RECHECK: name === 'rechecked' ? '1' : '0',
    },
  };
}
