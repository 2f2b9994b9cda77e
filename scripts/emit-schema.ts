// `npm run schema`: writes schema/schema.graphql, schema/scopes.json and schema/openapi.json from the sources. Needs no database.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { createExplainer, type Policy, type Requirement } from '../src/access/policy/index.ts';
import { allFeatures, scopeCatalogue } from '../src/services.ts';
import { schemaText } from '../src/http/pages/schema-route.ts';
import { assembleSchema } from '../src/graphql/schema.ts';
import { openApiText } from '../src/rest/openapi/open-api.ts';
import { readOperationFiles } from '../src/rest/operation-files.ts';
import { parseOperations } from '../src/rest/parse-operations.ts';
import { runCommand } from './command-line/command.ts';

/** The alternatives, each a list of scopes needed together; "authenticated" = any credential; "open" = anyone. */
function asJson({ authenticated, anyOf }: Requirement): Requirement['anyOf'] | 'authenticated' | 'open' {
  if (anyOf.every((all) => all.length > 0)) return anyOf;
  return authenticated ? 'authenticated' : 'open';
}

/** One line for each coordinate, so that a review of a change reads as a list of what it opens. */
function printScopes({ coordinates }: Policy): string {
  const lines = [...coordinates].map(
    ([coordinate, requirement]) => `  ${JSON.stringify(coordinate)}: ${JSON.stringify(asJson(requirement))}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

await runCommand({
  usage: 'npm run schema [-- --json]',
  does: 'Writes schema/schema.graphql, schema/scopes.json and schema/openapi.json from the program.',
  options: {},
  async run() {
    const { schema, policy } = await assembleSchema(allFeatures, scopeCatalogue());
    const explainer = createExplainer(schema, policy);
    const operations = parseOperations(readOperationFiles(allFeatures), { schema, explainer });
    const files = {
      'schema/schema.graphql': schemaText(schema),
      'schema/scopes.json': printScopes(policy),
      'schema/openapi.json': openApiText(operations, schema),
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(file, text);
    return { json: { written: Object.keys(files) }, text: '' };
  },
});
