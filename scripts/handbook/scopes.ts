// The tables of scopes: names and meanings from the features, what each opens from the compiled policy.
import type { AccessExplainer } from '../../src/access/policy/index.ts';
import type { ScopeCatalogue } from '../../src/access/scope-catalogue.ts';
import { code, codes, table } from './markdown.ts';

/** What a scope opens: its mutations, or else its types, or else every field and argument that asks for it. */
function opens(scope: string, explainer: AccessExplainer): string {
  const granted = explainer.grantsOf(scope, explainer.schema);
  const mutations = granted.flatMap((name) =>
    name.startsWith('Mutation.') ? [name.slice('Mutation.'.length)] : [],
  );
  if (mutations.length > 0) return codes(mutations);
  const isDerived = (name: string) => /\.|(Connection|Edge)$/.test(name);
  const types = granted.filter((name) => !isDerived(name));
  return types.length > 0 ? `${codes(types)}, wherever it appears` : codes(granted);
}

/** Scopes that a key can have. */
export function scopeTable(catalogue: ScopeCatalogue, explainer: AccessExplainer): string {
  const rows = catalogue.entries
    .filter(({ name }) => catalogue.dataScopes.includes(name))
    .map(({ name, description }) => [code(name), description, opens(name, explainer)]);
  return table(['scope', 'lets its holder', 'opens'], rows);
}

/** For README: a line for each resource, and for each scope that neither reads nor writes. */
export function shortScopeTable({ dataScopes, entries }: ScopeCatalogue, explainer: AccessExplainer): string {
  const resourceOf = (name: string) => name.slice(name.indexOf(':') + 1);
  const described = (name: string | undefined) =>
    name === undefined
      ? ['', '']
      : [code(name), entries.find((entry) => entry.name === name)?.description ?? ''];
  const rows = [...new Set(dataScopes.map(resourceOf))].flatMap((resource) => {
    const own = dataScopes.filter((name) => resourceOf(name) === resource);
    const read = own.find((name) => name.startsWith('read:'));
    const write = own.find((name) => name.startsWith('write:'));
    const mutations = write === undefined ? ['', ''] : [code(write), opens(write, explainer)];
    const others = own.filter((name) => name !== read && name !== write);
    const pair = (read ?? write) ? [[...described(read), ...mutations]] : [];
    return [...pair, ...others.map((name) => [...described(name), '', ''])];
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
