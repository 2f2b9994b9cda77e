// 1,000 rows of 20 fields, read from a real table, over the guarded schema and over the same schema without guards.
import { parse, type OperationDefinitionNode } from 'graphql';
import { createGate } from '../../../src/access/policy/index.ts';
import { systemContext } from '../../../src/access/system-context.ts';
import { allFeatures, type AppServices } from '../../../src/services.ts';
import type { ApiKeyPrincipal } from '../../../src/core/principal.ts';
import { createExecutor } from '../../../src/graphql/execution/execute.ts';
import { assembleUnguarded } from '../../../src/graphql/schema.ts';
import { collectGarbage, cpuMilliseconds, median } from '../measure.ts';
import { atMost, type Ratio } from '../ratios.ts';

const fields = ['id', 'name', 'email', 'phone', 'city', 'notes', 'tags', 'version', 'createdAt', 'updatedAt'];
const pages = 10;
const bound = 1.02;

/** Ten pages of a hundred; each of the ten fields twice. */
const document = parse(
  `query Rows { ${Array.from(
    { length: pages },
    (_, page) =>
      `p${page}: customers(first: 100) { nodes { ${fields.join(' ')} ${fields.map((name) => `again_${name}: ${name}`).join(' ')} } }`,
  ).join(' ')} }`,
);

const operation = document.definitions[0] as OperationDefinitionNode;

/** CPU milliseconds of one operation. */
export interface RowsCost {
  readonly guardedMs: number;
  readonly openMs: number;
  readonly ratios: readonly Ratio[];
}

async function read(executor: ReturnType<typeof createExecutor>, context: object): Promise<void> {
  const request = { document, operation, operationName: undefined, variables: {}, context };
  const { data, errors } = await executor(request);
  const page = data?.['p0'] as { nodes: unknown[] } | null | undefined;
  if (errors || page?.nodes.length !== 100) throw new Error(`The rows were not read: ${String(errors?.[0])}`);
}

/** Both in turn, `rounds` times; the decision is part of what is timed. */
export async function measureRows(
  house: AppServices,
  principal: ApiKeyPrincipal,
  rounds: number,
): Promise<RowsCost> {
  const { schema: guarded, policy } = house.schema;
  const { schema: open } = await assembleUnguarded(allFeatures);
  const gate = createGate(guarded, policy);
  const executors = { guarded: createExecutor(guarded, 'auto'), open: createExecutor(open, 'auto') };
  const context = () => ({ ...systemContext(house, principal.workspaceId), principal });
  const runs = {
    guarded: async () => {
      const decision = await gate.decide(gate.plan(document, operation), principal, {});
      await read(executors.guarded, { ...context(), decision });
    },
    open: () => read(executors.open, context()),
  };
  const samples = { guarded: [] as number[], open: [] as number[] };
  for (let round = -6; round < rounds; round += 1) {
    // Whoever comes second finds warm caches: they change places.
    const order = round % 2 === 0 ? (['guarded', 'open'] as const) : (['open', 'guarded'] as const);
    for (const name of order) {
      collectGarbage();
      const cpuMs = await cpuMilliseconds(runs[name]);
      if (round >= 0) samples[name].push(cpuMs);
    }
  }
  const guardedMs = median(samples.guarded);
  const openMs = median(samples.open);
  const what = '1,000 rows x 20 fields, authorization on : off';
  return { guardedMs, openMs, ratios: [atMost(what, guardedMs / openMs, bound)] };
}
