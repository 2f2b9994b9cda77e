// Where a stored operation is served: its `@rest` directive, read and judged.
import {
  DirectiveLocation,
  getDirectiveValues,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  type OperationDefinitionNode,
} from 'graphql';
import { allowedMethods, type RestMethod, type StoredOperation } from '../stored-operation.ts';
import { OperationFault } from './fault.ts';

const scopeList = new GraphQLList(new GraphQLNonNull(GraphQLString));

/** No part of the schema that is served: it says where an operation is served, and is taken off before it runs. */
export const restDirective = new GraphQLDirective({
  name: 'rest',
  locations: [DirectiveLocation.QUERY, DirectiveLocation.MUTATION],
  args: {
    method: {
      type: new GraphQLNonNull(
        new GraphQLEnumType({
          name: 'RestMethod',
          values: Object.fromEntries(allowedMethods.map((method) => [method, { value: method }])),
        }),
      ),
    },
    path: { type: new GraphQLNonNull(GraphQLString) },
    status: { type: GraphQLInt, defaultValue: 200 },
    // What a call needs.
    scopes: { type: new GraphQLNonNull(scopeList) },
  },
});

interface Placed {
  readonly method: RestMethod;
  readonly path: string;
  readonly status: number;
  readonly scopes: readonly string[];
}

function assertForm(node: OperationDefinitionNode, { method }: Placed): void {
  if (!node.name) throw new OperationFault('has no name');
  if (node.operation === 'subscription') throw new OperationFault('is a subscription');
  const fitting = node.operation === 'query' ? ['GET', 'POST'] : ['POST', 'PATCH', 'DELETE'];
  if (!fitting.includes(method)) throw new OperationFault(`is a ${node.operation} at ${method}`);
}

/** Throws OperationFault. */
export function placeOf(node: OperationDefinitionNode): Placed {
  const placed = getDirectiveValues(restDirective, node) as Placed | undefined;
  if (!placed) throw new OperationFault('has no @rest(method, path, scopes)');
  if (placed.status !== 200 && placed.status !== 201)
    throw new OperationFault('has another status than 200 or 201');
  if (!/^(\/([a-z][a-z-]*|\{[a-z][a-z0-9_]*\}))+$/.test(placed.path))
    throw new OperationFault(
      `has the path ${placed.path}, which is none of lower-case words and {variables}`,
    );
  assertForm(node, placed);
  return placed;
}

/** `/customers/{id}` and `/customers/{customer_id}` are the same path to a caller. */
const sharedPath = (path: string) => path.replaceAll(/\{\w+\}/g, '{}');

/** Faults of operations that share a name, or a method and a path. */
export function doublesIn(operations: readonly StoredOperation[]): string[] {
  const known = new Map<string, string>();
  return operations.flatMap(({ name, method, path }) => {
    const keys = [`the name ${name}`, `${method} ${sharedPath(path)}`];
    return keys.flatMap((key) => {
      const other = known.get(key);
      known.set(key, name);
      return other === undefined ? [] : [`${name} and ${other} share ${key}.`];
    });
  });
}
