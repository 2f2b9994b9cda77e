// Turns a tape of numbers into an operation over a schema: mostly valid, with values that are mostly not.
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

export interface Drawn {
  readonly tape: readonly number[];
  readonly values: readonly unknown[];
  /** Replaces so many characters from here by this text. */
  readonly cut: readonly [number, number, string] | null;
}

/** Slow by intention, or the end of the caller's own credential. */
const leftOut = new Set(['login', 'changePassword', 'signOutEverywhere']);
/** They seldom go together, and a cursor that is none is refused before the store is asked. */
const paging = new Set(['last', 'before', 'after']);
const maxDepth = 6;

class Builder {
  private place = 0;
  readonly definitions: string[] = [];
  readonly variables: Record<string, unknown> = {};

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly drawn: Drawn,
  ) {}

  private choose(count: number): number {
    const { tape } = this.drawn;
    // Past its end the tape repeats, each time from other numbers.
    const turn = Math.floor(this.place / tape.length);
    const chosen = (tape[this.place % tape.length]! + turn) % count;
    this.place += 1;
    return chosen;
  }

  private odd(): unknown {
    return this.drawn.values[this.choose(this.drawn.values.length)];
  }

  selection(type: GraphQLNamedType, depth: number): string {
    if (!isCompositeType(type) || depth > maxDepth) return '';
    if (!isObjectType(type)) {
      const concrete = this.schema.getPossibleTypes(type);
      const one = concrete[this.choose(concrete.length)]!;
      return ` { __typename ... on ${one.name}${this.selection(one, depth + 1)} }`;
    }
    const fields = Object.values(type.getFields()).filter(({ name }) => !leftOut.has(name));
    const picked = Array.from({ length: 1 + this.choose(3) }, () => fields[this.choose(fields.length)]!);
    const texts = picked.map((field, index) => {
      const target = getNamedType(field.type);
      if (isCompositeType(target) && depth === maxDepth) return '__typename';
      // Fields of one name with other arguments would contradict each other.
      const alias = index > 0 || this.choose(4) === 0 ? `a${depth}${index}: ` : '';
      const given = field.args.flatMap((argument) => this.argument(argument));
      const list = given.length > 0 ? `(${given.join(', ')})` : '';
      return `${alias}${field.name}${list}${this.selection(target, depth + 1)}`;
    });
    return ` { ${texts.join(' ')} }`;
  }

  private argument(argument: GraphQLArgument): string[] {
    if (!isNonNullType(argument.type) && this.choose(paging.has(argument.name) ? 15 : 3) > 0) return [];
    if (this.choose(3) > 0) return [`${argument.name}: ${this.literal(argument.type, 0)}`];
    const name = `v${this.definitions.length}`;
    this.definitions.push(`$${name}: ${String(argument.type)}`);
    this.variables[name] = this.choose(9) === 0 ? this.odd() : this.value(argument.type, 0);
    return [`${argument.name}: $${name}`];
  }

  private literal(type: GraphQLInputType, depth: number): string {
    return this.print(type, this.choose(30) === 0 ? this.odd() : this.value(type, depth));
  }

  private value(type: GraphQLInputType, depth: number): unknown {
    const inner = getNullableType(type) as GraphQLInputType;
    if (!isNonNullType(type) && this.choose(12) === 0) return null;
    if (isListType(inner)) {
      const item = inner.ofType as GraphQLInputType;
      return Array.from({ length: this.choose(3) }, () => this.value(item, depth + 1));
    }
    if (isEnumType(inner)) return inner.getValues()[this.choose(inner.getValues().length)]!.name;
    if (isInputObjectType(inner)) return this.object(Object.values(inner.getFields()), depth);
    const name = getNamedType(inner).name;
    if (name === 'Int' || name === 'Float')
      return [1, 2, 5, 10, 30, 60, 100, 0, -1, 2_147_483_647][this.choose(10)];
    if (name === 'Boolean') return this.choose(2) === 0;
    if (name === 'DateTime')
      return ['2026-06-01T10:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'][this.choose(3)];
    const odd = this.odd();
    return this.choose(20) === 0 ? odd : String(odd);
  }

  private object(fields: readonly { name: string; type: GraphQLInputType }[], depth: number): object {
    const given = fields.filter(({ type }) => isNonNullType(type) || (depth < 4 && this.choose(4) === 0));
    return Object.fromEntries(given.map(({ name, type }) => [name, this.value(type, depth + 1)]));
  }

  /** As GraphQL writes it: enum values and names of fields without quotes. */
  private print(type: GraphQLInputType, value: unknown): string {
    const inner = getNullableType(type) as GraphQLInputType;
    if (Array.isArray(value)) {
      const item = (isListType(inner) ? inner.ofType : inner) as GraphQLInputType;
      return `[${value.map((one) => this.print(item, one)).join(', ')}]`;
    }
    if (isEnumType(inner) && typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
    const fields = isInputObjectType(inner) ? inner.getFields() : {};
    const parts = Object.entries(value).map(([name, one]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return `${name}: ${this.print(field?.type ?? inner, one)}`;
    });
    return `{ ${parts.join(', ')} }`;
  }

  operation(): string {
    const isMutation = this.choose(3) === 0;
    const root = isMutation ? this.schema.getMutationType()! : this.schema.getQueryType()!;
    const set = this.selection(root, 0);
    const definitions = this.definitions.length > 0 ? ` (${this.definitions.join(', ')})` : '';
    return `${isMutation ? 'mutation' : 'query'}${definitions}${set}`;
  }
}

export function operationFrom(schema: GraphQLSchema, drawn: Drawn): { query: string; variables: object } {
  const builder = new Builder(schema, drawn);
  const whole = builder.operation();
  const [at, length, text] = drawn.cut ?? [0, 0, ''];
  const start = at % whole.length;
  return {
    query: drawn.cut ? whole.slice(0, start) + text + whole.slice(start + length) : whole,
    variables: builder.variables,
  };
}
