// gql.tada against schema/schema.graphql: its command makes types of the schema, and the compiler finds the types of a query
// and what is wrong in one.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '../..');

const program = `
import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; Scope: string };
}>();

const query = graphql(\`
  query Customers($first: Int!, $filter: CustomerFilter) {
    customers(first: $first, filter: $filter) {
      totalCount
      nodes { id name email createdAt inquiries(first: 1) { nodes { status } } }
    }
  }
\`);
type Customer = NonNullable<ResultOf<typeof query>['customers']>['nodes'][number];
export const right: Customer = {
  ...{ id: 'cus_1', name: 'Ada', email: null, createdAt: '2026-01-01T00:00:00Z' },
  inquiries: { nodes: [{ status: 'OPEN' }] },
};
export const denied: Customer = { ...right, inquiries: null };
export const variables: VariablesOf<typeof query> = { first: 1, filter: { name: { contains: 'a' } } };
`;
const mistakes = `
export const wrong: Customer = { ...right, inquiries: { nodes: [{ status: 'GONE' }] } };
export const missing: VariablesOf<typeof query> = {};
export const nameless: Customer = { ...right, name: null };
`;

let folder: string;
beforeAll(async () => {
  mkdirSync(join(root, '.cache'), { recursive: true });
  // Inside the project, where the compiler finds gql.tada.
  folder = mkdtempSync(join(root, '.cache', 'gql-tada-'));
  const plugin = {
    name: 'gql.tada/ts-plugin',
    schema: join(root, 'schema/schema.graphql'),
    tadaOutputLocation: './graphql-env.d.ts',
  };
  const compilerOptions = {
    ...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true, noEmit: true },
    ...{ skipLibCheck: true, types: [], allowImportingTsExtensions: true, plugins: [plugin] },
  };
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  writeFileSync(join(folder, 'right.ts'), program);
  const cli = join(dirname(require.resolve('gql.tada/package.json')), 'bin/cli.js');
  await run(process.execPath, [cli, 'generate-output'], { cwd: folder });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says; '' when nothing. */
async function compile(): Promise<string> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [compiler, '--project', folder]).catch(
    (failed: { stdout?: string }) => ({ stdout: failed.stdout ?? String(failed) }),
  );
  return stdout;
}

it(
  'gives a query its types: nullable where it can be denied, enums by their names',
  { timeout: 120_000 },
  async () => {
    expect(await compile()).toBe('');
  },
);

it(
  'lets the compiler find a wrong enum, a missing variable and a null that cannot be',
  { timeout: 120_000 },
  async () => {
    writeFileSync(join(folder, 'right.ts'), program + mistakes);
    const found = await compile();
    expect(found.match(/error TS/g)).toHaveLength(3);
    for (const mistake of ['"GONE"', "'first' is missing", "Type 'null' is not assignable to type 'string'"])
      expect(found).toContain(mistake);
  },
);
