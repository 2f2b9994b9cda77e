// The files of stored operations: each fault keeps the server from starting, and is told with the name of its operation.
import { readdirSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExplainer } from '../../src/access/policy/index.ts';
import { assembleSchema, type AssembledSchema } from '../../src/graphql/schema.ts';
import { readOperationFiles } from '../../src/rest/operation-files.ts';
import { parseOperations, StoredOperationsError } from '../../src/rest/parse-operations.ts';
import type { StoredOperation } from '../../src/rest/stored-operation.ts';
import { allFeatures, scopeCatalogue } from '../../src/services.ts';
import { openTestHouse } from '../support/house.ts';

let assembled: AssembledSchema;
let tools: Parameters<typeof parseOperations>[1];
let operations: readonly StoredOperation[];
beforeAll(async () => {
  assembled = await assembleSchema(allFeatures, scopeCatalogue());
  const { schema, policy } = assembled;
  tools = { schema, explainer: createExplainer(schema, policy) };
  operations = parseOperations(readOperationFiles(allFeatures), tools);
});

const parsed = (...texts: string[]) =>
  parseOperations(
    texts.map((text, index) => ({ tag: 'test', file: `file${index}.graphql`, text })),
    tools,
  );

/** The faults of files. */
function faultsOf(...texts: string[]): readonly string[] {
  try {
    parsed(...texts);
    return [];
  } catch (error) {
    if (error instanceof StoredOperationsError) return error.faults;
    throw error;
  }
}

const rest = (changes: Record<string, string> = {}) => {
  const args = { method: 'GET', path: '"/customers/{id}"', scopes: '["read:customers"]', ...changes };
  return `@rest(${Object.entries(args)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')})`;
};
const one = (changes: Record<string, string> = {}) =>
  `# Read one\nquery GetOne($id: ID!) ${rest(changes)} { data: customer(id: $id) { id } }`;
const update = (selection: string) =>
  `# Change\nmutation Change($id: ID!) ${rest({ method: 'PATCH', scopes: '["write:customers"]' })} { ${selection} }`;
const userErrors = 'userErrors { code field message }';

describe('The stored operations', () => {
  it('are all that is in schema/operations', () => {
    const named = allFeatures.flatMap(({ operations: files = [] }) => files.map((name) => `${name}.graphql`));
    expect(readdirSync('schema/operations').sort()).toEqual(named.sort());
  });

  it('are valid, alone and as each caller gets them, and the whole needs what its parts say', () => {
    expect(operations.length).toBeGreaterThanOrEqual(40);
    for (const { name, documentFor, document, parts, requiredScopes } of operations) {
      for (const held of [[], ...parts, parts.flat()]) {
        const { text } = documentFor(new Set([...requiredScopes, ...held]));
        expect([name, validate(assembled.schema, parse(text))]).toEqual([name, []]);
      }
      expect([name, document.requiredScopes]).toEqual([
        name,
        [...new Set([...requiredScopes, ...parts.flat()])].sort(),
      ]);
    }
  });

  it('have a summary in words, and a description for each variable that needs one', () => {
    for (const { name, summary, variables } of operations) {
      expect([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z][^.]+$/)]);
      for (const { name: variable, path } of variables)
        expect([name, variable, path.length > 0]).toEqual([name, variable, true]);
    }
  });
});

