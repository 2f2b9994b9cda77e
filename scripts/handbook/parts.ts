// The generated parts of README.md and the handbook, by their names, and the files with them written anew.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDemoStore } from './demo.ts';
import { endpointTable } from './endpoints.ts';
import { errorTable, reasonTable, userErrorTable } from './errors.ts';
import { examplesText, firstAnswer, firstQuery } from './examples.ts';
import { budgetTable, costTable, documentTable, passwordTable } from './limits.ts';
import { block, formatted, withParts } from './markdown.ts';
import { readPages } from './pages.ts';
import { roleScopeTable, scopeTable, shortScopeTable } from './scopes.ts';
import { settingsTable } from './settings.ts';

const folder = 'src/handbook';

/** For README: one line for each page. */
function handbookIndex(root: string): string {
  return readPages(root)
    .map(({ name, title, summary }) => `- [${title}](${folder}/${name}.md): ${summary}`)
    .join('\n');
}

async function makeParts(root: string): Promise<Record<string, () => string>> {
  const store = await openDemoStore();
  try {
    const { scopes, explainer, schema, operations } = store.app;
    // First: later ones change what is there.
    const first = await firstAnswer(store);
    const examples = await examplesText(store, root);
    const curl = `curl -s http://127.0.0.1:4000/graphql \\
  -H 'content-type: application/json' -H 'authorization: Bearer <your key>' \\
  -d '${JSON.stringify({ query: firstQuery })}'`;
    return {
      'first-query': () => block('sh', 'first-query', curl),
      'first-answer': () => block('json', 'first-answer', first.whole),
      'short-answer': () => block('json', 'short-answer', first.short),
      'handbook-index': () => handbookIndex(root),
      'scopes-short': () => shortScopeTable(scopes, explainer),
      scopes: () => scopeTable(scopes, explainer),
      'role-scopes': () => roleScopeTable(scopes, explainer),
      errors: errorTable,
      reasons: reasonTable,
      'user-errors': userErrorTable,
      budgets: budgetTable,
      costs: () => costTable(schema.schema),
      passwords: passwordTable,
      documents: documentTable,
      settings: settingsTable,
      endpoints: () => endpointTable(operations),
      examples: () => examples,
    };
  } finally {
    await store.close();
  }
}

export interface WrittenFile {
  /** From the root. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** Each file as it is and as the sources say. `root` is the folder of package.json. */
export async function writeParts(root: string): Promise<readonly WrittenFile[]> {
  const parts = await makeParts(root);
  const pages = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  return Promise.all(
    ['README.md', ...pages.map((name) => `${folder}/${name}`)].map(async (file) => {
      const before = readFileSync(join(root, file), 'utf8');
      return { file, before, after: await formatted(join(root, file), withParts(before, parts)) };
    }),
  );
}
