// `npm run -s scopes:for -- file.graphql…`: prints the smallest set of scopes for the operations of the files, one a line.
// Needs no server and no store.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createExplainer } from '../src/access/policy/index.ts';
import { allFeatures, scopeCatalogue } from '../src/app.ts';
import { assembleSchema } from '../src/server/schema.ts';

const files = process.argv.slice(2);

if (files.length === 0) {
  process.stderr.write('Usage: npm run -s scopes:for -- file.graphql…\n');
  process.exitCode = 2;
} else {
  const { schema, policy } = await assembleSchema(allFeatures, scopeCatalogue());
  try {
    const scopes = createExplainer(schema, policy).scopesFor(files.map((file) => readFileSync(file, 'utf8')));
    process.stdout.write(scopes.map((scope) => `${scope}\n`).join(''));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
