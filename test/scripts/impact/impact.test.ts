// What a change of the schema or of scopes breaks is told from what was really asked of a server; the newer schema is made here, by
// taking something out of the one that is served.
import { buildSchema, Kind, parse, print, visit, type ASTNode, type DocumentNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Impact, type MetChange } from '../../../scripts/impact/impact.ts';
import { readRecordedUse } from '../../../scripts/impact/recorded-use.ts';
import { schemaChanges, schemaOf, scopeChanges } from '../../../scripts/impact/schema-changes.ts';
import { scopes } from '../../../src/access/policy/index.ts';
import { schemaText } from '../../../src/http/pages/schema-route.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { dayMs, payloadOf } from '../../support/keys.ts';

const flushMs = 10_000;

/** The text without the definition, or the field, argument or value below it: `Customer.email`, `Query.customers(first)`. */
function without(text: string, coordinate: string): string {
  const [, type, member, argument] = /^(\w+)(?:\.(\w+)(?:\((\w+)\))?)?$/.exec(coordinate)!;
  const isGone = (node: ASTNode, ancestors: readonly (ASTNode | readonly ASTNode[])[]) => {
    const names = [...ancestors, node].flatMap((one) => ('name' in one && one.name ? [one.name.value] : []));
    return names.join(' ') === [type, member, argument].filter(Boolean).join(' ');
  };
  const kinds: readonly string[] = [
    ...[Kind.FIELD_DEFINITION, Kind.INPUT_VALUE_DEFINITION, Kind.ENUM_VALUE_DEFINITION],
  ];
  const cut = visit(parse(text), {
    enter: (node, _key, _parent, _path, ancestors) =>
      kinds.includes(node.kind) && isGone(node, ancestors) ? null : undefined,
  }) as DocumentNode;
  expect(print(cut)).not.toBe(print(parse(text)));
  return print(cut);
}

/** The text with a line of a type in the place of another. */
function replaced(text: string, type: string, line: RegExp, by: string): string {
  const block = new RegExp(`^(type|input) ${type}\\b[^]*?^}`, 'm');
  const changed = text.replace(block, (found) => found.replace(line, by));
  expect(changed).not.toBe(text);
  return changed;
}

interface Compared {
  readonly days?: number;
  readonly locked?: Parameters<typeof scopeChanges>[1];
}

/** From the schema and the scopes that are served to others. */
async function changesBetween(
  house: TestHouse,
  text: string,
  { days, locked }: Compared,
): Promise<readonly MetChange[]> {
  const [before, after] = [schemaOf(schemaText(house.app.schema.schema)), schemaOf(text)];
  const asked = locked ? scopeChanges(house.app.schema.policy.coordinates, locked) : [];
  const impact = new Impact({ before, after }, schemaChanges(before, after), asked);
  const nowMs = house.clock.nowMs();
  const { workspaces } = await readRecordedUse(house.app.database, { nowMs, days: days ?? null });
  for await (const use of workspaces) impact.addWorkspace(use);
  return impact.found();
}

const shortly = (changes: readonly MetChange[]) =>
  changes.map(({ kind, coordinate, callers, operations }) => ({
    ...{ kind, coordinate, operations: operations.map(({ name }) => name) },
    callers: callers.map(({ id, requests, isCertain, operations: names }) => [
      id,
      requests,
      isCertain,
      names,
    ]),
  }));

