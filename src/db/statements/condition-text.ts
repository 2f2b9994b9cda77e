// A condition as text, the same for conditions that ask for the same in other words: for telling lists apart. Never SQL.
import { canonicalValue, foldFor } from '../store/columns.ts';
import type { Condition } from './condition.ts';
import { simplified } from './simplified-condition.ts';
import type { Table } from '../store/table.ts';

type Comparison = Extract<Condition, { op: unknown }>;

const wholeValues: readonly string[] = ['eq', 'neq', 'in', 'nin'];

/** As it is compared: of values that ignore case only the fold counts, of a zone's name its canonical spelling. */
function valueOf(table: Table, { property, op }: Comparison, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const column = table.columns.find((one) => one.property === property);
  // Of a computed filter, of which there is no column.
  if (!column) return value;
  if (op === 'contains' || op === 'startsWith') return foldFor(column, value);
  const isFolded = column.isAddress && wholeValues.includes(op);
  return isFolded ? foldFor(column, value) : canonicalValue(column, value);
}

const each = (texts: readonly string[]) => [...new Set(texts)].sort();

function comparisonText(table: Table, comparison: Comparison): string {
  const { property, op, value } = comparison;
  if (!Array.isArray(value)) return JSON.stringify([property, op, valueOf(table, comparison, value)]);
  const values = each(value.map((item) => JSON.stringify(valueOf(table, comparison, item))));
  if (values.length !== 1 || (op !== 'in' && op !== 'nin')) return JSON.stringify([property, op, values]);
  // A list of one asks for that one.
  return `[${JSON.stringify(property)},${op === 'in' ? '"eq"' : '"neq"'},${values[0]}]`;
}

function textOf(table: Table, condition: Condition): string {
  if ('op' in condition) return comparisonText(table, condition);
  const kind = 'all' in condition ? 'all' : 'any';
  const parts = 'all' in condition ? condition.all : condition.any;
  const texts = each(parts.map((part) => textOf(table, part)));
  return texts.length === 1 ? texts[0]! : `${kind}(${texts.join()})`;
}

/** Without regard to the order of its parts, to parts that are there twice and to those that ask for nothing. */
export function conditionText(table: Table, condition: Condition): string {
  return textOf(table, simplified(condition));
}
