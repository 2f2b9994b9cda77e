// Operations over any schema, valid by construction: aliases, fragments of every kind, conditions, merged fields,
// several operations in one document. What can be answered is no concern here: ids may be foreign or unknown.
//
// Two selections merge when they answer to the same name. So a response name always stands for the same field with
// the same arguments within a document; and where a selection is made through an interface, whose implementers have
// fields of one name and different types, the name carries the type.
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLUnionType,
} from 'graphql';
import type { Draw } from './draw.ts';
import { ValueWriter, type ValuePool } from './values.ts';

export interface DrawnOperation {
  readonly type: 'query' | 'mutation';
  readonly text: string;
  readonly operationName: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Fragment {
  readonly name: string;
  readonly typeName: string;
  readonly isThroughInterface: boolean;
  /** Names on a path that the body may add. */
  readonly depth: number;
  readonly text: string;
}

const maxDepth = 6;
/** The server allows 30 in one operation. */
const maxAliases = 24;
/** Fragments inside each other without a field between them. */
const maxNesting = 2;

/** How much of what a document has: few have some of everything, so that a fault shows alone as well. */
interface Style {
  readonly maxFields: number;
  readonly breadth: number;
  readonly fragments: number;
  readonly conditions: number;
  readonly aliases: number;
}

type Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType;

class OperationWriter {
  private readonly values: ValueWriter;
  private readonly argumentsOf = new Map<string, string>();
  private readonly fragments: Fragment[] = [];
  private readonly style: Style;
  private fieldCount = 0;
  private aliasCount = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly draw: Draw,
    pool: ValuePool,
    private readonly kinds: readonly OperationKind[],
    private readonly preferred: ReadonlySet<string>,
  ) {
    this.values = new ValueWriter(draw, pool);
    this.style = {
      maxFields: draw.pick([3, 8, 16, 24]),
      breadth: draw.pick([1, 2, 3, 4]),
      fragments: draw.pick([0, 0, 15, 40]),
      conditions: draw.pick([0, 0, 10, 30]),
      aliases: draw.pick([0, 20, 50]),
    };
  }

  document(): DrawnOperation {
    const count = this.draw.chance(75) ? 1 : 2 + this.draw.below(2);
    const bodies = Array.from({ length: count }, (_, index) => {
      const kind = this.draw.pick(this.kinds);
      return { kind, name: `Op${index + 1}`, body: this.root(kind) };
    });
    const run = this.draw.pick(bodies);
    const texts = [
      ...bodies.map(({ kind, name, body }) => `${kind} ${name}${this.declarations(body)} ${body}`),
      ...this.fragments.map(({ name, typeName, text }) => `fragment ${name} on ${typeName} ${text}`),
    ];
    const ordered = this.draw.chance(20) ? texts.reverse() : texts;
    const given = [...this.values.variables].filter(([, { value }]) => value !== undefined);
    return {
      type: run.kind,
      text: ordered.join('\n'),
      operationName: run.name,
      variables: Object.fromEntries(given.map(([name, { value }]) => [name, value])),
    };
  }

  private root(kind: 'query' | 'mutation'): string {
    const type = kind === 'query' ? this.schema.getQueryType() : this.schema.getMutationType();
    if (!type) throw new Error(`The schema has no ${kind}.`);
    // Each operation of a document has its own budget, as each is measured by itself.
    this.fieldCount = 0;
    const depth = 2 + this.draw.below(maxDepth - 1);
    return this.selectionSet(type, depth, false);
  }

  /** The variables of a body and of every fragment that it reaches, each declared once. */
  private declarations(body: string): string {
    const reached = new Set<Fragment>();
    const names = new Set<string>();
    const visit = (text: string) => {
      for (const [, name = ''] of text.matchAll(/\$(v\d+)/g)) names.add(name);
      for (const [, name] of text.matchAll(/\.\.\.(F\d+)/g)) {
        const fragment = this.fragments.find((candidate) => candidate.name === name);
        if (!fragment || reached.has(fragment)) continue;
        reached.add(fragment);
        visit(fragment.text);
      }
    };
    visit(body);
    const declared = [...names].map((name) => {
      const { type, defaultValue } = this.values.variables.get(name)!;
      return `$${name}: ${type}${defaultValue === null ? '' : ` = ${defaultValue}`}`;
    });
    return declared.length > 0 ? `(${declared.join(', ')})` : '';
  }

  private selectionSet(type: Composite, depth: number, isThroughInterface: boolean, nesting = 0): string {
    const count = this.isFull() ? 1 : 1 + this.draw.below(this.style.breadth);
    const selections = Array.from({ length: count }, () =>
      isAbstractType(type)
        ? this.abstractSelection(type, depth, nesting)
        : this.selection(type, depth, isThroughInterface, nesting),
    );
    return `{ ${selections.join(' ')} }`;
  }

  private isFull(): boolean {
    return this.fieldCount > this.style.maxFields;
  }

  private selection(
    type: GraphQLObjectType,
    depth: number,
    isThroughInterface: boolean,
    nesting: number,
  ): string {
    if (this.isFull() || nesting >= maxNesting || !this.draw.chance(this.style.fragments))
      return this.field(type, depth, isThroughInterface);
    const roll = this.draw.below(100);
    if (roll < 50) return this.spread(type, depth, isThroughInterface, nesting);
    const [parent] = type.getInterfaces();
    if (roll < 70 && parent) return this.inline(` on ${parent.name}`, parent, depth, true, nesting);
    const condition = this.draw.chance(70) ? ` on ${type.name}` : '';
    return this.inline(condition, type, depth, isThroughInterface, nesting);
  }

