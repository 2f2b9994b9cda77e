import { expect, it } from 'vitest';
import { assembleSchema } from '../../src/graphql/schema.ts';
import { createExplainer } from '../../src/access/policy/index.ts';
import { allFeatures, scopeCatalogue } from '../../src/services.ts';
import { readOperationFiles } from '../../src/rest/operation-files.ts';
import { parseOperations } from '../../src/rest/parse-operations.ts';
it('parses', async () => {
  const { schema, policy } = await assembleSchema(allFeatures, scopeCatalogue());
  const explainer = createExplainer(schema, policy);
  const t = performance.now();
  const ops = parseOperations(readOperationFiles(allFeatures), { schema, explainer });
  console.log(performance.now() - t, ops.length);
  const t2 = performance.now();
  parseOperations(readOperationFiles(allFeatures), { schema, explainer });
  console.log(performance.now() - t2, ops.length);
  for (const o of ops) console.log(o.method, o.path, o.name, o.requiredScopes.join(), '|', o.document.requiredScopes.join(), o.variables.map((v) => `${v.in}:${v.restName}:${v.graphqlType}${v.requiredScopes.length ? '!' + v.requiredScopes : ''}`).join(' '));
  expect(1).toBe(1);
});