describeEachEngine('What a change breaks', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let other: TestWorkspace;
  let reader: KeyCaller;
  let writer: KeyCaller;
  let stranger: KeyCaller;
  let owner: Caller;
  let served: string;

  const read = `query Mails($s: String) {
    customers(first: 2, filter: { name: { contains: $s } }, orderBy: { field: NAME, direction: DESC }) { nodes { id email } } }`;
  const form = `mutation Form($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId } }`;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    served = schemaText(house.app.schema.schema);
    workspace = await house.workspace('Acme');
    other = await house.workspace('Other');
    reader = await workspace.key('read:customers');
    writer = await workspace.key('write:customers');
    stranger = await other.key('read:customers', 'read:venues');
    owner = await workspace.owner();
    const revoked = await workspace.key('read:customers');
    for (const { send } of [reader, reader, revoked])
      expect((await send(read, { s: 'a' })).errors).toBeUndefined();
    await writer.send(form, { input: { name: 'Ada' } });
    await stranger.send('query Venues { venues(first: 1) { nodes { name } } }');
    await stranger.send('{ customers(first: 1) { nodes { id } } }');
    await owner.send('query Page { customers(first: 1) { nodes { email } } }');
    await owner.send(
      'mutation { saveOperation(input: { name: "mails", document: "{ customers(first: 1) { nodes { email } } }" }) { operationId } }',
    );
    const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }';
    expect(payloadOf(await owner.send(revoke, { id: revoked.apiKeyId }))).toEqual({ userErrors: [] });
    await house.scheduler.elapse(flushMs);
  });
  afterAll(() => house.close());

  const changesTo = (text: string, options: Compared = {}) => changesBetween(house, text, options);
  it('a field that is removed: for every caller that selected it, and for operations that are kept', async () => {
    const [removed, ...others] = await changesTo(without(served, 'Customer.email'));
    expect(others).toEqual([]);
    const lastUsedAt = new Date(house.clock.nowMs()).toISOString();
    expect(removed).toMatchObject({ kind: 'FIELD_REMOVED', change: 'Customer.email was removed.' });
    const { workspaceId } = workspace;
    const names = { workspaceId, workspaceName: 'Acme', isCertain: true };
    const key = {
      kind: 'API_KEY',
      id: reader.apiKeyId,
      label: expect.any(String),
      requests: 2,
      operations: ['Mails'],
    };
    expect(removed!.callers).toHaveLength(2);
    expect(removed!.callers).toContainEqual({ ...names, ...key, lastUsedAt: expect.any(String) });
    expect(removed!.callers.find(({ id }) => id === reader.apiKeyId)!.lastUsedAt <= lastUsedAt).toBe(true);
    expect(removed!.callers).toContainEqual(
      expect.objectContaining({ kind: 'USER', requests: 1, operations: ['Page'] }),
    );
    expect(removed!.operations).toEqual([{ name: 'mails', workspaceId, isCertain: true }]);
  });

  it.each([
    ['an argument', 'Query.customers(orderBy)', 'ARG_REMOVED', true],
    [
      'a value of an enum that the document names',
      'CustomerOrderField.NAME',
      'VALUE_REMOVED_FROM_ENUM',
      true,
    ],
    ['an input field that the document names', 'CustomerFilter.name', 'FIELD_REMOVED', true],
  ])('%s that is removed', async (_what, coordinate, kind, isCertain) => {
    const found = shortly(await changesTo(without(served, coordinate)));
    expect(found).toEqual([
      { kind, coordinate, operations: [], callers: [[reader.apiKeyId, 2, isCertain, ['Mails']]] },
    ]);
  });

  it('an input field that a variable may have held: it may, since values are not recorded', async () => {
    const [found] = shortly(await changesTo(without(served, 'CreateCustomerInput.phone')));
    expect(found).toEqual({
      ...{ kind: 'FIELD_REMOVED', coordinate: 'CreateCustomerInput.phone', operations: [] },
      callers: [[writer.apiKeyId, 1, false, ['Form']]],
    });
  });

  it('a field that answers null from now on, an argument and an input field that must be given', async () => {
    const cases = [
      [
        replaced(served, 'CustomerConnection', /^ {2}nodes: \[Customer!\]!/m, '  nodes: [Customer!]'),
        'CustomerConnection.nodes',
      ],
      [replaced(served, 'Query', /^ {2}customers\(/m, '  customers(must: Int!, '), 'Query.customers'],
      [
        replaced(served, 'CreateCustomerInput', /^ {2}name: String!/m, '  name: String!\n  must: Int!'),
        'CreateCustomerInput',
      ],
    ] as const;
    const found = await Promise.all(
      cases.map(async ([text, coordinate]) =>
        shortly(await changesTo(text)).find((one) => one.coordinate === coordinate)!,
      ),
    );
    expect(found.map(({ kind, callers }) => [kind, callers.map(([id]) => id).sort()])).toEqual([
      [
        'FIELD_CHANGED_KIND',
        [...[reader.apiKeyId, stranger.apiKeyId].sort(), expect.stringMatching(/^usr_/)],
      ],
      [
        'REQUIRED_ARG_ADDED',
        [...[reader.apiKeyId, stranger.apiKeyId].sort(), expect.stringMatching(/^usr_/)],
      ],
      ['REQUIRED_INPUT_FIELD_ADDED', [writer.apiKeyId]],
    ]);
  });

  it('whatever fits no more, also when no change of the list tells', async () => {
    const text = served.replaceAll(/^(type \w+ implements )Node\b[^{]*/gm, (_found, head: string) =>
      head.replace(' implements ', ' '),
    );
    expect(text).not.toBe(served);
    await reader.send('query Any($id: ID!) { node(id: $id) { id ... on Customer { name } } }', {
      id: await workspace.customer(),
    });
    await house.scheduler.elapse(flushMs);
    const found = shortly(await changesTo(`${text}\ntype Lonely implements Node { id: ID! }`));
    expect(found[0]).toMatchObject({ kind: 'INVALID', callers: [[reader.apiKeyId, 1, true, ['Any']]] });
  });

  it('nothing that was used: neither another type, nor a field of another workspace, nor a key that is revoked', async () => {
    const changes = shortly(await changesTo(without(served, 'Venue.city')));
    expect(changes).toEqual([
      { kind: 'FIELD_REMOVED', coordinate: 'Venue.city', operations: [], callers: [] },
    ]);
    const used = shortly(await changesTo(without(served, 'Venue.name')));
    expect(used[0]!.callers).toEqual([[stranger.apiKeyId, 1, true, ['Venues']]]);
  });

  it('nothing that was used before the days that are asked for', async () => {
    house.clock.advance(40 * dayMs);
    const text = without(served, 'Venue.name');
    expect(shortly(await changesTo(text, { days: 30 }))[0]!.callers).toEqual([]);
    expect(shortly(await changesTo(text, { days: 50 }))[0]!.callers).toHaveLength(1);
  });

  describe('of scopes', () => {
    const lock = (coordinate: string, scope: string) => ({
      coordinates: new Map([...house.app.schema.policy.coordinates, [coordinate, scopes(scope)]]),
    });

    it('refuses the keys that used it and have not what it asks now, and nobody else', async () => {
      const found = await changesTo(served, { locked: lock('Customer.email', 'read:inquiries') });
      expect(shortly(found)).toEqual([
        {
          ...{ kind: 'SCOPES_CHANGED', coordinate: 'Customer.email', operations: ['mails'] },
          callers: [[reader.apiKeyId, 2, true, ['Mails']]],
        },
      ]);
      expect(found[0]!.change).toBe('Customer.email asks for read:inquiries instead of read:customers.');
    });

    it('refuses nobody whose scopes are enough, and is no change where less is asked', async () => {
      const [enough] = await changesTo(served, { locked: lock('Venue.name', 'read:customers') });
      expect(enough).toMatchObject({ coordinate: 'Venue.name', callers: [], operations: [] });
      const { coordinates } = house.app.schema.policy;
      const opened = new Map([...coordinates, ['Customer.email', coordinates.get('Viewer.kind')!]]);
      expect(await changesTo(served, { locked: { coordinates: opened } })).toEqual([]);
    });
  });
});

