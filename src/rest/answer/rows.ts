// A list as rows of text: CSV (RFC 4180) for spreadsheets, or one JSON object on each line.
import type { Format } from '../request/format.ts';

type Column = readonly string[];
type Row = Readonly<Record<string, unknown>>;

/** How rows are written. */
export interface RowWriter {
  readonly head: string;
  row(row: Row): string;
}

function valueAt(row: Row, path: Column): unknown {
  return path.reduce<unknown>((value, name) => (value as Row | null | undefined)?.[name], row);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (isTexts(value)) return value.join('; ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/**
 * A spreadsheet takes a text that begins so for a formula, and anybody can write such a name into a web form (OWASP, CSV
 * injection). Telephone numbers begin with + too, and hold nothing that could be run.
 */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d\s().,/-]*$/.test(text) ? `'${text}` : text;
}

function cell(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : withoutFormula(textOf(value));
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const line = (cells: readonly string[]) => `${cells.join(',')}\r\n`;

export function writerOf(format: Format, columns: readonly Column[]): RowWriter {
  if (format !== 'text/csv') return { head: '', row: (row) => `${JSON.stringify(row)}\n` };
  return {
    head: line(columns.map((path) => path.join('_'))),
    row: (row) => line(columns.map((path) => cell(valueAt(row, path)))),
  };
}
