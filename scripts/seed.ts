// `npm run seed`: fills a workspace with believable customers and their threads, for trying out and for measuring.
import 'reflect-metadata';
import { seedWorkspace } from '../src/demo/seed.ts';
import { required, runCommand, wholeNumber, withHouse, workspaceContext } from './command.ts';

const reportEveryMs = 1_000;

/** On a terminal one line that changes; elsewhere a line each second. A small seed is done before the first. */
function progressOf(total: number): (done: number) => void {
  let reportedMs = Date.now();
  return (done) => {
    const { isTTY } = process.stderr;
    if (!isTTY && Date.now() - reportedMs < reportEveryMs) return;
    reportedMs = Date.now();
    const line = `${done} of ${total} customers`;
    process.stderr.write(isTTY ? `\r${line}${done === total ? '\n' : ''}` : `${line}\n`);
  };
}

await runCommand({
  usage: 'npm run -s seed -- --workspace ID --customers N [--seed 1] [--json]',
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
        onProgress: progressOf(customers),
      }),
    );
    const lines = Object.entries(counts).map(([what, count]) => `${what.padEnd(10)} ${count}`);
    return { json: counts, text: lines.join('\n') };
  },
});
