// Operations that compute as much as one may: computed fields and explanations under as many aliases as a document may have.
import { times } from './request.ts';
import { operation, type Attack } from './attack.ts';

const aliases = 29;
const month = 'from: "2026-06-01T00:00:00Z", to: "2026-07-02T00:00:00Z"';
const sections = ['customers', 'inquiries', 'followUps', 'bookings'];
const series = sections.map((name) => `${name} { series { start count } }`).join(' ');
/** As many tokens as one document may have. */
const wide = `{ customers { nodes { ${times(29, (n) => `a${n}: inquiries { nodes { id subject body status createdAt customer { id name } replies { nodes { body } } } }`)} } } }`;
const ors = (count: number) => times(count, (n) => `{name: {contains: "x${n}"}}`, ', ');

export function heavyAttacks(): Attack[] {
  return [
    operation(
      `availability of a month under ${aliases} aliases at 100 venues`,
      'owner',
      `{ venues(first: 100) { nodes { ${times(aliases, (n) => `a${n}: availability(${month}) { startsAt }`)} } } }`,
    ),
    operation(
      '20 statistics by day in a named zone',
      'owner',
      `{ ${times(20, (n) => `s${n}: statistics(from: "20${10 + n}-01-01T00:00:00Z", to: "20${11 + n}-01-01T00:00:00Z", timezone: "America/New_York", bucket: DAY) { ${series} }`)} }`,
    ),
    operation(
      '20 accessChecks of wide documents',
      'key',
      `query ($d: String!) { ${times(20, (n) => `a${n}: accessCheck(document: $d) { allowed fields { coordinate path requiredScopes allowed } }`)} }`,
      { d: wide },
    ),
    operation(
      'suggestScopes of 20 wide documents',
      'key',
      'query ($d: [String!]!) { suggestScopes(documents: $d) { scopes } }',
      { d: Array.from({ length: 20 }, (_, n) => wide.replace('29', String(n))) },
    ),
    operation(
      '20 lists with 12 contains each',
      'owner',
      `{ ${times(20, (n) => `c${n}: customers(filter: {or: [${ors(12)}]}) { totalCount }`)} }`,
    ),
  ];
}