  private abstractSelection(
    type: GraphQLInterfaceType | GraphQLUnionType,
    depth: number,
    nesting: number,
  ): string {
    const roll = this.draw.below(100);
    if (roll < 10 || this.isFull() || nesting > maxNesting) return `__typename${this.directives()}`;
    if (roll < 30 && isInterfaceType(type))
      return `${this.draw.pick(Object.keys(type.getFields()))}${this.directives()}`;
    if (roll < 38) return this.inline(` on ${type.name}`, type, depth, true, nesting);
    if (roll < 45) return this.spread(type, depth, true, nesting);
    const concrete = this.draw.pick(this.schema.getPossibleTypes(type));
    if (roll < 60) return this.spread(concrete, depth, true, nesting);
    return this.inline(` on ${concrete.name}`, concrete, depth, true, nesting);
  }

  private inline(
    condition: string,
    type: Composite,
    depth: number,
    isThroughInterface: boolean,
    nesting: number,
  ): string {
    return `...${condition}${this.directives()} ${this.selectionSet(type, depth, isThroughInterface, nesting + 1)}`;
  }

  private spread(type: Composite, depth: number, isThroughInterface: boolean, nesting: number): string {
    const known = this.fragments.filter(
      (fragment) =>
        fragment.typeName === type.name &&
        fragment.isThroughInterface === isThroughInterface &&
        fragment.depth <= depth,
    );
    if (known.length > 0 && this.draw.chance(60))
      return `...${this.draw.pick(known).name}${this.directives()}`;
    const text = this.selectionSet(type, depth, isThroughInterface, nesting + 1);
    // Named only now: its own body cannot spread it.
    const name = `F${this.fragments.length + 1}`;
    this.fragments.push({ name, typeName: type.name, isThroughInterface, depth, text });
    return `...${name}${this.directives()}`;
  }

  private field(type: GraphQLObjectType, depth: number, isThroughInterface: boolean): string {
    this.fieldCount += 1;
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const edges = fields.filter((field) => isCompositeType(getNamedType(field.type)));
    // Few fields lead to an interface, and most faults were found there.
    const abstract = edges.filter((field) => isAbstractType(getNamedType(field.type)));
    const preferred = edges.filter((field) => this.preferred.has(`${type.name}.${field.name}`));
    const wanted = [...edges, ...abstract, ...abstract, ...Array.from({ length: 8 }, () => preferred).flat()];
    const goesOn = depth > 1 && edges.length > 0 && (leaves.length === 0 || this.draw.chance(65));
    if (!goesOn && (leaves.length === 0 || this.draw.chance(4))) return `__typename${this.directives()}`;
    return this.write(type, this.draw.pick(goesOn ? wanted : leaves), depth, isThroughInterface);
  }

  private write(
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    depth: number,
    isThroughInterface: boolean,
  ): string {
    const mayAlias = this.aliasCount < maxAliases;
    // Without an alias only what all implementers share can be selected through an interface.
    if (isThroughInterface && !mayAlias) return `__typename${this.directives()}`;
    const isLeaf = !isCompositeType(getNamedType(field.type));
    const isShared = isLeaf && type.getInterfaces().some((one) => field.name in one.getFields());
    const number = mayAlias && this.draw.chance(this.style.aliases) ? 1 + this.draw.below(2) : 0;
    const plain = isThroughInterface && !isShared ? `${type.name}_${field.name}` : field.name;
    const name = number > 0 ? `${plain}_${number}` : plain;
    if (name !== field.name) this.aliasCount += 1;
    const target = getNamedType(field.type);
    const below =
      isObjectType(target) || isAbstractType(target)
        ? ` ${this.selectionSet(target, depth - 1, isAbstractType(target))}`
        : '';
    const start = name === field.name ? name : `${name}: ${field.name}`;
    return `${start}${this.arguments(type, field, number)}${this.directives()}${below}`;
  }

  private arguments(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>, number: number): string {
    const place = `${type.name}.${field.name} ${number}`;
    let written = this.argumentsOf.get(place);
    if (written === undefined)
      this.argumentsOf.set(
        place,
        (written = this.values.arguments(field.args, getNamedType(field.type).name)),
      );
    return written;
  }

  private directives(): string {
    const one = () => {
      const condition = this.draw.chance(35) ? String(this.draw.chance(50)) : this.values.condition();
      return ` @${this.draw.pick(['skip', 'include'])}(if: ${condition})`;
    };
    if (!this.draw.chance(this.style.conditions)) return '';
    return this.draw.chance(85)
      ? one()
      : ` @skip(if: ${this.values.condition()}) @include(if: ${this.values.condition()})`;
  }
}

export type OperationKind = DrawnOperation['type'];

export interface OperationOptions {
  /** A kind that stands twice is drawn twice as often. */
  readonly kinds?: readonly OperationKind[];
  /** `Type.field` of edges to be drawn more often than others. */
  readonly preferred?: Iterable<string>;
}

/** A valid document, the operation of it to run, and its variables. */
export function drawOperation(
  draw: Draw,
  schema: GraphQLSchema,
  pool: ValuePool,
  { kinds = ['query', 'query', 'query', 'mutation'], preferred = [] }: OperationOptions = {},
): DrawnOperation {
  return new OperationWriter(schema, draw, pool, kinds, new Set(preferred)).document();
}
