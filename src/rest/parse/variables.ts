// The variables of a stored operation: where a call gives them, what they mean, and what GraphQL calls them.
import {
  getNamedType,
  isInputObjectType,
  isNonNullType,
  Kind,
  print,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type NamedTypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { AccessReport } from '../../access/policy/index.ts';
import { OperationFault } from './fault.ts';
import type { RestMethod, StoredVariable } from '../stored-operation.ts';

interface Place {
  readonly method: RestMethod;
  readonly path: string;
  /** Of the whole document. */
  readonly report: AccessReport;
  /** What every call needs. */
  readonly requiredScopes: readonly string[];
}

/** Where a variable is given to. */
interface Use {
  readonly path: readonly string[];
  readonly coordinate: string;
  readonly description: string;
}

const noUse: Use = { path: [], coordinate: '', description: '' };

function namesIn(ancestors: readonly (ASTNode | readonly ASTNode[])[]): string[] {
  const nodes = ancestors.filter((node): node is ASTNode => 'kind' in node);
  return nodes.flatMap((node) =>
    node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD ? [node.name.value] : [],
  );
}

/** The input field or the argument that takes the value. */
function targetOf(info: TypeInfo, path: readonly string[]): Omit<Use, 'path'> {
  const name = path.at(-1) ?? '';
  const parent = getNamedType(info.getParentInputType());
  const field = path.length > 1 && isInputObjectType(parent) ? parent.getFields()[name] : undefined;
  if (field) return { coordinate: `${parent!.name}.${name}`, description: field.description ?? '' };
  const coordinate = `${info.getParentType()?.name}.${info.getFieldDef()?.name}(${name})`;
  return { coordinate, description: info.getArgument()?.description ?? '' };
}

function usesIn(schema: GraphQLSchema, document: DocumentNode): Map<string, Use> {
  const uses = new Map<string, Use>();
  const info = new TypeInfo(schema);
  const note = visitWithTypeInfo(info, {
    Variable({ name }, _key, parent, _path, ancestors) {
      const path = namesIn(parent ? [...ancestors, parent] : ancestors);
      if (path.length > 0 && !uses.has(name.value)) uses.set(name.value, { path, ...targetOf(info, path) });
    },
  });
  visit(document, note);
  return uses;
}

function placeOf(name: string, { method, path }: Place): StoredVariable['in'] {
  if (path.includes(`{${name}}`)) return 'path';
  if (name === 'if_match') return 'header';
  return method === 'GET' ? 'query' : 'body';
}

/** Needed only when the variable has a value. */
function scopesFor(coordinate: string, { report, requiredScopes }: Place): readonly string[] {
  const { fields } = report;
  const own = fields
    .filter((field) => field.coordinate === coordinate)
    .flatMap((field) => field.requiredScopes.flat());
  return [...new Set(own)].filter((scope) => !requiredScopes.includes(scope)).sort();
}

function toVariable(
  schema: GraphQLSchema,
  { variable: { name }, type: node, defaultValue }: VariableDefinitionNode,
  { path, coordinate, description }: Use,
  place: Place,
): StoredVariable {
  // Every kind of TypeNode has its own overload.
  const type = typeFromAST(schema, node as NamedTypeNode) as unknown as GraphQLInputType;
  const where = placeOf(name.value, place);
  return {
    name: name.value,
    graphqlType: print(node),
    type,
    isRequired: isNonNullType(type) && defaultValue === undefined,
    in: where,
    restName: where === 'header' ? 'If-Match' : name.value,
    ...{ description, path, requiredScopes: scopesFor(coordinate, place) },
  };
}

/** Throws OperationFault when a part of the path is no variable, or one that may be left out. */
export function variablesOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  place: Place,
): readonly StoredVariable[] {
  const uses = usesIn(schema, document);
  const [operation] = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const variables = (operation?.variableDefinitions ?? []).map((definition) =>
    toVariable(schema, definition, uses.get(definition.variable.name.value) ?? noUse, place),
  );
  for (const [, name] of place.path.matchAll(/\{(\w+)\}/g)) {
    if (!variables.some((variable) => variable.name === name && variable.isRequired))
      throw new OperationFault(`has {${name}} in its path, which is no variable that must be given`);
  }
  return variables;
}
