// Values of arguments: valid ones of every input type, written as literals, as variables, or as literals that hold
// variables; variables given, left to their default, or left out.
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLInputType,
} from 'graphql';
import type { Draw } from './draw.ts';

/** What the values can refer to. */
export interface ValuePool {
  /** Ids that exist, of another workspace, unknown ones, and texts that are none. */
  readonly ids: readonly string[];
  /** Ids of the caller's own workspace by type. */
  readonly own: Readonly<Record<string, readonly string[]>>;
  readonly scopes: readonly string[];
  readonly documents: readonly string[];
}

export interface DrawnVariable {
  readonly type: string;
  /** As it is written after `=`; null = none. */
  readonly defaultValue: string | null;
  /** undefined = left out of the request. */
  readonly value: unknown;
}

const texts = ['a', 'Customer', 'Ann', '', 'ann@one.example', 'Berlin', 'zzz', 'ü'];
const instants = ['2026-06-01T12:00:00.000Z', '2026-01-01T00:00:00Z', '2027-03-04T05:06:07+02:00'];
/** A range has a length that it may not exceed, and is refused as a whole when it does. */
const rangeInstants: Readonly<Record<string, readonly string[]>> = {
  from: ['2026-06-01T12:00:00.000Z', '2026-05-30T02:00:00+02:00'],
  to: ['2026-06-08T00:00:00Z', '2026-06-12T05:06:07+02:00'],
};
const timezones = ['UTC', 'Europe/Berlin', 'Pacific/Auckland'];
const maxInputDepth = 2;

/** One document's values and variables. */
export class ValueWriter {
  readonly variables = new Map<string, DrawnVariable>();
  private readonly conditions: string[] = [];
  /** Of the type that the field at hand leads to. */
  private own: readonly string[] = [];

  constructor(
    private readonly draw: Draw,
    private readonly pool: ValuePool,
  ) {}

  /** `(first: 2, filter: {…})`, or nothing. A page goes in one direction, and from its start. */
  arguments(declared: readonly GraphQLArgument[], typeName: string): string {
    this.own = this.pool.own[typeName] ?? [];
    const direction = this.draw.chance(80) ? 'first' : 'last';
    const written = declared.flatMap((argument) => {
      const { name, type } = argument;
      if (!isNonNullType(type) && !this.isWanted(name, direction)) return [];
      const isCursor = name === 'after' || name === 'before';
      return [`${name}: ${isCursor ? 'null' : this.write(type, this.value(type, name))}`];
    });
    return written.length > 0 ? `(${written.join(', ')})` : '';
  }

  /** A variable for @skip and @include, never null; sometimes one that has another condition already. */
  condition(): string {
    if (this.conditions.length > 0 && this.draw.chance(60)) return this.draw.pick(this.conditions);
    const condition = this.newCondition();
    this.conditions.push(condition);
    return condition;
  }

  private newCondition(): string {
    const value = this.draw.chance(50);
    const written = String(this.draw.chance(50));
    const given = this.draw.chance(60);
    if (this.draw.chance(40)) return this.add({ type: 'Boolean!', defaultValue: null, value });
    const type = this.draw.chance(50) ? 'Boolean' : 'Boolean!';
    return this.add({ type, defaultValue: written, value: given ? value : undefined });
  }

  private isWanted(name: string, direction: string): boolean {
    if (name === 'after' || name === 'before') return this.draw.chance(3);
    if (name === 'first' || name === 'last') return name === direction && this.draw.chance(70);
    return this.draw.chance(35);
  }

  private value(type: GraphQLInputType, name: string, depth = 0): unknown {
    if (isNonNullType(type)) return this.present(type.ofType as GraphQLInputType, name, depth);
    return this.draw.chance(4) ? null : this.present(type, name, depth);
  }

