// Attacks derived from the schema and from what HTTP allows, on a workspace of 15,000 customers: each is answered or refused
// shortly, the event loop goes on turning, memory comes back, and the server ends when it is told to.
//
// A busy machine must not decide: what is judged is the server's CPU time, which is its own; times of the clock are hang guards,
// ten times what is promised. `npm run bench:hostile` measures the promise itself: 1 s, and 250 ms for /health/live.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cleanup } from '../../scripts/bench/cleanup.ts';
import { settle } from '../../scripts/bench/store.ts';
import { endsUnder, measureAll, type Cost } from '../../scripts/hostile/measure.ts';
import { attacksOf, sectionNames, worstAttacks } from '../../scripts/hostile/sections.ts';
import { openTarget, type Target } from '../../scripts/hostile/target.ts';
import { buildCommands } from '../support/processes/commands.ts';
import { describeEachEngine, newEngine, type Engine } from '../support/engines.ts';

const built = join(import.meta.dirname, '../../dist');
const customers = 15_000;
/** Twice the second that `npm run bench:hostile` allows: what else the machine does costs CPU too. */
const cpuLimitMs = 2_000;
const answerGuardMs = 10_000;
const standstillGuardMs = 2_500;
/** SIGTERM gives a server 9.75 s. */
const endGuardMs = 30_000;
const grownLimitMb = 64;
/** No need to see a thousand of them stand still. */
const maxHangs = 3;

function faultOf({ name, status, cpuMs, answerMs, stoodStillMs }: Cost): string[] {
  if (status === null) return [`${name}: no answer in ${answerGuardMs} ms`];
  return [
    ...(status >= 500 ? [`${name}: status ${status}`] : []),
    ...(cpuMs > cpuLimitMs
      ? [`${name}: ${Math.round(cpuMs)} ms of CPU, answered in ${Math.round(answerMs)}`]
      : []),
    ...(stoodStillMs > standstillGuardMs ? [`${name}: stood still for ${Math.round(stoodStillMs)} ms`] : []),
  ];
}

describeEachEngine('A server under attack', (engineName) => {
  let engine: Engine;
  let target: Target;
  const cleanup = new Cleanup();
  beforeAll(async () => {
    await buildCommands();
    engine = await newEngine(engineName);
    cleanup.defer(() => engine.remove());
    target = await openTarget({ built, databaseUrl: engine.url, customers }, cleanup);
    // As autovacuum would, at a time of its own.
    await settle({ engine: engineName, url: engine.url });
  });
  afterAll(() => cleanup.run());

  const options = { limitMs: answerGuardMs, watches: false, maxHangs };
  const used = async () => (await target.ask('collect', answerGuardMs)).usedMb;

  it.each(sectionNames)(
    'answers or refuses each of the %s shortly, and gives the memory back',
    async (section) => {
      const attacks = attacksOf(section, target.schema, false);
      expect(attacks.length).toBeGreaterThan(4);
      // What is meant to stay full is filled first.
      await measureAll(target, attacks.slice(0, 100), options);
      const beforeMb = await used();
      const costs = await measureAll(target, attacks, options);
      expect(costs.flatMap(faultOf)).toEqual([]);
      expect(costs).toHaveLength(attacks.length);
      expect((await used()) - beforeMb).toBeLessThan(grownLimitMb);
      const probe = { name: 'probe', by: 'key' as const, body: '{"query":"{ viewer { kind } }"}' };
      expect(await measureAll(target, [probe], options)).toMatchObject([{ status: 200 }]);
    },
  );

  it('ends when it is told to, whatever it works on', async () => {
    for (const attack of worstAttacks(target.schema))
      expect([attack.name, await endsUnder(target, attack, endGuardMs)]).toEqual([
        attack.name,
        expect.any(Number),
      ]);
  });
});
