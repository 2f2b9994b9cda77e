// Documents that somebody sends to hurt a server, each in a request that is otherwise as it should be.
import { document, kind, nested, times } from './request.ts';

/** Three levels that lead back to where they began. */
const circle = 'inquiries { nodes { customer { ';

export const hostileDocuments = [
  document('240 aliases', `{ ${times(240, (n) => `a${n}: ${kind}`)} }`),
  document(
    'sign-ins under aliases',
    `mutation { ${times(80, (n) => `a${n}: login(input: { email: "a@b.c", password: "${n}" }) { token }`)} }`,
  ),
  document('270 directives', `{ viewer { kind ${'@include(if: true) '.repeat(270)} } }`),
  document('directives that do not exist', `{ viewer { kind ${times(600, (n) => `@x${n}`)} } }`),
  document(
    'fragments that double with every level',
    `{ ...f0 } ${times(150, (n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`)} fragment f150 on Query { ${kind} }`,
  ),
  document(
    'fragments that double under two names',
    `{ viewer { ...f0 } } ${times(60, (n) => `fragment f${n} on Viewer { a: workspace { ...f${n + 1} } b: workspace { ...f${n + 1} } }`)} fragment f60 on Viewer { kind }`,
  ),
  document(
    'fragments in a circle',
    `{ ...f0 } ${times(190, (n) => `fragment f${n} on Query { ...f${(n + 1) % 190} }`)}`,
  ),
  document(
    'a fragment that spreads itself',
    `{ customers { nodes { ...F } } } fragment F on Customer { ${circle} ...F ...F } } } }`,
  ),
  document(
    '190 fragments side by side',
    `{ customers { nodes { ${times(190, (n) => `...F${n}`)} } } } ${times(190, (n) => `fragment F${n} on Customer { id }`)}`,
  ),
  document(
    '200 fragments in a chain',
    `{ customers { nodes { ...F0 } } } ${times(200, (n) => `fragment F${n} on Customer { ...F${n + 1} id }`)} fragment F200 on Customer { id }`,
  ),
  document(
    '200 fragments that nobody uses',
    `{ ${kind} } ${times(200, (n) => `fragment F${n} on Customer { ${n} id }`.replace(/ \d+ /, ' '))}`,
  ),
  document('a depth of 300', `{ customers { nodes { ${nested(150, circle, 'id', ' } } }')} } } }`),
  document('a depth that does not end well', `{ ${'customers { nodes { '.repeat(400)}`),
  document('braces alone', '{'.repeat(100_000)),
  document('inline fragments within each other', `{ ${nested(600, '... { ', kind, ' }')} }`),
  document('a field 1,900 times', `{ viewer { ${'kind '.repeat(1_900)} } }`),
  document('overlapping fields', `{ ${'customers { nodes { inquiries { nodes { id } } } } '.repeat(140)} }`),
  document(
    'fields that overlap crosswise',
    `{ ${times(40, () => `customers { nodes { ${'id name '.repeat(20)} } }`)} }`,
  ),
  document(
    'fields that contradict each other',
    `{ customers { nodes { ${times(600, (n) => `a: ${n % 2 ? 'id' : 'name'}`)} } } }`,
  ),
  document(
    'arguments that contradict each other',
    `{ ${times(130, (n) => `a: customers(first: ${n}) { totalCount }`)} }`,
  ),
  document('1,900 fields that do not exist', `{ ${times(1_900, (n) => `customer${n}`)} }`),
  document(
    '600 arguments that do not exist',
    `{ customers(${times(600, (n) => `firs${n}: 1`)}) { totalCount } }`,
  ),
  document(
    'a list of 1,800 texts',
    `{ customers(filter: { name: { in: [${'"a" '.repeat(1_800)}] } }) { totalCount } }`,
  ),
  document(
    'filters within filters',
    `{ customers(filter: ${nested(230, '{ and: [', '', '] }')}) { totalCount } }`,
  ),
  document('390 variables', `query (${times(390, (n) => `$v${n}: Int`)}) { ${kind} }`),
  document(
    'variables within defaults',
    `query ($v: [[[[Int]]]] = ${nested(900, '[', '1', ']')}) { ${kind} }`,
  ),
  document(
    'introspection within introspection',
    `{ __schema { types { ${nested(20, 'fields { type { ', 'name', ' } }')} } } }`,
  ),
  document(
    'introspection 30 times',
    `{ ${times(30, (n) => `a${n}: __schema { types { fields { name } } }`)} }`,
  ),
  document('1,900 __typename', `{ ${'__typename '.repeat(1_900)} }`),
  document('a name of 200,000 letters', `{ ${'a'.repeat(200_000)} }`),
  document('a type of 200,000 letters', `{ node(id: "x") { ... on ${'A'.repeat(200_000)} { id } } }`),
  document(
    'an enum value of 200,000 letters',
    `{ customers(orderBy: { field: ${'A'.repeat(200_000)} }) { totalCount } }`,
  ),
  document('a comment of 200 KB', `#${'x'.repeat(200_000)}\n{ ${kind} }`),
  document('100,000 empty lines', `${'\n'.repeat(100_000)}{ ${kind} }`),
  document('commas', `{ ${','.repeat(200_000)} ${kind} }`),
  document('a block text of 200 KB', `{ customers(search: """${'\n  a'.repeat(50_000)}""") { totalCount } }`),
  document('a search of 200 KB', `{ customers(search: "${'a '.repeat(100_000)}") { totalCount } }`),
  document('unicode escapes', `{ customers(search: "${'\\u0061'.repeat(35_000)}") { totalCount } }`),
  document('escapes of half a character', `{ customers(search: "\\ud800") { totalCount } }`),
  document('an id with zeros', `{ customer(id: "cus_\\u0000\\u0000") { id } }`),
  document('a number of 200,000 digits', `{ customers(first: ${'9'.repeat(200_000)}) { totalCount } }`),
  document('a number that hides its size', '{ customers(first: 1e400) { totalCount } }'),
  document('a text that does not end', `{ customers(search: "${'a'.repeat(200_000)}`),
  document('a message that hints at itself', 'query ($v: Int) { customers(first: $v) { totalCount } }', {
    v: ' Did you mean a'.repeat(15_000),
  }),
  document('a message full of quotes', 'query ($v: Int) { customers(first: $v) { totalCount } }', {
    v: '"; at "'.repeat(30_000),
  }),
  document('an operation name of 200 KB', `query ${'A'.repeat(200_000)} { ${kind} }`),
  document(
    '390 operations',
    times(390, (n) => `query A${n} { ${kind} }`),
  ),
  document('a schema instead of an operation', `type Query { ${times(600, (n) => `f${n}: Int`)} }`),
  document('subscriptions', `subscription { ${kind} }`),
];
