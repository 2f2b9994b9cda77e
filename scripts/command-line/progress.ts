// How long commands say where they are: on a terminal one line that changes, elsewhere a line each second.
import type { Clock } from '../../src/core/clock.ts';

const reportEveryMs = 1_000;

export interface ProgressTarget {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** What is done before the first second is over is told nobody but a terminal. The end is told to whoever was told more. */
export function progressOf(
  total: number,
  what: string,
  target: ProgressTarget,
  clock: Clock,
): (done: number) => void {
  let reportedMs = clock.nowMs();
  let isReported = false;
  return (done) => {
    const isEnd = done >= total;
    const isDue = clock.nowMs() - reportedMs >= reportEveryMs || (isEnd && isReported);
    if (!target.isTTY && !isDue) return;
    reportedMs = clock.nowMs();
    isReported = true;
    const line = `${done} of ${total} ${what}`;
    target.write(target.isTTY ? `\r${line}${isEnd ? '\n' : ''}` : `${line}\n`);
  };
}
