// Static limits of a document as it is written, looked at before it is validated: validation compares every two fields of
// one name and looks for names like the unknown ones, and both can be made expensive on purpose. No schema is asked.
import {
  getOperationAST,
  GraphQLError,
  Kind,
  Lexer,
  Source,
  TokenKind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { ApiError } from '../../../core/errors.ts';
import { refuse, refuseMoreThan } from '../../../core/too-expensive.ts';

/** Tokens of one document: the parser stops there. */
export const maxTokens = 2_000;
export const maxDepth = 10;
export const maxAliases = 30;
export const maxRootFields = 20;
export const maxDirectives = 50;
/** `__schema` and `__type` at the root: each of them can answer with the whole schema. */
export const maxIntrospectionFields = 4;
/** No name of a schema is that long, and guessing what an unknown one was meant to be costs by its length. */
export const maxNameLength = 100;
/** Selections of a whole document with its fragments expanded: fragments that spread each other double with every level. */
export const maxSelections = 5_000;
/** Fields that answer under one name are compared two by two, with all below them. Nobody repeats a field 140 times. */
const maxPairs = 10_000;

/** Selection sets within each other, inline fragments counted: a depth of 10 needs few of them. */
const maxNestedSets = 100;
/** As of variables (value-limits.ts): a filter may nest `and` and `or` about nine times. */
const maxValueDepth = 20;

/** Fields that answer with the schema itself. */
export const introspectionFields: ReadonlySet<string> = new Set(['__schema', '__type']);

/** By the name under which they answer. Fields of one name merge: their selections are those of one field. */
type Merged = ReadonlyMap<string, readonly FieldNode[]>;

/** Goes through a document as an execution would, and stops when that would be too much. */
class Walk {
  private selectionCount = 0;
  private pairCount = 0;
  depth = 0;
  readonly spread = new Set<string>();

  constructor(private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>) {}

  /** Returns the fields at the top. `open` are the fragments around: a circle is left for validation to refuse. */
  enter(selections: readonly SelectionNode[], depth: number, open: ReadonlySet<string>): Merged {
    const inside = new Set(open);
    const merged = this.merge(selections, inside);
    for (const fields of merged.values()) {
      // Introspection is as deep as it must be, and graphql-js has a limit of its own for it.
      const own = fields.some(({ name }) => introspectionFields.has(name.value)) ? -Infinity : depth + 1;
      this.depth = Math.max(this.depth, own);
      const below = fields.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
      if (below.length > 0) this.enter(below, own, inside);
    }
    return merged;
  }

  /** Adds the fragments that it enters to `inside`; each is entered once. */
  private merge(selections: readonly SelectionNode[], inside: Set<string>): Merged {
    const merged = new Map<string, FieldNode[]>();
    const pending = [...selections];
    for (let next = pending.pop(); next; next = pending.pop()) {
      this.selectionCount += 1;
      if (this.selectionCount > maxSelections) refuseMoreThan(maxSelections, 'selections');
      if (next.kind === Kind.FIELD) this.add(merged, next);
      else if (next.kind === Kind.INLINE_FRAGMENT) pending.push(...next.selectionSet.selections);
      else if (!inside.has(next.name.value)) {
        inside.add(next.name.value);
        this.spread.add(next.name.value);
        pending.push(...(this.fragments.get(next.name.value)?.selectionSet.selections ?? []));
      }
    }
    return merged;
  }

  private add(merged: Map<string, FieldNode[]>, field: FieldNode): void {
    const name = field.alias?.value ?? field.name.value;
    const same = merged.get(name);
    if (!same) return void merged.set(name, [field]);
    this.pairCount += same.length;
    if (this.pairCount > maxPairs) refuseMoreThan(maxPairs, 'pairs of fields of the same name');
    same.push(field);
  }
}

const openings: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L]);
const closings: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R]);

/** Counts brackets: selection sets outside of parentheses, lists and objects inside. */
class Nesting {
  private sets = 0;
  private values = 0;
  private parentheses = 0;

  add(kind: string): void {
    if (kind === TokenKind.PAREN_L) this.parentheses += 1;
    else if (kind === TokenKind.PAREN_R) this.parentheses -= 1;
    else if (openings.has(kind)) this.step(1);
    else if (closings.has(kind)) this.step(-1);
    if (this.sets > maxNestedSets) refuseMoreThan(maxNestedSets, 'selection sets within each other');
    if (this.values > maxValueDepth) refuseMoreThan(maxValueDepth, 'lists and objects within each other');
  }

  private step(by: 1 | -1): void {
    if (this.parentheses > 0) this.values += by;
    else this.sets += by;
  }
}

/**
 * Throws QUERY_TOO_EXPENSIVE. Looks at the text, before it is parsed: graphql-js recurses into each bracket, and a document
 * of 2,000 tokens can end the stack. What is not GraphQL passes: the parser refuses it at the same place.
 */
export function assertShallowDocument(text: string): void {
  const lexer = new Lexer(new Source(text));
  const nesting = new Nesting();
  try {
    for (let count = 0; count <= maxTokens; count += 1) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) return;
      nesting.add(kind);
    }
  } catch (error) {
    if (error instanceof ApiError || !(error instanceof GraphQLError)) throw error;
  }
}

function assertShortNames(document: DocumentNode): void {
  const check = ({ value }: { readonly value: string }) => {
    if (value.length > maxNameLength) refuse('a name with a length of', value.length, maxNameLength);
  };
  visit(document, { Name: check, EnumValue: check });
}

/** Counts what is written: a fragment that is spread many times holds its aliases once. */
function assertFewMarks(written: readonly (OperationDefinitionNode | FragmentDefinitionNode)[]): void {
  let aliases = 0;
  let directives = 0;
  const visitor = {
    Field: ({ alias }: FieldNode) => void (aliases += alias ? 1 : 0),
    Directive: () => void (directives += 1),
  };
  written.forEach((node) => visit(node, visitor));
  if (aliases > maxAliases) refuse('a number of aliases of', aliases, maxAliases);
  if (directives > maxDirectives) refuse('a number of directives of', directives, maxDirectives);
}

function assertOperation(operation: OperationDefinitionNode, fragments: Fragments): void {
  const walk = new Walk(fragments);
  const roots = [...walk.enter(operation.selectionSet.selections, 0, new Set())];
  if (walk.depth > maxDepth) refuse('a depth of', walk.depth, maxDepth);
  const spread = [...walk.spread].flatMap((name) => fragments.get(name) ?? []);
  assertFewMarks([operation, ...spread]);
  if (roots.length > maxRootFields) refuse('a number of root fields of', roots.length, maxRootFields);
  const looking = roots.filter(([, [field]]) => field && introspectionFields.has(field.name.value)).length;
  if (looking > maxIntrospectionFields)
    refuse('a number of introspection fields of', looking, maxIntrospectionFields);
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Throws QUERY_TOO_EXPENSIVE. Limits of an operation hold for the one that is to run; a document may keep others, which
 * are validated all the same, so the whole of it may not be expensive to look at. Returns whether there is such an
 * operation: of a document without it only the whole was judged.
 */
export function assertLightDocument(document: DocumentNode, operationName: string | null): boolean {
  assertShortNames(document);
  const { definitions } = document;
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const operation = getOperationAST(document, operationName);
  if (operation) assertOperation(operation, fragments);
  const walk = new Walk(fragments);
  for (const node of definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) walk.enter(node.selectionSet.selections, 0, new Set());
  }
  for (const [name, { selectionSet }] of fragments) {
    if (!walk.spread.has(name)) walk.enter(selectionSet.selections, 0, new Set([name]));
  }
  return operation != null;
}
