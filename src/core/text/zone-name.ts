// Names of time zones: which of them exist, and the one spelling in which each is kept and compared.
//
// A link such as Asia/Kolkata or Europe/Kyiv stays the name that was given. Mapping links to their targets would answer
// another name than the caller sent, and which of two names is the target differs between versions of Node: 20 says
// Asia/Calcutta for both, 24 keeps either.
import { zoneNamed } from '../time-zone.ts';

/** Words of IANA names that are not written with one capital letter at their beginning. */
const irregularWords = [
  ...[
    'ACT',
    'CET',
    'CHAT',
    'CST6CDT',
    'EET',
    'EST',
    'EST5EDT',
    'GB',
    'GMT',
    'GMT0',
    'HST',
    'IN',
    'LHI',
    'MET',
  ],
  ...['MST', 'MST7MDT', 'NSW', 'NZ', 'PRC', 'PST8PDT', 'ROC', 'ROK', 'SU', 'UCT', 'US', 'UTC', 'WET'],
  ...['au', 'es', 'of', 'BajaNorte', 'BajaSur', 'ComodRivadavia', 'DeNoronha', 'DumontDUrville'],
  ...['EasterIsland', 'McMurdo'],
];
const spellings = new Map(irregularWords.map((word) => [word.toLowerCase(), word]));

function spelled(name: string): string {
  return name
    .toLowerCase()
    .replace(/[a-z0-9]+/g, (word) => spellings.get(word) ?? word[0]!.toUpperCase() + word.slice(1));
}

/**
 * The IANA spelling of a zone's name: `Europe/Berlin` for `europe/BERLIN`. Null when there is no such zone: offsets such as
 * `+02:00` are none, because they know no daylight saving.
 */
export function canonicalTimeZone(name: string): string | null {
  const zone = zoneNamed(name);
  if (zone === null) return null;
  return zone.toLowerCase() === name.toLowerCase() ? zone : spelled(name);
}
