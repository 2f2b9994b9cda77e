// What graphql-jit may be given: an operation written out plainly, because it answers some others differently from
// graphql-js, never ends, or runs text of the caller as code. Read in version 0.8.9:
// - It joins the conditions of all places of a fragment, enters a fragment once whatever the condition of its spread,
//   and walks spreads without measure. So @skip and @include are decided here and fragments written out, up to a limit.
// - Compiling a variable of an input type that holds itself never ends, and defaults inside such a variable are left out.
// - A variable that is absent inside a literal list or object becomes null, where it should be absent or refused.
// - A default of a custom scalar is written into the code as JSON, and one of a non-null variable is forgotten.
// - Literals are written into the code too, and text around its own marks (`__MAGIC_...`) becomes code.
// - Names are glued together to longer ones, which is only unique while none of them looks like a part of another.
import {
  isLeafType,
  Kind,
  typeFromAST,
  valueFromASTUntyped,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
  getNamedType,
} from 'graphql';
import { fragmentsOf, introspectionFields } from '../../access/policy/index.ts';

/** Written out. Measured, compiling takes 0.1 to 0.2 ms for each, in which nobody else is served. */
const maxSelections = 300;
/** Each is compiled with both values, when both are used. */
const maxSwitches = 4;

/** An operation of which compiled execution knows what to do with every part. */
export interface CompilableOperation {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Variables of @skip and @include. */
  readonly switches: readonly string[];
  /** By variable, as a caller would send them. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** Lower camel case, and not one of the compiler's own indexes. */
function isPlainName(name: string): boolean {
  return /^[a-z][A-Za-z0-9]*$/.test(name) && !/^idx\d+$/.test(name);
}

function isLeafVariable(schema: GraphQLSchema, { variable, type }: VariableDefinitionNode): boolean {
  // Every kind of TypeNode has its own overload.
  const declared = typeFromAST(schema, type as TypeNode & { kind: Kind.NAMED_TYPE });
  return isPlainName(variable.name.value) && isLeafType(getNamedType(declared));
}

/** No variable within it, and no text that the compiler would take for its own. */
function isPlainLiteral(value: ValueNode): boolean {
  let isPlain = true;
  visit(value, {
    Variable: () => void (isPlain = false),
    StringValue: (text) => void (isPlain &&= !text.value.includes('__MAGIC')),
  });
  return isPlain;
}

function switchesIn(nodes: readonly (OperationDefinitionNode | FragmentDefinitionNode)[]): string[] {
  const found = new Set<string>();
  const note = ({ arguments: given }: DirectiveNode) =>
    given?.forEach(({ value }) => void (value.kind === Kind.VARIABLE && found.add(value.name.value)));
  nodes.forEach((node) => visit(node, { Directive: note }));
  return [...found];
}

/** Null when the operation is to be left to graphql-js whatever its variables are. The document must be valid. */
export function compilableOperationOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompilableOperation | null {
  const variables = operation.variableDefinitions ?? [];
  if (operation.operation !== 'query' || !variables.every((each) => isLeafVariable(schema, each)))
    return null;
  const fragments = fragmentsOf(document);
  const declared = new Set(variables.map(({ variable }) => variable.name.value));
  // The fragments of other operations of the document may name variables that this one does not have.
  const switches = switchesIn([operation, ...fragments.values()]).filter((name) => declared.has(name));
  if (switches.length > maxSwitches) return null;
  const defaults = variables.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  return {
    operation,
    fragments,
    switches,
    defaults: Object.fromEntries(defaults),
  };
}

class NotPlain extends Error {}

class Writer {
  size = 0;

  constructor(
    private readonly fragments: CompilableOperation['fragments'],
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  /** Copies: the compiler writes on the nodes that it is given. */
  writeOut({ selections }: SelectionSetNode): SelectionSetNode {
    const written = selections.flatMap((selection): SelectionNode[] => {
      this.size += 1;
      if (this.size > maxSelections) throw new NotPlain();
      return this.isIncluded(selection.directives ?? []) ? this.write(selection) : [];
    });
    return { kind: Kind.SELECTION_SET, selections: written };
  }

  private write(selection: SelectionNode): SelectionNode[] {
    if (selection.kind === Kind.FIELD) {
      this.assertPlain(selection);
      const { selectionSet, ...field } = selection;
      return [
        { ...field, directives: [], ...(selectionSet && { selectionSet: this.writeOut(selectionSet) }) },
      ];
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
    if (!fragment) return [];
    const { typeCondition } = fragment;
    const selectionSet = this.writeOut(fragment.selectionSet);
    return [{ kind: Kind.INLINE_FRAGMENT, ...(typeCondition && { typeCondition }), selectionSet }];
  }

  private assertPlain({ name, alias, arguments: given }: Extract<SelectionNode, { kind: Kind.FIELD }>): void {
    const isIntrospection = introspectionFields.has(name.value);
    const isNamedPlainly = alias ? isPlainName(alias.value) : true;
    const isGivenPlainly = (given ?? []).every(
      ({ value }) => value.kind === Kind.VARIABLE || isPlainLiteral(value),
    );
    if (isIntrospection || !isNamedPlainly || !isGivenPlainly) throw new NotPlain();
  }

  private isIncluded(directives: readonly DirectiveNode[]): boolean {
    return directives.every(({ name, arguments: given }) => {
      const value = given?.find((argument) => argument.name.value === 'if')?.value;
      if (!value || (name.value !== 'skip' && name.value !== 'include')) throw new NotPlain();
      const decided =
        value.kind === Kind.VARIABLE ? this.values[value.name.value] : valueFromASTUntyped(value);
      return decided === (name.value === 'include');
    });
  }
}

/** The candidate's operation for these values of its switches, alone in a document; null when graphql-js has to run it. */
export function writeOut(
  { operation, fragments }: CompilableOperation,
  switchValues: Readonly<Record<string, unknown>>,
): { readonly document: DocumentNode; readonly size: number } | null {
  const writer = new Writer(fragments, switchValues);
  try {
    const selectionSet = writer.writeOut(operation.selectionSet);
    const plain = { ...operation, directives: [], selectionSet };
    return { document: { kind: Kind.DOCUMENT, definitions: [plain] }, size: writer.size };
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}
