// The main part: each operation on each variant, over one store.
import { candidate, measure, type Candidate, type Measured } from '../measure.ts';
import { ratiosOf, type Ratio } from '../ratios.ts';
import { figuresTable, ratiosTable } from '../report.ts';
import { assertSameAnswers, type Answerer } from './same-answers.ts';
import type { Bench, Section } from './section.ts';
import type { BenchHouse } from '../seed.ts';
import { createServers, type Servers } from '../servers.ts';
import { variantNames, variants, type VariantName } from '../variants.ts';
import { operation, type OperationName } from '../work.ts';

export interface OperationResult {
  readonly variants: Readonly<Partial<Record<VariantName, Measured>>>;
  readonly ratios: readonly Ratio[];
}

/** Authorization is off where it is said to be: then a key that may see less is answered like the full one. */
function answerers({ name, server: { url } }: Candidate, operation: OperationName, house: BenchHouse) {
  const asked: Answerer = { name, url };
  const isOpen = name === 'open' || name === 'rechecked';
  if (!isOpen || operation !== 'Dashboard') return [asked];
  return [asked, { name: `${name}, asked with a key of fewer scopes,`, url, lesserKey: house.keys.half }];
}

async function measureOperation(
  name: OperationName,
  house: BenchHouse,
  servers: Servers,
  { pace, load, say }: Bench,
): Promise<OperationResult> {
  const work = operation(name, house);
  const names = variantNames.filter((variant) => variants[variant].operations.includes(name));
  const started = await servers.serversFor(names, name);
  const candidates = names.map((variant, index) => candidate(variant, started[index]!, work, pace));
  await assertSameAnswers(
    work,
    candidates.flatMap((one) => answerers(one, name, house)),
  );
  say(`${house.store.engine} ${name}: ${names.length} variants answer the same`);
  const figures = await measure(candidates, pace, load, say);
  return { variants: figures, ratios: ratiosOf(name, figures) };
}

export type OperationResults = Readonly<Partial<Record<OperationName, OperationResult>>>;

export async function measureOperations(
  names: readonly OperationName[],
  house: BenchHouse,
  bench: Bench,
): Promise<Section & { json: OperationResults }> {
  const servers = createServers(house, bench.flagsForAll, bench.cleanup);
  const results: Partial<Record<OperationName, OperationResult>> = {};
  for (const name of names) results[name] = await measureOperation(name, house, servers, bench);
  await servers.stop();
  return { json: results, text: operationsText(results) };
}

function operationsText(results: OperationResults): string {
  const sections = Object.entries(results).map(([name, result]) => {
    const rows = Object.entries(result.variants).map(
      ([variant, figures]) => [variants[variant as VariantName].title, figures] as const,
    );
    return `${name}\n${figuresTable(rows)}\n${ratiosTable(result.ratios)}`;
  });
  return sections.join('\n\n');
}
