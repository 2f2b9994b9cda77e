// Queries that show many records: lists at the root and what hangs below them, any of their fields, with aliases and fragments.
import {
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Draw } from '../../../../oracle/support/draw.ts';

const lists = ['customers', 'inquiries', 'venues', 'followUps', 'treatments', 'bookings'];
/** Names from the root to the last list. */
const maxDepth = 3;

class QueryWriter {
  private aliases = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly draw: Draw,
  ) {}

  /** One or two lists, or one record. */
  query(ids: readonly string[]): string {
    if (this.draw.chance(15)) return `{ node(id: "${this.draw.pick(ids)}") { ${this.ofAnyType()} } }`;
    const query = this.schema.getQueryType()!;
    const roots = Array.from({ length: 1 + this.draw.below(2) }, () => {
      const field = query.getFields()[this.draw.pick(lists)]!;
      return this.named(this.connection(field, maxDepth));
    });
    return `{ ${roots.join(' ')} viewer { ${this.draw.pick(['kind', 'apiKey { venues { name } }'])} } }`;
  }

  private named(text: string): string {
    this.aliases += 1;
    return this.aliases < 20 ? `a${this.aliases}: ${text}` : '__typename';
  }

  private ofAnyType(): string {
    const node = this.schema.getType('Node') as Parameters<GraphQLSchema['getPossibleTypes']>[0];
    const types = this.schema.getPossibleTypes(node).filter(({ name }) => lists.includes(listOf(name)));
    return types.map((type) => `... on ${type.name} { ${this.record(type, 2)} }`).join(' ');
  }

  private connection({ name, type }: GraphQLField<unknown, unknown>, depth: number): string {
    const fields = (getNamedType(type) as GraphQLObjectType).getFields();
    const node = getNamedType(fields['nodes']!.type) as GraphQLObjectType;
    const selection = this.draw.pick([
      () => `nodes { ${this.record(node, depth)} }`,
      () => `nodes { ${this.record(node, depth)} }`,
      () => `edges { cursor node { ${this.record(node, depth)} } } totalCount`,
      () => 'pageInfo { endCursor }',
    ])();
    return `${name}(first: ${1 + this.draw.below(4)}) { ${selection} }`;
  }

  private record(type: GraphQLObjectType, depth: number): string {
    const usable = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
    const chosen = usable.filter(() => this.draw.chance(35));
    const parts = chosen.map((field) => this.field(field, depth - 1));
    const text = ['__typename', ...parts].join(' ');
    return this.draw.chance(20) ? `... on ${type.name} { ${text} }` : text;
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    if (isLeafType(type)) return field.name;
    if (!isObjectType(type) || depth <= 0) return '__typename';
    const isConnection = type.name.endsWith('Connection');
    if (!isConnection && !type.getFields()['id']) return '__typename';
    return this.named(
      isConnection ? this.connection(field, depth) : `${field.name} { ${this.record(type, depth)} }`,
    );
  }
}

/** `Customer` -> `customers`. */
function listOf(typeName: string): string {
  const plural = typeName.endsWith('y') ? `${typeName.slice(0, -1)}ies` : `${typeName}s`;
  return plural.charAt(0).toLowerCase() + plural.slice(1);
}

export function drawRecordQuery(draw: Draw, schema: GraphQLSchema, ids: readonly string[]): string {
  return new QueryWriter(schema, draw).query(ids);
}
