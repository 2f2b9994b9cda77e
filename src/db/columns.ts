// Column types that mean the same on both engines, and the decorators that declare a table once. No query lives here.
import { ApiError } from '../core/errors.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a class of any instance type; the constructor is never called with arguments.
export type EntityClass<T = any> = new () => T;

/** `integer` has 32 bits; a `safeInteger` is any whole number that JavaScript holds exactly. */
export type ColumnKind = 'text' | 'integer' | 'safeInteger' | 'boolean' | 'json' | 'timestamp';

export interface Column {
  /** Property of the entity class. */
  readonly property: string;
  /** Name in the database: snake case. */
  readonly name: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  readonly primary: boolean;
  /** The table whose `id` this column holds. */
  readonly references?: () => EntityClass;
  /** This column holds the folded text of another property and is kept by the tenant layer, never set by a feature. */
  readonly foldOf?: string;
  /** The one spelling in which texts of this column are kept and compared; none = as they are. */
  readonly canonical?: (text: string) => string;
}

interface ColumnOptions {
  readonly nullable?: boolean;
  /** Part of the primary key. */
  readonly primary?: boolean;
}

const declared = new WeakMap<object, Column[]>();

function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function declare(target: object, column: Omit<Column, 'name'>): void {
  const columns = declared.get(target.constructor) ?? [];
  columns.push({ ...column, name: snakeCase(column.property) });
  declared.set(target.constructor, columns);
}

/** Every column declared on a class, in the order of declaration. */
export function columnsOf(entity: EntityClass): readonly Column[] {
  return declared.get(entity) ?? [];
}

function settings({
  nullable = false,
  primary = false,
}: ColumnOptions): Pick<Column, 'nullable' | 'primary'> {
  return { nullable, primary };
}

function decorator(kind: ColumnKind) {
  return (options: ColumnOptions = {}): PropertyDecorator =>
    (target, property) =>
      declare(target, { property: String(property), kind, ...settings(options) });
}

export const IntegerColumn = decorator('integer');
/** A whole number of up to 53 bits: bigint on Postgres. Rows are read as JSON, so it is a number to every reader. */
export const SafeIntegerColumn = decorator('safeInteger');
/** Any JSON value: text on SQLite, jsonb on Postgres. */
export const JsonColumn = decorator('json');
/** An Instant (UTC, milliseconds): ISO 8601 text on SQLite, timestamptz(3) on Postgres; the same text to every reader. */
export const TimestampColumn = decorator('timestamp');

/** The primary key: a type-prefixed id. */
export function IdColumn(): PropertyDecorator {
  return (target, property) =>
    declare(target, { property: String(property), kind: 'text', ...settings({ primary: true }) });
}

interface TextOptions extends ColumnOptions {
  /**
   * Keeps a second column `<name>_folded` (see fold), so that search and sorting ignore case for every alphabet alike
   * on both engines; SQLite's own lower() knows ASCII only. It is never null: the keyset can compare it.
   */
  readonly folded?: boolean;
  /** Writes a text in the one spelling in which it is kept; asked of what is written and of what is compared. */
  readonly canonical?: (text: string) => string;
}

export function TextColumn(options: TextOptions = {}): PropertyDecorator {
  return (target, property) => {
    const name = String(property);
    const spelling = options.canonical ? { canonical: options.canonical } : {};
    declare(target, { property: name, kind: 'text', ...settings(options), ...spelling });
    if (options.folded) {
      declare(target, { property: foldedProperty(name), kind: 'text', ...settings({}), foldOf: name });
    }
  };
}

/** A foreign key to another table's id. */
export function ReferenceColumn(
  references: () => EntityClass,
  options: ColumnOptions = {},
): PropertyDecorator {
  return (target, property) =>
    declare(target, { property: String(property), kind: 'text', ...settings(options), references });
}

export function foldedProperty(property: string): string {
  return `${property}Folded`;
}

/** More than any column that is folded holds. NFKC takes time with the square of a text of combining marks. */
const maxFoldedLength = 1_000;

/**
 * Text for comparing without regard to case or to how an accent was typed: Unicode NFKC, lower case. Throws BAD_USER_INPUT
 * for over 1,000 characters: whoever takes the text refuses it earlier, and in the words of its field.
 */
export function fold(text: string | null | undefined): string {
  if (text != null && text.length > maxFoldedLength)
    throw new ApiError(
      'BAD_USER_INPUT',
      `A text has ${text.length} characters; at most ${maxFoldedLength} are compared.`,
    );
  // Lower case writes a capital sigma differently at the end of a word, so a prefix would not find its word.
  return (text ?? '').normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll('ς', 'σ');
}

/** A value in the spelling in which its column keeps it. */
export function canonicalValue({ canonical }: Column, value: unknown): unknown {
  return canonical && typeof value === 'string' ? canonical(value) : value;
}

const maximumInteger = 2 ** 31 - 1;

/** Whether a column of this kind can hold the value: asked of what a cursor brings, before an engine stumbles over it. */
export function canHold(kind: ColumnKind, value: unknown): boolean {
  switch (kind) {
    case 'integer':
      return Number.isInteger(value) && Math.abs(value as number) <= maximumInteger;
    case 'safeInteger':
      return Number.isSafeInteger(value);
    case 'timestamp':
      return typeof value === 'string' && isInstant(value);
    case 'text':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'json':
      return true;
  }
}

function isInstant(text: string): boolean {
  const epochMs = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(epochMs) && new Date(epochMs).toISOString() === text && !text.startsWith('0000');
}
