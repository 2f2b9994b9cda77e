// Figures -> text for people. What is a figure and what it is compared with is decided elsewhere.
import type { Figures } from './measure.ts';
import type { Ratio } from './ratios.ts';

type Cell = string | number;

/** 3 significant digits, and whole numbers from 100 on. */
function show(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toString();
  return value.toPrecision(3);
}

/** Columns as wide as their widest cell; the first is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [
    head,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? show(cell) : cell))),
  ];
  const widths = head.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ');
  return texts.map(line).join('\n');
}

export function figuresTable(figures: readonly (readonly [title: string, Figures])[]): string {
  return table(
    ['', 'req/s', 'p50 ms', 'p99 ms', 'CPU ms/req', 'RSS MB', 'failed'],
    figures.map(([title, one]) => [
      ...[title, one.requestsPerSecond, one.p50Ms, one.p99Ms, one.cpuMsPerRequest, one.rssMb],
      String(one.failed),
    ]),
  );
}

export function ratiosTable(ratios: readonly Ratio[]): string {
  return ratios
    .map(({ what, value, rounds = [], wanted, isReached }) => {
      const aim = wanted === '' ? '' : `  (${wanted}${isReached ? '' : ': NOT REACHED'})`;
      const span =
        rounds.length > 1 ? `, rounds ${show(Math.min(...rounds))} to ${show(Math.max(...rounds))}` : '';
      return `  ${show(value).padStart(6)}  ${what}${span}${aim}`;
    })
    .join('\n');
}
