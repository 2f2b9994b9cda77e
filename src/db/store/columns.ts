// Column types that mean the same on both engines, and the decorators that declare a table once. No query lives here.
import type { Instant } from '../../core/clock.ts';
import { addressKey, foldAddress } from '../../core/text/email-address.ts';
import { fold } from '../../core/text/fold.ts';

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
  /** This column holds another property's text as it is compared; the tenant layer keeps it, no feature sets it. */
  readonly derived?: Derived;
  /** `eq`, `neq`, `in` and `nin` ignore case and accents too: they compare the folded column. */
  readonly isAddress?: boolean;
  /** The one spelling in which texts of this column are kept and compared; none = as they are. */
  readonly canonical?: (text: string) => string;
}

interface Derived {
  /** The property whose text it is made of. */
  readonly from: string;
  readonly by: (text: string | null | undefined) => string;
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

function declare(target: object, { name, ...column }: Omit<Column, 'name'> & { name?: string }): void {
  const columns = declared.get(target.constructor) ?? [];
  columns.push({ ...column, name: name ?? snakeCase(column.property) });
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

interface TimestampOptions extends ColumnOptions {
  /**
   * Keeps a second column `<name>_sorted`, in which this instant stands for null: a list is sorted by a property that is never
   * null, and this says where the rows without a value stand.
   */
  readonly sortedNull?: Instant;
}

/**
 * An Instant (UTC, milliseconds): ISO 8601 text on SQLite, timestamptz(3) on Postgres; the same text to every reader.
 *
 * @example
 * @TimestampColumn({ nullable: true, sortedNull: lastInstant }) expiresAt!: Instant | null;
 */
export function TimestampColumn(options: TimestampOptions = {}): PropertyDecorator {
  return (target, property) => {
    const name = String(property);
    const { sortedNull } = options;
    declare(target, { property: name, kind: 'timestamp', ...settings(options) });
    if (sortedNull === undefined) return;
    const derived = { from: name, by: (instant: string | null | undefined) => instant ?? sortedNull };
    // Null in the store alone: a migration can add no column that is not.
    declare(target, {
      ...{ property: sortedProperty(name), kind: 'timestamp', derived },
      ...settings({ nullable: true }),
    });
  };
}

/** The primary key: a type-prefixed id. */
export function IdColumn(): PropertyDecorator {
  return (target, property) =>
    declare(target, { property: String(property), kind: 'text', ...settings({ primary: true }) });
}

interface TextOptions extends ColumnOptions {
  /**
   * Keeps a second column `<name>_folded` (see core/text/fold.ts), so that search and sorting ignore case and accents alike on
   * both engines: SQLite's own lower() knows ASCII only, and Postgres' depends on a locale. It is never null: the keyset
   * can compare it.
   */
  readonly folded?: boolean;
  /** Writes a text in the one spelling in which it is kept; asked of what is written and of what is compared. */
  readonly canonical?: (text: string) => string;
  /** An e-mail address: whole values are compared folded as well. Needs `folded`. */
  readonly isAddress?: boolean;
  /**
   * The address must be unique: `<name>Key` (see addressKey) is kept too. It stands in `<name>_folded`, and the folded text in
   * `<name>_search`, because an older server that still runs writes its key there and knows no other column.
   */
  readonly keyed?: boolean;
}

/**
 * A text. `folded` is for what is searched, filtered by `contains`, or sorted.
 *
 * @example
 * @TextColumn({ folded: true }) name!: string;
 */
export function TextColumn(options: TextOptions = {}): PropertyDecorator {
  return (target, property) => {
    const name = String(property);
    const spelling = options.canonical ? { canonical: options.canonical } : {};
    const { folded = false, isAddress = false, keyed = false } = options;
    declare(target, { property: name, kind: 'text', ...settings(options), isAddress, ...spelling });
    if (folded) {
      const place = keyed
        ? { name: `${snakeCase(name)}_search`, ...settings({ nullable: true }) }
        : settings({});
      const property = foldedProperty(name);
      declare(target, {
        ...place,
        property,
        kind: 'text',
        derived: { from: name, by: isAddress ? foldAddress : fold },
      });
    }
    if (keyed) {
      const place = { property: `${name}Key`, name: `${snakeCase(name)}_folded`, ...settings({}) };
      declare(target, { ...place, kind: 'text', derived: { from: name, by: addressKey } });
    }
  };
}

/**
 * A foreign key to another table's id.
 *
 * @example
 * @ReferenceColumn(() => Customer) customerId!: string;
 */
export function ReferenceColumn(
  references: () => EntityClass,
  options: ColumnOptions = {},
): PropertyDecorator {
  return (target, property) =>
    declare(target, { property: String(property), kind: 'text', ...settings(options), references });
}

/** The text as the folded column of this property holds it. */
export function foldFor({ isAddress }: Column, text: string | null | undefined): string {
  return isAddress ? foldAddress(text) : fold(text);
}

export function foldedProperty(property: string): string {
  return `${property}Folded`;
}

/** See TimestampColumn. */
function sortedProperty(property: string): string {
  return `${property}Sorted`;
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
