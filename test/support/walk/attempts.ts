// Ids that the fields of Query and Mutation take as they are: each place as a function from an id to variables.
import * as gql from 'graphql';
import { countIdsOf, idPlaces } from '../id-places.ts';
import { isRequired, leavesOf, type Walk } from './paths.ts';
import type { Ids } from './rows.ts';
import { fill } from './values.ts';

export interface Attempt {
  readonly name: string;
  /** The coordinates that it uses. */
  readonly uses: readonly { readonly field: string; readonly argument?: string }[];
  readonly kind: 'query' | 'mutation';
  readonly document: string;
  variables(id: string, own: Ids): Record<string, unknown>;
}

type Field = gql.GraphQLField<unknown, unknown>;
/** Lists are walked: their filters are tried at every depth. */
export const isList = (field: Field) => gql.getNamedType(field.type).name.endsWith('Connection');

function selectionOf(field: Field, kind: Attempt['kind'], walk: Walk): string {
  const target = gql.getNamedType(field.type);
  if (gql.isLeafType(target)) return '';
  if (!gql.isObjectType(target)) return '{ __typename id }';
  // Statistics have no values of their own, but sections that have.
  const sections = walk.stepsFrom(target).filter((step) => step.kind === 'one' && field.args.length > 0);
  const below = sections.filter(({ required }) => Object.keys(required).length === 0);
  const inner =
    kind === 'query' ? below.map((step) => `${step.field.name} { ${leavesOf(step.target)} }`) : [];
  const errors = kind === 'mutation' ? ['userErrors { code field message }'] : [];
  return `{ ${[leavesOf(target), ...inner, ...errors].join(' ')} }`;
}

function attemptsOn(root: gql.GraphQLObjectType, kind: Attempt['kind'], walk: Walk): Attempt[] {
  const fields = Object.values(root.getFields()).filter((field) => kind === 'mutation' || !isList(field));
  return fields.flatMap((field) =>
    idPlaces(field.args).map((place): Attempt => {
      const used = field.args.filter((argument) => isRequired(argument) || argument.name === place[0]);
      const head = used.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
      const given = used.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
      return {
        name: `${field.name}(${place.join('.')})`,
        kind,
        uses: [{ field: field.name }, ...used.map(({ name }) => ({ field: field.name, argument: name }))],
        document: `${kind} (${head}) { ${field.name}(${given}) ${selectionOf(field, kind, walk)} }`,
        variables: (id, own) =>
          Object.fromEntries(used.map((arg) => [arg.name, fill(field.name, arg, place, id, own)])),
      };
    }),
  );
}

export function everyAttempt(schema: gql.GraphQLSchema, walk: Walk): Attempt[] {
  return [
    ...attemptsOn(schema.getQueryType()!, 'query', walk),
    ...attemptsOn(schema.getMutationType()!, 'mutation', walk),
  ];
}

/** The number of their places, counted another way. */
export function countDirectIds(schema: gql.GraphQLSchema): number {
  const fields = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
    Object.values(type.getFields()),
  );
  const isConnection = (field: Field) =>
    'edges' in ((gql.getNamedType(field.type) as gql.GraphQLObjectType).getFields?.() ?? {});
  return fields.filter((field) => !isConnection(field)).reduce((sum, field) => sum + countIdsOf(field), 0);
}