describe('A server does not start', () => {
  it('starts with what is right', () => {
    expect(faultsOf(one())).toEqual([]);
  });

  it.each<[string, string[], RegExp]>([
    ['a text is no GraphQL', ['query {'], /^file0.graphql: Syntax Error/],
    [
      'a document does not fit the schema',
      [one().replace('{ id }', '{ nothing }')],
      /^file0.graphql:2: Cannot query field "nothing"/,
    ],
    [
      'a variable is not used',
      [one().replace('($id: ID!)', '($id: ID!, $x: Int)')],
      /Variable "\$x" is never used/,
    ],
    ['a fragment is not there', [one().replace('{ id }', '{ ...X }')], /Unknown fragment "X"/],
    ['an operation has no @rest', [one().replace(rest(), '')], /GetOne has no @rest/],
    ['an operation has no name', [one().replace('GetOne', '')], /has no name/],
    ['@rest has an argument too many', [one({ verb: 'GET' })], /Unknown argument "verb"/],
    ['@rest has a method that there is not', [one({ method: 'PUT' })], /does not exist in "RestMethod" enum/],
    [
      'two operations share method and path',
      [one(), one().replace('GetOne', 'GetTwo')],
      /GetTwo and GetOne share GET \/customers\/\{\}/,
    ],
    [
      'two share them under other names of variables',
      [one(), one({ path: '"/customers/{cid}"' }).replace('GetOne', 'GetTwo').replaceAll('$id', '$cid')],
      /share GET \/customers\/\{\}/,
    ],
    [
      'two share a name',
      [one(), one({ path: '"/people/{id}"' })],
      /There can be only one operation named "GetOne"/,
    ],
    [
      'a part of the path is no variable',
      [one({ path: '"/customers/{cid}"' })],
      /GetOne has \{cid\} in its path/,
    ],
    [
      'a part of the path may be left out',
      [one().replace('ID!)', 'ID! = "x")')],
      /GetOne has \{id\} in its path/,
    ],
    ['a path has other signs', [one({ path: '"/customers/{id}?x=1"' })], /GetOne has the path/],
    ['a summary is missing', [one().replace('# Read one\n', '')], /GetOne has no comment above it/],
    [
      'a comment is not right above',
      [one().replace('# Read one\n', '# A file of operations\n\n')],
      /GetOne has no comment/,
    ],
    [
      'it declares fewer scopes than it needs',
      [one({ scopes: '[]' })],
      /GetOne declares the scopes \[\], and its document needs \[read:customers\]/,
    ],
    [
      'it declares more scopes than it needs',
      [one({ scopes: '["read:customers", "read:venues"]' })],
      /GetOne declares the scopes/,
    ],
    [
      'a part declares other scopes than it needs',
      [
        one().replace(
          '{ id }',
          '{ id venues(first: 1) @withScopes(scopes: ["read:bookings"]) { items: nodes { id } } }',
        ),
      ],
      /GetOne declares the scopes \[read:bookings, read:customers\]/,
    ],
    [
      'of two parts each declares the scopes of the other',
      [
        one().replace(
          '{ id }',
          '{ id venues(first: 1) @withScopes(scopes: ["read:bookings"]) { items: nodes { id } } bookings(first: 1) @withScopes(scopes: ["read:venues"]) { items: nodes { id } } }',
        ),
      ],
      /GetOne declares the scopes/,
    ],
    [
      'a mutation is read',
      [update('').replace('mutation', 'query').replace('{  }', '{ data: customer(id: $id) { id } }')],
      /is a query at PATCH/,
    ],
    ['a query writes', [one({ method: 'DELETE' })], /GetOne is a query at DELETE/],
    ['a status is none of success', [one({ status: '204' })], /GetOne has another status/],
    [
      'an answer has a name in camel case',
      [one().replace('{ id }', '{ id createdAt }')],
      /GetOne answers "createdAt"/,
    ],
    [
      'a variable has a name in camel case',
      [one({ path: '"/customers/{id}/x"' }).replaceAll('$id', '$customerId')],
      /\$customerId/,
    ],
    [
      'a query calls its field something else',
      [one().replace('data:', 'customer:')],
      /neither "data" nor "page"/,
    ],
    [
      'a query has two fields',
      [one().replace('{ id }', '{ id } more: customer(id: $id) { id }')],
      /exactly one field/,
    ],
    [
      'a mutation does not ask for userErrors',
      [update('result: updateCustomer(input: { id: $id }) { id: customerId }')],
      /does not ask for userErrors/,
    ],
    [
      'a mutation calls its field something else',
      [update(`data: updateCustomer(input: { id: $id }) { id: customerId ${userErrors} }`)],
      /something else than "result"/,
    ],
    [
      'a page says not where it goes on',
      [
        `# List\nquery ListAll($limit: Int, $cursor: String) ${rest({ path: '"/customers"' })} { page: customers(first: $limit, after: $cursor) { data: nodes { id } } }`,
      ],
      /ListAll is a page without nodes and page_info/,
    ],
    [
      'a page cannot be turned',
      [
        `# List\nquery ListAll ${rest({ path: '"/customers"' })} { page: customers { data: nodes { id } page_info: pageInfo { has_next_page: hasNextPage end_cursor: endCursor } } }`,
      ],
      /ListAll is a page without the variables/,
    ],
  ])('when %s', (_what, texts, expected) => {
    expect(faultsOf(...texts).join('\n')).toMatch(expected);
  });

  it('and says all that is wrong at once', () => {
    const faults = faultsOf(one({ scopes: '[]' }), one({ path: '"/x/{cid}"' }).replace('GetOne', 'GetTwo'));
    expect(faults).toHaveLength(2);
    expect(() => parsed(one({ scopes: '[]' }))).toThrow(/The stored operations are not right:\n- file0/);
  });

  it('when a feature names a file that is not there', () => {
    expect(() => readOperationFiles([{ operations: ['nothing'] }])).toThrow(/ENOENT.*nothing.graphql/);
  });

  it('and with those of this project it does', async () => {
    const house = await openTestHouse('sqlite');
    expect((await house.app.http.inject({ url: '/api/v1/customers' })).statusCode).toBe(401);
    await house.close();
  });
});
