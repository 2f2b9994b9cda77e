// Presets go by the declared kind of a scope, whatever its name begins with.
import { expect, it } from 'vitest';
import { createScopeCatalogue, type ScopeEntry, type ScopePreset } from '../../src/access/scope-catalogue.ts';
import { scopeCatalogue } from '../../src/services.ts';

const entry = (name: string, kind: ScopeEntry['kind'], status: ScopeEntry['status'] = 'AVAILABLE') => ({
  ...{ name, kind, description: name, status },
});
const toy = createScopeCatalogue(
  [
    entry('browse:toys', 'read'),
    entry('read:repairs', 'write'),
    entry('lend:toys', 'write'),
    entry('close:shop', 'manage'),
    entry('count:toys', 'read', 'PLANNED'),
    entry('own:shop', 'read'),
  ],
  ['own:shop'],
);

it.each<[ScopePreset, readonly string[]]>([
  ['READ', ['browse:toys']],
  ['WRITE', ['browse:toys', 'lend:toys', 'read:repairs']],
  ['FULL_ACCESS', ['browse:toys', 'close:shop', 'lend:toys', 'read:repairs']],
])('%s stands for the available scopes of its kinds, without reserved ones', (preset, scopes) => {
  expect(toy.ofPreset(preset)).toEqual(scopes);
});

it('Every scope of the product whose name begins with a kind is of that kind', () => {
  const named = scopeCatalogue().entries.filter(({ name }) => /^(?:read|write):/.test(name));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ name, kind }) => !name.startsWith(`${kind}:`))).toEqual([]);
});
