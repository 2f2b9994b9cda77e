// Before anything is measured: all variants answer the same `data` to the same requests.
import type { Operation } from '../work.ts';

export interface Answerer {
  readonly name: string;
  readonly url: string;
  /** Instead of the operation's own: a key that may see less. Then the answer must also be free of errors. */
  readonly lesserKey?: string;
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

async function dataOf({ name, url, lesserKey }: Answerer, ownKey: string, body: string): Promise<Json> {
  const key = lesserKey ?? ownKey;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as { data?: Json; errors?: Json };
  const isWhole = errors === undefined || lesserKey === undefined;
  if (data != null && response.status === 200 && isWhole) return data;
  throw new Error(`${name} answers ${response.status} ${text.slice(0, 500)}`);
}

/** Where the two first differ, with both values; null when they do not. An opaque place must be there in both. */
export function firstDifference(a: Json, b: Json, opaque: readonly string[], path = ''): string | null {
  const place = path.replaceAll(/\.\d+(?=\.|$)/g, '');
  if (opaque.includes(place) && typeof a === 'string' && typeof b === 'string') return null;
  const isNested = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null;
  if (!isNested || Array.isArray(a) !== Array.isArray(b)) {
    return Object.is(a, b) ? null : `${path}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  }
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const below = path === '' ? name : `${path}.${name}`;
    const [one, other] = [left.get(name), right.get(name)];
    if (one === undefined || other === undefined) return `${below} is in one of the two`;
    const difference = firstDifference(one, other, opaque, below);
    if (difference !== null) return difference;
  }
  return null;
}

const comparedBodies = 5;

/** Throws with the first difference. The first of the answerers is what the others are compared with. */
export async function assertSameAnswers(operation: Operation, answerers: readonly Answerer[]): Promise<void> {
  const [reference, ...others] = answerers;
  for (const body of operation.bodies.slice(0, comparedBodies)) {
    const wanted = await dataOf(reference!, operation.key, body);
    if (!JSON.stringify({ data: wanted }).includes(operation.mustContain))
      throw new Error(`${operation.name}: the answer of ${reference!.name} holds nothing to compare.`);
    for (const other of others) {
      const given = await dataOf(other, operation.key, body);
      const difference = firstDifference(wanted, given, operation.opaque);
      if (difference !== null)
        throw new Error(`${operation.name}: ${reference!.name} and ${other.name} differ at ${difference}`);
    }
  }
}
