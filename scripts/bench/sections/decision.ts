// What deciding costs, in this process and without a server: one operation, kept and not kept; and 1,000 rows.
import { parse, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import { createGate, type Gate } from '../../../src/access/policy/index.ts';
import { systemContext } from '../../../src/access/system-context.ts';
import type { AppServices } from '../../../src/services.ts';
import type { ApiKeyPrincipal } from '../../../src/core/principal.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { collectGarbage, cpuMilliseconds, median } from '../measure.ts';
import { ratiosTable, table } from '../report.ts';
import { measureRows } from './rows-cost.ts';
import type { Bench, Section } from './section.ts';
import { makeWorkspace, openBenchHouse } from '../seed.ts';
import { newStore } from '../store.ts';
import { exampleOperation } from '../work.ts';

const rowCount = 1_000;
const allRead = ['read:customers', 'read:inquiries', 'read:followups'];

function principalWith(workspaceId: string, scopes: readonly string[]): ApiKeyPrincipal {
  const ids = { apiKeyId: 'key_bench', label: 'test', secretId: '000000000000' };
  return {
    kind: 'API_KEY',
    ip: '127.0.0.1',
    workspaceId,
    ...ids,
    scopes: new Set(scopes),
    venueIds: null,
    operationIds: null,
  };
}

function operationIn(document: DocumentNode): OperationDefinitionNode {
  return document.definitions[0] as OperationDefinitionNode;
}

interface Case {
  readonly what: string;
  /** Everything that one repetition must not find known is made before the clock starts. */
  prepare(
    repetitions: number,
  ): ((index: number) => Promise<unknown>) | Promise<(index: number) => Promise<unknown>>;
  readonly repetitions: number;
}

function cases(gate: Gate, workspaceId: string, isQuick: boolean): Record<string, Case> {
  const text = exampleOperation('Dashboard');
  const document = parse(text);
  const decide = (of: DocumentNode, principal: ApiKeyPrincipal) =>
    gate.decide(gate.plan(of, operationIn(of)), principal, {});
  const full = principalWith(workspaceId, allRead);
  const half = principalWith(workspaceId, ['read:customers']);
  const often = isQuick ? 2_000 : 20_000;
  return {
    cached: {
      what: 'known document, known scopes',
      repetitions: often,
      prepare: () => () => decide(document, full),
    },
    cachedDenied: {
      what: 'the same with 16 of 28 fields denied',
      repetitions: often,
      prepare: () => () => decide(document, half),
    },
    newScopes: {
      what: 'known document, scopes never seen',
      repetitions: often / 10,
      prepare: (repetitions) => {
        const stamp = performance.now();
        const principals = Array.from({ length: repetitions }, (_, index) =>
          principalWith(workspaceId, [...allRead, `never:seen-${stamp}-${index}`]),
        );
        return (index) => decide(document, principals[index]!);
      },
    },
    newDocument: {
      what: 'document never seen, known scopes',
      repetitions: often / 10,
      prepare: (repetitions) => {
        const documents = Array.from({ length: repetitions }, () => parse(text));
        return (index) => decide(documents[index]!, full);
      },
    },
  };
}

async function microseconds({ prepare, repetitions }: Case): Promise<number> {
  const run = await prepare(repetitions);
  collectGarbage();
  const cpuMs = await cpuMilliseconds(async () => {
    for (let index = 0; index < repetitions; index += 1) await run(index);
  });
  return (cpuMs * 1_000) / repetitions;
}

/** Medians of interleaved batches, after one of each that does not count. CPU microseconds for one operation. */
async function measureOperation(house: AppServices, workspaceId: string, isQuick: boolean) {
  const { schema, policy } = house.schema;
  const all = Object.entries(cases(createGate(schema, policy), workspaceId, isQuick));
  const samples = new Map<string, number[]>(all.map(([name]) => [name, []]));
  for (const [, one] of all) await microseconds(one);
  for (let batch = 0; batch < 5; batch += 1) {
    for (const [name, one] of all) samples.get(name)!.push(await microseconds(one));
  }
  return all.map(([name, { what }]) => ({ name, what, us: median(samples.get(name)!) }));
}

export async function measureDecision({ cleanup, postgresServer, isQuick, say }: Bench): Promise<Section> {
  const store = await newStore('sqlite', postgresServer, cleanup);
  const house = await openBenchHouse(store);
  try {
    const workspaceId = await makeWorkspace(house, 1);
    await seedWorkspace(systemContext(house, workspaceId), { customers: rowCount, seed: 1 });
    const operations = await measureOperation(house, workspaceId, isQuick);
    say('decision: microseconds measured');
    const rows = await measureRows(house, principalWith(workspaceId, allRead), isQuick ? 10 : 100);
    say('decision: 1,000 rows measured');
    const lines = operations.map(({ what, us }) => [what, us] as const);
    const microsecondsOf = Object.fromEntries(operations.map(({ name, us }) => [name, us]));
    return {
      json: { microseconds: microsecondsOf, rows },
      text: `Decision\n${table(['Dashboard', 'CPU µs'], lines)}\n${ratiosTable(rows.ratios)}`,
    };
  } finally {
    await house.close();
  }
}
