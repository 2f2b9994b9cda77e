// `npm run seed`: fills a workspace with believable customers and their threads, for trying out and for measuring.
import 'reflect-metadata';
import { systemClock } from '../src/core/clock.ts';
import { seedWorkspace } from '../src/demo/seed.ts';
import { required, runCommand, wholeNumber, withHouse, workspaceContext } from './command-line/command.ts';
import { progressOf } from './command-line/progress.ts';

await runCommand({
  usage: 'npm run -s seed -- --workspace ID --customers N [--seed 1] [--json]',
  does: 'Fills a workspace with made-up customers, inquiries and follow-ups; the same seed makes the same rows.',
  options: {
    workspace: { type: 'string' },
    customers: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
  async run(values) {
    const workspaceId = required(values, 'workspace');
    const customers = wholeNumber(values, 'customers', { min: 1, max: 10_000_000 });
    const seed = wholeNumber(values, 'seed', { min: 0, max: 4_294_967_295 });
    const counts = await withHouse(async (house) =>
      seedWorkspace(await workspaceContext(house, workspaceId), {
        ...{ customers, seed },
        onProgress: progressOf(customers, 'customers', process.stderr, systemClock),
      }),
    );
    const lines = Object.entries(counts).map(([what, count]) => `${what.padEnd(10)} ${count}`);
    return { json: counts, text: lines.join('\n') };
  },
});
