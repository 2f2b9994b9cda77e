// `npm run handbook`: writes the generated parts of README.md and src/handbook/*.md: tables from the sources, answers from a demo
// store whose clock stands still. `npm run check` fails when something else is committed.
import 'reflect-metadata';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { openDemoStore } from './handbook/demo.ts';
import { errorTable, reasonTable, userErrorTable } from './handbook/errors.ts';
import { examplesText, firstAnswer, firstQuery } from './handbook/examples.ts';
import { budgetTable, costTable, documentTable, passwordTable } from './handbook/limits.ts';
import { block, formatted, withParts } from './handbook/markdown.ts';
import { readPages } from './handbook/pages.ts';
import { roleScopeTable, scopeTable, shortScopeTable } from './handbook/scopes.ts';
import { settingsTable } from './handbook/settings.ts';

/** From dist/scripts. */
const root = join(import.meta.dirname, '../..');
const folder = 'src/handbook';

/** For README: one line for each page. */
function handbookIndex(): string {
  return readPages(root)
    .map(({ name, title, summary }) => `- [${title}](${folder}/${name}.md): ${summary}`)
    .join('\n');
}

async function makeParts(): Promise<Record<string, () => string>> {
  const store = await openDemoStore();
  try {
    const { scopes, explainer, schema } = store.app;
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
      'handbook-index': handbookIndex,
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
      examples: () => examples,
    };
  } finally {
    await store.close();
  }
}

await runCommand({
  usage: 'npm run handbook [-- --json]',
  options: {},
  async run() {
    const parts = await makeParts();
    const pages = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
    const written: string[] = [];
    for (const file of ['README.md', ...pages.map((name) => `${folder}/${name}`)]) {
      const path = join(root, file);
      const before = readFileSync(path, 'utf8');
      const after = await formatted(path, withParts(before, parts));
      if (after === before) continue;
      writeFileSync(path, after);
      written.push(file);
    }
    return { json: { written }, text: written.join('\n') };
  },
});
