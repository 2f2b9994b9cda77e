// The tables of scopes: names and meanings from the features, what each opens from the compiled policy.
import type { AccessExplainer } from '../../src/access/policy/index.ts';
import type { ScopeCatalogue } from '../../src/access/scope-catalogue.ts';
import { code, codes, table } from './markdown.ts';

/** Of a read scope the types, of a write scope the mutations: what else asks for it follows from these. */
function opens(scope: string, explainer: AccessExplainer): string {
  const granted = explainer.grantsOf(scope, explainer.schema);
  const mutations = granted.flatMap((name) =>
    name.startsWith('Mutation.') ? [name.slice('Mutation.'.length)] : [],
  );
  if (mutations.length > 0) return codes(mutations);
  const isDerived = (name: string) => /\.|(Connection|Edge)$/.test(name);
  return `${codes(granted.filter((name) => !isDerived(name)))}, wherever it appears`;
}

/** Scopes that a key can have. */
export function scopeTable(catalogue: ScopeCatalogue, explainer: AccessExplainer): string {
  const rows = catalogue.entries
    .filter(({ name }) => catalogue.dataScopes.includes(name))
    .map(({ name, description }) => [code(name), description, opens(name, explainer)]);
  return table(['scope', 'lets its holder', 'opens'], rows);
}

/** For README: a line for each resource. */
export function shortScopeTable({ dataScopes, entries }: ScopeCatalogue, explainer: AccessExplainer): string {
  const resources = [...new Set(dataScopes.map((name) => name.slice(name.indexOf(':') + 1)))];
  const rows = resources.map((resource) => {
    const [read, write] = [`read:${resource}`, `write:${resource}`];
    const description = entries.find(({ name }) => name === read)?.description ?? '';
    const mutations = dataScopes.includes(write) ? [code(write), opens(write, explainer)] : ['', ''];
    return [code(read), description, ...mutations];
  });
  return table(['scope', 'opens', 'scope', 'opens'], rows);
}

/** Scopes of people, which no key can have. */
export function roleScopeTable(catalogue: ScopeCatalogue, explainer: AccessExplainer): string {
  const rows = catalogue.entries
    .filter(({ name }) => !catalogue.dataScopes.includes(name))
    .map(({ name, description }) => [code(name), description, opens(name, explainer)]);
  return table(['scope', 'meaning', 'mutations'], rows);
}
