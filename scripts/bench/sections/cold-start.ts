// From the start of the process to the first complete answer, and what memory the process holds when it then rests.
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../measure.ts';
import { atMost } from '../ratios.ts';
import { ratiosTable, table } from '../report.ts';
import type { Bench, Section } from './section.ts';
import type { BenchHouse } from '../seed.ts';
import { startServer } from '../server-process.ts';
import { launchOf, variants, type VariantName } from '../variants.ts';
import { operation, type Operation } from '../work.ts';

const compared = ['latchkey', 'textbook', 'rows'] as const satisfies readonly VariantName[];
const maximumIdleMb = 120;

interface Start {
  readonly firstAnswerMs: number;
  readonly idleMb: number;
}

async function startOnce(
  name: VariantName,
  house: BenchHouse,
  work: Operation,
  { cleanup, flagsForAll, isQuick }: Bench,
): Promise<Start> {
  const startedMs = performance.now();
  const server = await startServer(launchOf(name, 'Dashboard', house, flagsForAll), cleanup);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${work.key}` };
  const response = await fetch(server.url, { method: 'POST', headers, body: work.bodies[0]! });
  const text = await response.text();
  const firstAnswerMs = performance.now() - startedMs;
  if (response.status !== 200 || !text.includes(work.mustContain)) throw new Error(`${name}: ${text}`);
  await sleep(isQuick ? 200 : 5_000);
  const { rssMb: idleMb } = await server.usage();
  await server.stop();
  return { firstAnswerMs, idleMb };
}

/** The build is there and the packages are installed; each start is of a process of its own, in turn. */
export async function measureColdStarts(house: BenchHouse, bench: Bench): Promise<Section> {
  const work = operation('Dashboard', house);
  const starts = new Map<VariantName, Start[]>(compared.map((name) => [name, []]));
  for (let round = 0; round < (bench.isQuick ? 1 : 5); round += 1) {
    for (const name of compared) starts.get(name)!.push(await startOnce(name, house, work, bench));
  }
  bench.say(`${house.store.engine}: cold starts measured`);
  const figures = Object.fromEntries(
    compared.map((name) => {
      const of = (figure: keyof Start) => median(starts.get(name)!.map((start) => start[figure]));
      return [name, { firstAnswerMs: of('firstAnswerMs'), idleMb: of('idleMb') }];
    }),
  ) as Record<(typeof compared)[number], Start>;
  const { latchkey, textbook } = figures;
  const ratios = [
    atMost('cold start to first answer : textbook stack', latchkey.firstAnswerMs / textbook.firstAnswerMs, 1),
    atMost('idle memory of Latchkey, MB', latchkey.idleMb, maximumIdleMb),
  ];
  const rows = compared.map((name) => [
    ...[variants[name].title, figures[name].firstAnswerMs, figures[name].idleMb],
  ]);
  return {
    json: { variants: figures, ratios },
    text: `Cold start\n${table(['', 'first answer ms', 'idle MB'], rows)}\n${ratiosTable(ratios)}`,
  };
}
