// The form that a stored operation must have for its answer to be made an answer of REST.
import {
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { columnsOf } from './columns.ts';
import { isField, responseName, rootField } from './documents.ts';
import type { AnswerShape } from '../stored-operation.ts';

/** Read by the answer and not shown in it. */
const ownNames: ReadonlySet<string> = new Set(['page', 'result', 'userErrors']);

function fieldsOf(node: FieldNode): readonly FieldNode[] {
  return node.selectionSet?.selections.filter(isField) ?? [];
}

function listIn(page: FieldNode): FieldNode | undefined {
  return fieldsOf(page).find(({ name }) => name.value === 'nodes');
}

/** Of an operation without a fault; `parsed` is its whole document. */
export function shapeOf(
  schema: GraphQLSchema,
  node: OperationDefinitionNode,
  parsed: DocumentNode,
): AnswerShape {
  if (node.operation === 'mutation') return { kind: 'written' };
  const root = rootField(node);
  if (!root || responseName(root) !== 'page') return { kind: 'one' };
  const list = listIn(root);
  const member = list ? responseName(list) : 'data';
  return { kind: 'page', member: member === 'data' ? null : member, columns: columnsOf(schema, parsed) };
}

const wantedOfPage = 'page_info: pageInfo { has_next_page: hasNextPage end_cursor: endCursor }';

function faultOfRoot(node: OperationDefinitionNode): string | null {
  const root = rootField(node);
  if (!root) return 'does not have exactly one field at its root';
  const name = responseName(root);
  if (node.operation === 'mutation') {
    if (name !== 'result') return 'calls its field at the root something else than "result"';
    const has = fieldsOf(root).some((field) => responseName(field) === 'userErrors');
    return has ? null : 'does not ask for userErrors { code field message }';
  }
  if (name === 'data') return null;
  if (name !== 'page') return 'calls its field at the root neither "data" nor "page"';
  const variables = new Set(node.variableDefinitions?.map(({ variable }) => variable.name.value));
  if (!variables.has('limit') || !variables.has('cursor'))
    return 'is a page without the variables $limit and $cursor';
  const hasInfo = fieldsOf(root).some((field) => responseName(field) === 'page_info');
  return listIn(root) && hasInfo ? null : `is a page without nodes and ${wantedOfPage}`;
}

function faultsOfNames(parsed: DocumentNode): string[] {
  const faults: string[] = [];
  const isSnakeCase = (name: string) => /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name);
  visit(parsed, {
    Field(field) {
      const name = responseName(field);
      if (!isSnakeCase(name) && !ownNames.has(name))
        faults.push(`answers "${name}", which is not in snake_case`);
    },
    VariableDefinition({ variable: { name } }) {
      if (!isSnakeCase(name.value))
        faults.push(`has the variable $${name.value}, which is not in snake_case`);
    },
  });
  return faults;
}

/** What keeps an operation from being an endpoint. */
export function faultsOfShape(node: OperationDefinitionNode, parsed: DocumentNode): readonly string[] {
  const fault = faultOfRoot(node);
  return [...(fault === null ? [] : [fault]), ...faultsOfNames(parsed)];
}
