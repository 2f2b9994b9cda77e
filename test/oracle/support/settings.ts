// How long and from which seed the differential run goes: `npm run oracle -- --pairs 200000 --seed 42` sets both.

function wholeNumber(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  if (!/^\d+$/.test(text)) throw new Error(`${name} is "${text}"; it must be a whole number.`);
  return Number(text);
}

/** Pairs of an operation and a set of scopes. */
export const wantedPairs = wholeNumber('LATCHKEY_ORACLE_PAIRS', 10_000);
export const seed = wholeNumber('LATCHKEY_ORACLE_SEED', 20_260_601);
