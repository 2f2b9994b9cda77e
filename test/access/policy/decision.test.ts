// What is denied to whom, decided on the real schema: every way of writing a selection leads to the same verdict.
import { parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { assembleRealSchema, judgeOf, type Judge } from '../support/real-policy.ts';

let judge: Judge;
beforeAll(async () => {
  judge = judgeOf(await assembleRealSchema());
});

const [c, i, f, v] = ['read:customers', 'read:inquiries', 'read:followups', 'read:venues'] as const;
const inquiriesDenied = { 'customers.nodes.@.inquiries': [i] };

describe('a selection is decided alike', () => {
  it.each([
    ['plainly', '{ customers { nodes { id inquiries { totalCount } } } }'],
    [
      'in a named fragment',
      '{ customers { nodes { ...F } } } fragment F on Customer { inquiries { totalCount } }',
    ],
    [
      'in fragments within fragments',
      `{ ...Q } fragment Q on Query { customers { ...C } } fragment C on CustomerConnection { nodes { ...N } }
       fragment N on Node { ... on Customer { ...F } } fragment F on Customer { inquiries { totalCount } }`,
    ],
    ['in an inline fragment', '{ customers { nodes { ... on Customer { inquiries { totalCount } } } } }'],
    ['in a fragment without a type', '{ ... { customers { nodes { ... { inquiries { totalCount } } } } } }'],
    [
      'on the interface',
      '{ customers { nodes { ... on Node { ... on Customer { inquiries { totalCount } } } } } }',
    ],
    [
      'in merged fields',
      '{ customers { totalCount } customers { nodes { id } nodes { inquiries { totalCount } } } }',
    ],
  ])('written %s', async (_how, document) => {
    expect(await judge.denied({ document, scopes: [c] })).toEqual(inquiriesDenied);
    expect(await judge.denied({ document, scopes: [c, i] })).toEqual({});
  });

  it('written with aliases, which name the denied path', async () => {
    const document =
      '{ all: customers { rows: nodes { theirs: inquiries { totalCount } mine: inquiries { totalCount } } } }';
    expect(await judge.denied({ document, scopes: [c] })).toEqual({
      'all.rows.@.theirs': [i],
      'all.rows.@.mine': [i],
    });
  });

  it('written with the name of an allowed field as alias', async () => {
    const document = '{ viewer: customers { id: totalCount } }';
    expect(await judge.denied({ document })).toEqual({ viewer: [c] });
  });
});

describe('an edge', () => {
  it.each([
    [
      '{ customers { edges { node { venues { nodes { name } } } } } }',
      [c],
      'customers.edges.@.node.venues',
      v,
    ],
    ['{ inquiries { nodes { customer { name } } } }', [i], 'inquiries.nodes.@.customer', c],
    ['{ inquiries { nodes { venue { name } } } }', [i], 'inquiries.nodes.@.venue', v],
    ['{ followUps { nodes { inquiry { subject } } } }', [f], 'followUps.nodes.@.inquiry', i],
    ['{ venues { nodes { followUps { totalCount } } } }', [v], 'venues.nodes.@.followUps', f],
    ['{ venue(id: "ven_1") { customers { totalCount } } }', [v], 'venue.customers', c],
    [
      '{ inquiry(id: "inq_1") { replies { nodes { inquiry { customer { id } } } } } }',
      [i],
      'inquiry.replies.nodes.@.inquiry.customer',
      c,
    ],
  ])('asks for the scope of the type it leads to: %s', async (document, scopes, path, missing) => {
    expect(await judge.denied({ document, scopes })).toEqual({ [path]: [missing] });
    expect(await judge.denied({ document, scopes: [...scopes, missing] })).toEqual({});
  });

  it('asks the same for __typename alone, which would tell that something is there', async () => {
    const document = '{ inquiries { nodes { customer { __typename } } } }';
    expect(await judge.denied({ document, scopes: [i] })).toEqual({ 'inquiries.nodes.@.customer': [c] });
  });
});

describe('node(id)', () => {
  const node = (selection: string) => `query ($id: ID!) { node(id: $id) { ${selection} } }`;
  const ids = {
    cus: [c],
    inq: [i],
    rep: [i],
    fup: [f],
    ven: [v],
    usr: ['workspace:manage'],
    key: ['workspace:manage'],
  };
  const idOf = (prefix: string) => newId(prefix, systemClock);

  it.each(Object.entries(ids))(
    'of a %s id asks for the scope of its type, whatever is selected',
    async (prefix, missing) => {
      for (const selection of [
        'id',
        '__typename',
        '... on Venue { name }',
        '... on Customer { email } ... on Node { id }',
      ]) {
        const question = { document: node(selection), variables: { id: idOf(prefix) } };
        expect(await judge.denied({ ...question, scopes: [] })).toEqual({ node: missing });
        expect(await judge.denied({ ...question, scopes: missing })).toEqual({});
      }
    },
  );

  it('is decided by its id and not by the first type that is a Node, also right after another id', async () => {
    const document = parse(
      node('id ... on Customer { inquiries { totalCount } } ... on Venue { customers { totalCount } }'),
    );
    const ask = (prefix: string) => judge.denied({ document, variables: { id: idOf(prefix) }, scopes: [c] });
    expect(await ask('cus')).toEqual({ 'node.inquiries': [i] });
    expect(await ask('ven')).toEqual({ node: [c, v].filter((scope) => scope !== c) });
    expect(await ask('fup')).toEqual({ node: [f] });
    expect(await ask('cus')).toEqual({ 'node.inquiries': [i] });
  });

  it('reads the id as execution does: literal, variable and default of a variable', async () => {
    const id = idOf('inq');
    const byDefault = `query ($id: ID! = "${id}") { node(id: $id) { id } }`;
    expect(await judge.denied({ document: `{ node(id: "${id}") { id } }` })).toEqual({ node: [i] });
    expect(await judge.denied({ document: `{ node(id: """${id}""") { id } }` })).toEqual({ node: [i] });
    expect(await judge.denied({ document: byDefault })).toEqual({ node: [i] });
    expect(await judge.denied({ document: byDefault, variables: { id: idOf('ven') } })).toEqual({
      node: [v],
    });
  });

  it('of something that is no id leads nowhere and is denied nothing', async () => {
    for (const id of ['', 'cus', 'cus_', 'zzz_1', 'CUS_1', `cus_1 `, 'cus_\u0000', 1]) {
      expect(await judge.denied({ document: node('id'), variables: { id } })).toEqual({});
    }
  });
});

describe('@skip and @include', () => {
  const inquiries = 'inquiries { totalCount }';
  const cases: [string, boolean][] = [
    ['@include(if: true)', true],
    ['@include(if: false)', false],
    ['@skip(if: true)', false],
    ['@skip(if: false)', true],
    ['@skip(if: false) @include(if: false)', false],
    ['@skip(if: true) @include(if: true)', false],
    ['@include(if: true) @skip(if: false)', true],
    ['@include(if: $yes)', true],
    ['@include(if: $no)', false],
    ['@skip(if: $yes)', false],
    ['@skip(if: $no)', true],
    ['@skip(if: $no) @include(if: $no)', false],
    ['@include(if: $unset)', true],
    ['@skip(if: $unset)', false],
  ];
  it.each(cases)(
    '%s is honoured on a field, a spread and an inline fragment: counts = %s',
    async (directive, counts) => {
      const variables = { yes: true, no: false };
      for (const selection of [
        `inquiries ${directive} { totalCount }`,
        `... ${directive} { ${inquiries} }`,
        `...F ${directive}`,
      ]) {
        const document = `query ($yes: Boolean!, $no: Boolean!, $unset: Boolean = true) {
        customers { totalCount @include(if: $yes) @skip(if: $no) nodes { id @include(if: $unset) ${selection} ...F @skip(if: true) } }
      } fragment F on Customer { ${inquiries} }`;
        expect(await judge.denied({ document, variables, scopes: [c] })).toEqual(
          counts ? inquiriesDenied : {},
        );
      }
    },
  );

  it('count by the variable of this request, also for a document that was decided before', async () => {
    const document = parse(
      `query ($with: Boolean!) { customers { nodes { id ${inquiries.replace('{', '@include(if: $with) {')} } } }`,
    );
    const ask = (value: unknown) => judge.denied({ document, variables: { with: value }, scopes: [c] });
    expect(await ask(true)).toEqual(inquiriesDenied);
    expect(await ask(false)).toEqual({});
    expect(await ask(true)).toEqual(inquiriesDenied);
  });

  it('let a value of the request win over the default, and null stand for no Boolean at all', async () => {
    const document = `query ($with: Boolean = true) { customers { nodes { id inquiries @include(if: $with) { totalCount } } } }`;
    expect(await judge.denied({ document, scopes: [c] })).toEqual(inquiriesDenied);
    expect(await judge.denied({ document, scopes: [c], variables: { with: undefined } })).toEqual(
      inquiriesDenied,
    );
    expect(await judge.denied({ document, scopes: [c], variables: { with: false } })).toEqual({});
    // Execution refuses it: a field that will not run is denied nothing.
    expect(await judge.denied({ document, scopes: [c], variables: { with: null } })).toEqual({});
  });

  it('count on one of several merged fields only where they stand', async () => {
    const document = `{ customers { nodes { id inquiries @skip(if: true) { totalCount } inquiries { totalCount } } } }`;
    expect(await judge.denied({ document, scopes: [c] })).toEqual(inquiriesDenied);
  });
});

describe('several operations in one document', () => {
  const document = parse(
    'query A { viewer { kind } } query B { customers { totalCount } } mutation C { revokeApiKey(id: "key_1") { apiKeyId } }',
  );

  it('are decided each for itself, by the name that is asked for', async () => {
    expect(await judge.denied({ document, operationName: 'A' })).toEqual({});
    expect(await judge.denied({ document, operationName: 'B' })).toEqual({ customers: [c] });
    expect(await judge.denied({ document, operationName: 'C' })).toEqual({
      revokeApiKey: ['workspace:manage'],
    });
    expect(await judge.denied({ document, operationName: 'A' })).toEqual({});
  });
});

describe('a denial', () => {
  it('lists in one error all that is lacking below it', async () => {
    const document =
      '{ customers { nodes { inquiries { nodes { venue { name } } } followUps { totalCount } } } }';
    expect(await judge.denied({ document })).toEqual({ customers: [c, f, i, v] });
    expect(await judge.denied({ document, scopes: [i] })).toEqual({ customers: [c, f, v] });
  });

  it('lists what every one of several merged fields lacks', async () => {
    const document =
      '{ customers { nodes { inquiries { totalCount } } } customers { nodes { followUps { totalCount } } } }';
    expect(await judge.denied({ document })).toEqual({ customers: [c, f, i] });
  });

  it('stands once at each path, at the top of what is denied', async () => {
    const document = `{ customers { nodes { inquiries { nodes { venue { inquiries { totalCount } } } } } edges { node { inquiries { totalCount } } } } }`;
    const { denials } = await judge.decide({ document, scopes: [c] });
    expect(denials.map(({ path, coordinate }) => [path.join('.'), coordinate])).toEqual([
      ['customers.nodes.@.inquiries', 'Customer.inquiries'],
      ['customers.edges.@.node.inquiries', 'Customer.inquiries'],
    ]);
  });

  it('of every root field that a variable includes is a denial of everything', async () => {
    const document =
      'query ($with: Boolean!) { customers @include(if: $with) { totalCount } venues { totalCount } }';
    const isAll = async (value: boolean) =>
      (await judge.decide({ document, scopes: [c], variables: { with: value } })).isEverythingDenied;
    expect([await isAll(false), await isAll(true)]).toEqual([true, false]);
  });

  it('of every root field is a denial of everything, and of some is not', async () => {
    const isAll = async (document: string, scopes: string[] = []) =>
      (await judge.decide({ document, scopes })).isEverythingDenied;
    expect(await isAll('{ customers { totalCount } venues { totalCount } }')).toBe(true);
    expect(await isAll('{ customers { totalCount } venues { totalCount } }', [c])).toBe(false);
    expect(await isAll('{ customers { totalCount } viewer { kind } }')).toBe(false);
    expect(await isAll('{ customers { totalCount } viewer @skip(if: true) { kind } }')).toBe(true);
    expect(await isAll('{ customers { totalCount } __typename }')).toBe(false);
    expect(await isAll('{ customers { nodes { inquiries { totalCount } } } }', [c])).toBe(false);
  });
});

describe('a verdict that is kept', () => {
  it('serves the set of scopes it was made for and no other', async () => {
    const document = parse(
      '{ customers { nodes { id inquiries { totalCount } followUps { totalCount } } } }',
    );
    const sets = [[], [c], [c, i], [c, f], [c, f, i], [c, 'write:inquiries'], [`${c} ${i}`], [i, f]];
    const expected = [
      { customers: [c, f, i] },
      { 'customers.nodes.@.inquiries': [i], 'customers.nodes.@.followUps': [f] },
      { 'customers.nodes.@.followUps': [f] },
      { 'customers.nodes.@.inquiries': [i] },
      {},
      { 'customers.nodes.@.inquiries': [i], 'customers.nodes.@.followUps': [f] },
      { customers: [c, f, i] },
      { customers: [c] },
    ];
    for (const order of [sets, [...sets].reverse(), sets]) {
      for (const scopes of order) {
        expect([scopes, await judge.denied({ document, scopes })]).toEqual([
          scopes,
          expected[sets.indexOf(scopes)],
        ]);
      }
    }
  });

  it('of a key without scopes does not serve a caller without a credential', async () => {
    const document = parse('{ viewer { kind } }');
    expect(await judge.denied({ document })).toEqual({});
    expect(await judge.denied({ document, isAnonymous: true })).toEqual({ viewer: [] });
    expect(await judge.denied({ document })).toEqual({});
  });
});
