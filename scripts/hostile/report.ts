// The table of `npm run bench:hostile`: what the attacks of each section cost at most, and each one that is too dear.
import type { Cost } from './measure.ts';

/** What is promised, by the clock. */
const limits = { answerMs: 1_000, liveMs: 250 } as const;

function faultsOf({ status, answerMs, liveMs }: Cost): string[] {
  if (status === null) return [`no answer in ${Math.round(answerMs)} ms`];
  return [
    ...(status >= 500 ? [`status ${status}`] : []),
    ...(answerMs >= limits.answerMs ? [`answer over ${limits.answerMs} ms`] : []),
    ...(liveMs >= limits.liveMs ? [`/health/live over ${limits.liveMs} ms`] : []),
  ];
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
const column = (value: number) => value.toFixed(0).padStart(7);
const shown = 20;

/** True when all of them keep to the limits. */
export function reportSection(title: string, costs: readonly Cost[]): boolean {
  const slowest = (of: (cost: Cost) => number) => Math.max(...costs.map(of));
  const bad = costs.filter((cost) => faultsOf(cost).length > 0);
  say(`\n${title}: ${costs.length} attacks, ${bad.length} too dear`);
  say(' answer     CPU   stood    live  status');
  const row = (cost: Omit<Cost, 'name'>) =>
    [cost.answerMs, cost.cpuMs, cost.stoodStillMs, cost.liveMs].map(column).join(' ') +
    String(cost.status ?? '-').padStart(8);
  const most = {
    ...{ answerMs: slowest(({ answerMs }) => answerMs), cpuMs: slowest(({ cpuMs }) => cpuMs), status: null },
    ...{ stoodStillMs: slowest(({ stoodStillMs }) => stoodStillMs), liveMs: slowest(({ liveMs }) => liveMs) },
  };
  say(`${row(most)}  at most`);
  const dearest = [...bad].sort((a, b) => b.answerMs - a.answerMs).slice(0, shown);
  for (const cost of dearest) say(`${row(cost)}  ${cost.name}  <-- ${faultsOf(cost).join(', ')}`);
  return bad.length === 0;
}
