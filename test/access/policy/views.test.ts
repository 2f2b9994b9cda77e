// Views of the schema: one for each set of scopes, and no more of them in memory than are in use.
import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { compilePolicy, createGate, scopes } from '../../../src/access/policy/index.ts';
import type { Principal } from '../../../src/core/principal.ts';

const names = Array.from({ length: 7 }, (_, index) => `f${index}`);
const schema = buildSchema(`type Query { ${names.map((name) => `${name}: Int`).join(' ')} }`);
const rules = names.map((name) => [`Query.${name}`, scopes(`read:${name}`)] as const);

/** A key with those of the scopes whose bit is set. */
function keyWith(bits: number): Principal {
  const held = names.filter((_, index) => (bits >> index) & 1).map((name) => `read:${name}`);
  const ids = { workspaceId: 'wks_1', apiKeyId: 'key_1', label: 'test', secretId: '0' };
  return {
    kind: 'API_KEY',
    ip: '127.0.0.1',
    ...ids,
    scopes: new Set(held),
    venueIds: null,
    operationIds: null,
  };
}

it('keeps the view of a set of scopes, until a hundred others were looked at since', async () => {
  const gate = createGate(schema, compilePolicy(schema, [Object.fromEntries(rules)]));
  const first = await gate.visibleTo(keyWith(1));
  expect(Object.keys(first.getQueryType()!.getFields())).toEqual(['f0']);
  for (let bits = 2; bits <= 100; bits += 1) expect(await gate.visibleTo(keyWith(bits))).not.toBe(first);
  expect(await gate.visibleTo(keyWith(1))).toBe(first);
  for (let bits = 2; bits <= 101; bits += 1) await gate.visibleTo(keyWith(bits));
  const again = await gate.visibleTo(keyWith(1));
  expect(again).not.toBe(first);
  expect(Object.keys(again.getQueryType()!.getFields())).toEqual(['f0']);
});
