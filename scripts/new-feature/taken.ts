// What of a new feature's names another feature has already, and which names its own code needs.
import type { GraphQLSchema } from 'graphql';
import { tablesInOrder, unknownTables } from '../../src/db/transfer/tables.ts';
import { assembleSchema } from '../../src/graphql/schema.ts';
import { allFeatures, allTables, scopeCatalogue } from '../../src/services.ts';
import { spellings, withoutTemplateNames, type Names } from './names.ts';

export const takenPrefixes: ReadonlySet<string> = new Set([
  ...allFeatures.flatMap(({ resources }) => resources.map(({ prefix }) => prefix)),
  // Of rows that are no resource.
  ...['wks', 'idn'],
]);

function takenTypes(schema: GraphQLSchema, type: string): string[] {
  const derived = ['Connection', 'Edge', 'Filter', 'OrderBy', 'OrderField'].map((part) => `${type}${part}`);
  const written = [
    `Create${type}Input`,
    `Update${type}Input`,
    `Create${type}Payload`,
    `Update${type}Payload`,
  ];
  return [type, ...derived, ...written]
    .filter((name) => schema.getType(name))
    .map((name) => `the type ${name}`);
}

function takenOperations(schema: GraphQLSchema, names: Names): string[] {
  const { type, one, list } = spellings(names);
  const [queries, mutations] = [schema.getQueryType(), schema.getMutationType()].map((root) =>
    root!.getFields(),
  );
  return [
    ...[one, list].filter((name) => name in queries!).map((name) => `the query ${name}`),
    ...[`create${type}`, `update${type}`]
      .filter((name) => name in mutations!)
      .map((name) => `the mutation ${name}`),
  ];
}

/** What exists under the new names, in words: `the type Venue`, `the scope read:venues`. */
export async function takenNames(names: Names): Promise<string[]> {
  const { schema } = await assembleSchema(allFeatures, scopeCatalogue());
  const { type, table, scope } = spellings(names);
  const scopes = allFeatures.flatMap((feature) => feature.scopes.map(({ name }) => name));
  const isTableFree = unknownTables([table], tablesInOrder(allTables)).length > 0;
  return [
    ...takenTypes(schema, type),
    ...takenOperations(schema, names),
    ...(isTableFree ? [] : [`the table ${table}`]),
    ...[`read:${scope}`, `write:${scope}`]
      .filter((name) => scopes.includes(name))
      .map((name) => `the scope ${name}`),
    ...allFeatures.filter(({ name }) => name === names.plural).map(({ name }) => `the feature ${name}`),
  ];
}

/** Comments and texts are no code: a feature may be called `rules` though a comment has the word. */
const notCode = /\/\*[^]*?\*\/|\/\/.*|'[^'\n]*'/g;

/** Of the names that the made code declares, those that the template's code uses for something else: `Context`, `scopes`. */
export function namesInUse(templates: readonly string[], names: Names): string[] {
  const code = withoutTemplateNames(templates.join('\n').replaceAll(notCode, ''));
  const { type, list, one } = spellings(names);
  return [type, list, one].filter((name) => new RegExp(`(?<![\\w$.])${name}\\b(?!:)`).test(code));
}
