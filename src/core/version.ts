// The version of this program, as package.json has it, and how versions are ordered.

export const version = '0.3.0';

/** Negative when `a` is older than `b`. Both are `1.2.3`; anything after that is ignored. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (const index of [0, 1, 2]) {
    const difference = (left![index] ?? 0) - (right![index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
