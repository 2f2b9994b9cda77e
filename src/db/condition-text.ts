// A condition as text, the same for conditions that ask for the same in other words: for telling lists apart. Never SQL.
import { addressSpellings } from '../core/email-address.ts';
import { fold } from '../core/fold.ts';
import { partsOf, type Condition } from './condition.ts';
import type { Table } from './table.ts';

type Comparison = Extract<Condition, { op: unknown }>;

const wholeValues: readonly string[] = ['eq', 'neq', 'in', 'nin'];

/** As it is compared: of values that ignore case only the fold counts. */
function valueOf(table: Table, { property, op }: Comparison, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (op === 'contains' || op === 'startsWith') return fold(value);
  if (!table.column(property).isAddress || !wholeValues.includes(op)) return value;
  return addressSpellings(value).map(fold).sort().at(-1);
}

const each = (texts: readonly string[]) => [...new Set(texts)].sort();

function comparisonText(table: Table, comparison: Comparison): string {
  const { property, op, value } = comparison;
  if (!Array.isArray(value)) return JSON.stringify([property, op, valueOf(table, comparison, value)]);
  const values = each(value.map((item) => JSON.stringify(valueOf(table, comparison, item))));
  if (values.length !== 1) return JSON.stringify([property, op, values]);
  // A list of one asks for that one.
  return `[${JSON.stringify(property)},${op === 'in' ? '"eq"' : '"neq"'},${values[0]}]`;
}

/** The parts of a condition, and those of parts of its own kind: `and` within `and` is one. */
function flatParts(condition: Exclude<Condition, Comparison>): Condition[] {
  const kind = 'all' in condition ? 'all' : 'any';
  return partsOf(condition).flatMap((part) => (kind in part ? flatParts(part as typeof condition) : [part]));
}

/** Without regard to the order of its parts, to parts that are there twice and to those that ask for nothing. */
export function conditionText(table: Table, condition: Condition): string {
  if ('op' in condition) return comparisonText(table, condition);
  const flat = flatParts(condition);
  // Nothing to compare is true or false, by what is left.
  const kind = 'all' in condition ? 'all' : 'any';
  const texts = each(flat.map((part) => conditionText(table, part)));
  return texts.length === 1 ? texts[0]! : `${kind}(${texts.join()})`;
}