describeEachEngine('What was denied anyway', (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  afterAll(() => house.close());

  it('is broken by no scope, and by no schema where all of it was denied', async () => {
    const served = schemaText(house.app.schema.schema);
    const key = await (await house.workspace()).key('read:venues');
    await key.send('query Denied { customers(first: 1) { nodes { email } } }');
    await key.send('query Partly { venues(first: 1) { totalCount } customers(first: 1) { nodes { city } } }');
    await house.scheduler.elapse(flushMs);
    const coordinates = new Map(house.app.schema.policy.coordinates);
    for (const name of ['email', 'city']) coordinates.set(`Customer.${name}`, scopes('read:inquiries'));
    const locked = await changesBetween(house, served, { locked: { coordinates } });
    expect(locked.map(({ callers }) => callers)).toEqual([[], []]);
    const ofField = async (name: string) =>
      shortly(await changesBetween(house, without(served, `Customer.${name}`), {}))[0]!.callers;
    expect(await ofField('email')).toEqual([]);
    expect(await ofField('city')).toEqual([[key.apiKeyId, 1, true, ['Partly']]]);
  });
});

describe('The sentences of graphql-js', () => {
  it('are read in each kind that the list of changes knows', () => {
    const before = buildSchema(`interface I { a: Int } enum E { A B } input In { a: Int b: Int }
      type T implements I { a: Int b: Int c(x: Int, y: Int): Int d: Int } type Gone { a: Int } type Kind { a: Int }
      type Query { t(e: E, i: In): T g: Int k: Kind }`);
    const after = buildSchema(`interface I { a: Int } enum E { A } input In { a: Int! n: Int! }
      type T implements I { a: Int c(x: Int!, z: Int!): Int d: Int } interface Kind { a: Int }
      type Query { t(e: E, i: In): T g: String k: Kind }`);
    const found = schemaChanges(before, after).map(({ kind, coordinate }) => `${kind} ${coordinate}`);
    expect(found.sort()).toEqual([
      'ARG_CHANGED_KIND T.c(x)',
      'ARG_REMOVED T.c(y)',
      'FIELD_CHANGED_KIND In.a',
      'FIELD_CHANGED_KIND Query.g',
      'FIELD_REMOVED In.b',
      'FIELD_REMOVED T.b',
      'REQUIRED_ARG_ADDED T.c',
      'REQUIRED_INPUT_FIELD_ADDED In',
      'TYPE_CHANGED_KIND Kind',
      'TYPE_REMOVED Gone',
      'VALUE_REMOVED_FROM_ENUM E.B',
    ]);
  });
});