  private present(type: GraphQLInputType, name: string, depth: number): unknown {
    if (isListType(type)) {
      const itemType = type.ofType as GraphQLInputType;
      return Array.from({ length: this.draw.below(3) }, () => this.value(itemType, name, depth));
    }
    if (isEnumType(type)) return this.draw.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => {
        if (isNonNullType(field.type)) return true;
        const isDeep = depth >= maxInputDepth && !isEnumType(field.type);
        return !isDeep && this.draw.chance(30);
      });
      return Object.fromEntries(
        fields.map((field) => [field.name, this.value(field.type, field.name, depth + 1)]),
      );
    }
    if (isNonNullType(type)) throw new Error('A type is not null twice.');
    return this.scalar(type.name, name);
  }

  private scalar(typeName: string, name: string): unknown {
    if (name === 'timezone') return this.draw.pick(timezones);
    switch (typeName) {
      case 'SafeInt':
      case 'Int':
        return 1 + this.draw.below(3);
      case 'Float':
        return this.draw.below(10) / 4;
      case 'Boolean':
        return this.draw.chance(50);
      case 'ID':
        if (this.draw.chance(2)) return this.draw.below(10);
        return this.draw.pick(this.own.length > 0 && this.draw.chance(60) ? this.own : this.pool.ids);
      case 'Scope':
        return this.draw.pick(this.pool.scopes);
      case 'DateTime':
        return this.draw.pick(rangeInstants[name] ?? instants);
      case 'String':
        return this.draw.pick(name.startsWith('document') ? this.pool.documents : texts);
      default:
        throw new Error(
          `The generator has no values of the scalar ${typeName}: add some to its ValueWriter.`,
        );
    }
  }

  /** As a literal, or a variable in its place, here or anywhere inside. */
  private write(type: GraphQLInputType, value: unknown, mayVary = true): string {
    if (mayVary && this.draw.chance(15)) return this.variable(type, value);
    if (value === null) return 'null';
    const present = isNonNullType(type) ? (type.ofType as GraphQLInputType) : type;
    if (isListType(present))
      return this.list(present.ofType as GraphQLInputType, value as unknown[], mayVary);
    if (isEnumType(present)) return String(value);
    if (!isInputObjectType(present)) return JSON.stringify(value);
    const fields = present.getFields();
    const members = Object.entries(value as object).map(
      ([name, inner]) => `${name}: ${this.write(fields[name]!.type, inner, mayVary)}`,
    );
    return `{${members.join(', ')}}`;
  }

  private list(itemType: GraphQLInputType, values: readonly unknown[], mayVary: boolean): string {
    const items = values.map((item) => this.write(itemType, item, mayVary));
    const [first = ''] = items;
    // A single item stands for a list of one.
    const isSingle = items.length === 1 && first !== 'null' && !first.startsWith('$');
    return isSingle && this.draw.chance(30) ? first : `[${items.join(', ')}]`;
  }

  private variable(type: GraphQLInputType, value: unknown): string {
    const nullable = isNonNullType(type) ? String(type.ofType) : String(type);
    const isRequired = isNonNullType(type);
    if (value !== null && this.draw.chance(35)) {
      const defaultValue = this.write(type, value, false);
      // Null would not fit where a value is required, so it is left out there instead.
      const other = isRequired ? undefined : this.draw.pick([null, undefined]);
      const declared = this.draw.chance(50) ? nullable : `${nullable}!`;
      const given = declared.endsWith('!') && other === null ? undefined : other;
      return this.add({ type: declared, defaultValue, value: this.draw.chance(40) ? value : given });
    }
    if (isRequired || (value !== null && this.draw.chance(40)))
      return this.add({ type: `${nullable}!`, defaultValue: null, value });
    return this.add({
      type: nullable,
      defaultValue: null,
      value: this.draw.chance(25) ? undefined : value,
    });
  }

  private add(variable: DrawnVariable): string {
    const name = `v${this.variables.size + 1}`;
    this.variables.set(name, variable);
    return `$${name}`;
  }
}
