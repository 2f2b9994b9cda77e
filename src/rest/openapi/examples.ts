// Values for the examples of the description: of each name one that a reader believes.
import type { Json } from './json-schema.ts';

const texts: Readonly<Record<string, string>> = {
  label: 'Nightly export',
  email: 'ada@example.com',
  phone: '+44 20 7946 0000',
  city: 'London',
  currency: 'EUR',
  address: '12 St James Square',
  timezone: 'Europe/London',
  notes: 'Prefers mornings.',
  tags: 'regular',
  note: 'Call back about the offer.',
  subject: 'A table for four',
  body: 'Do you have a table for four on Friday?',
  description: 'Copies the customers into the data warehouse.',
  opens: '09:00',
  closes: '18:00',
  key: 'lk_live_…',
  key_prefix: 'lk_live_…',
  warning: 'This key can read everything. Give it fewer scopes when you can.',
  ip_allowlist: '203.0.113.0/24',
  document: 'query Dashboard { customers { nodes { id name } } }',
  operation_name: 'Dashboard',
  search: 'ada',
  cursor: 'WyIyMDI2LTAxLTMxIl0',
};

const numbers: Readonly<Record<string, number>> = {
  limit: 50,
  price_cents: 4500,
  duration_minutes: 45,
  overlap_seconds: 86_400,
  rate_limit_per_minute: 600,
  max_rows_per_day: 50_000,
  median_first_reply_seconds: 1800,
};

const prefixes: readonly (readonly [word: string, prefix: string])[] = [
  ['customer', 'cus'],
  ['venue', 'ven'],
  ['inquir', 'inq'],
  ['repl', 'rep'],
  ['follow', 'fup'],
  ['treatment', 'trt'],
  ['booking', 'bkg'],
  ['key', 'key'],
  ['user', 'usr'],
  ['workspace', 'wsp'],
  ['operation', 'opr'],
];

/** The prefix of the thing that `about` names last: `customer_id`, `Customer`, `/venues/{id}`. */
function prefixIn(about: string): string | null {
  const places = prefixes.map(([word, prefix]) => ({ at: about.toLowerCase().lastIndexOf(word), prefix }));
  const [last] = places.sort((a, b) => b.at - a.at);
  return last && last.at >= 0 ? last.prefix : null;
}

export const exampleId = (about: string) => `${prefixIn(about) ?? 'id'}_06fk3q8w1x2y3z4a5b6c7d8e9f`;

/** Names of things that are no people. */
const namesOf: Readonly<Record<string, string>> = {
  ven: 'Harbour House',
  trt: 'Back massage',
  wsp: 'Harbour Group',
  opr: 'open_inquiries',
};

const isEnd = (name: string) => /^(to|ends|due|expires|completed|updated|last)(_|$)/.test(name);

/** A value of a scalar of GraphQL for what is called `name`; `about` names the thing that it belongs to. */
export function exampleOf(scalar: string, name: string, about: string): Json {
  switch (scalar) {
    case 'ID':
      return exampleId(name === 'id' || name === 'ids' ? about : name);
    case 'DateTime':
      // Not past: such a key is not made.
      if (name.startsWith('expires')) return '2036-01-31T09:00:00.000Z';
      return isEnd(name) ? '2026-02-01T10:00:00.000Z' : '2026-01-31T09:00:00.000Z';
    case 'Int':
    case 'SafeInt':
    case 'Float':
      return numbers[name] ?? 1;
    case 'Boolean':
      // Beside the scopes that are missing.
      return name !== 'allowed';
    case 'Scope':
      return 'read:customers';
    default:
      if (name === 'name') return namesOf[prefixIn(about) ?? ''] ?? 'Ada Lovelace';
      return /scopes$/.test(name) ? 'read:customers' : (texts[name] ?? 'text');
  }
}
