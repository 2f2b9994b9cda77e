// Progress of long commands: a line each second for a log, one changing line for a terminal, nothing for what is short.
import { describe, expect, it } from 'vitest';
import { progressOf } from '../../../scripts/command-line/progress.ts';
import { testClock } from '../../support/house.ts';

function told(isTTY: boolean, steps: readonly [atMs: number, done: number][]): string {
  const clock = testClock(0);
  let text = '';
  const report = progressOf(1_000, 'customers', { isTTY, write: (more) => (text += more) }, clock);
  for (const [atMs, done] of steps) {
    clock.advance(atMs - clock.nowMs());
    report(done);
  }
  return text;
}

describe('Progress', () => {
  it('is a line each second at most, and the end', () => {
    const steps: [number, number][] = [
      ...([
        [400, 250],
        [1_000, 500],
        [1_900, 750],
        [1_950, 1_000],
      ] as [number, number][]),
    ];
    expect(told(false, steps)).toBe('500 of 1000 customers\n1000 of 1000 customers\n');
  });

  it('says nothing of what is done within a second', () => {
    expect(
      told(false, [
        [400, 500],
        [999, 1_000],
      ]),
    ).toBe('');
  });

  it('is one line that changes on a terminal', () => {
    expect(
      told(true, [
        [10, 500],
        [20, 1_000],
      ]),
    ).toBe('\r500 of 1000 customers\r1000 of 1000 customers\n');
  });
});
