// Loaded into an attacked server (with --expose-gc): tells what it has used and how long its event loop stood still, when asked,
// and ends it when the attacker is gone.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

const collect = (globalThis as { gc?: () => void }).gc;

process.on('message', (message) => {
  // The delay of a standstill is noted when timers run, which is a turn of the loop later.
  setImmediate(() => setImmediate(() => answer(message)));
});

function answer(message: unknown): void {
  if (message === 'reset') delay.reset();
  if (message === 'collect') collect?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({
    cpuMs: (user + system) / 1_000,
    stoodStillMs: message === 'reset' ? 0 : delay.max / 1e6,
    usedMb: (heapUsed + external) / 2 ** 20,
  });
}

process.on('disconnect', () => process.exit());
