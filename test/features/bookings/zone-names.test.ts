// Names of time zones: taken in any case, kept in their IANA spelling, found by any.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalTimeZone } from '../../../src/core/text/zone-name.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';
import { payloadOf } from '../../support/keys.ts';

/** Links and odd spellings of the IANA database; those that Node follows to another name stay as they are. */
const odd = [
  ...['America/Port-au-Prince', 'Africa/Dar_es_Salaam', 'Europe/Isle_of_Man', 'America/Port_of_Spain'],
  ...[
    'Antarctica/McMurdo',
    'Antarctica/DumontDUrville',
    'America/Argentina/ComodRivadavia',
    'America/Knox_IN',
  ],
  ...['Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv', 'Europe/Kiev', 'America/Nuuk', 'Asia/Ho_Chi_Minh'],
  ...[
    'US/Pacific',
    'US/East-Indiana',
    'US/Indiana-Starke',
    'GB',
    'GB-Eire',
    'NZ',
    'NZ-CHAT',
    'PRC',
    'ROC',
    'ROK',
  ],
  ...['W-SU', 'EST', 'EST5EDT', 'CST6CDT', 'MST7MDT', 'PST8PDT', 'CET', 'EET', 'MET', 'WET', 'HST', 'MST'],
  ...[
    'UTC',
    'UCT',
    'GMT',
    'GMT0',
    'GMT+0',
    'Etc/UTC',
    'Etc/UCT',
    'Etc/GMT',
    'Etc/GMT+12',
    'Etc/GMT-14',
    'Zulu',
  ],
  ...['Australia/ACT', 'Australia/LHI', 'Australia/NSW', 'Brazil/DeNoronha', 'Chile/EasterIsland'],
  ...['Mexico/BajaNorte', 'Mexico/BajaSur', 'America/North_Dakota/New_Salem', 'Asia/Ust-Nera', 'Hongkong'],
];

describe('the name of a time zone', () => {
  it('has one spelling, whatever case it comes in', () => {
    const names = [...new Set([...odd, ...Intl.supportedValuesOf('timeZone')])];
    expect(names.length).toBeGreaterThan(400);
    for (const name of names)
      for (const spelled of [name, name.toLowerCase(), name.toUpperCase()])
        expect([spelled, canonicalTimeZone(spelled)]).toEqual([spelled, name]);
  });

  it.each(['', 'Europe', 'Europe/Berlin ', 'Europe/Atlantis', '+02:00', 'UTC+2', '../etc/passwd', 'local'])(
    'is not %j',
    (name) => expect(canonicalTimeZone(name)).toBeNull(),
  );
});

describeEachEngine('A venue in a zone', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    key = await (await house.workspace()).key('write:venues', 'read:venues');
  });
  afterAll(() => house.close());

  it('is stored and found by the spelling of the zone, whatever case is asked for', async () => {
    const create =
      'mutation ($input: CreateVenueInput!) { createVenue(input: $input) { venueId venue { timezone } userErrors { message } } }';
    const update =
      'mutation ($input: UpdateVenueInput!) { updateVenue(input: $input) { venue { timezone version } userErrors { message } } }';
    const made = payloadOf(await key.send(create, { input: { name: 'A', timezone: 'europe/BERLIN' } }));
    expect(made.venue).toEqual({ timezone: 'Europe/Berlin' });
    const again = { id: made.venueId, timezone: 'EUROPE/berlin' };
    expect(payloadOf(await key.send(update, { input: again })).venue).toEqual({
      ...{ timezone: 'Europe/Berlin', version: 1 },
    });
    await key.send(create, { input: { name: 'B', timezone: 'asia/kolkata' } });
    const find = 'query ($filter: VenueFilter) { venues(filter: $filter) { nodes { timezone } } }';
    const asked: [filter: object, expected: string[]][] = [
      [{ eq: 'Europe/berlin' }, ['Europe/Berlin']],
      [{ in: ['europe/berlin', 'EUROPE/BERLIN', 'ASIA/KOLKATA'] }, ['Europe/Berlin', 'Asia/Kolkata']],
      [{ neq: 'europe/berlin' }, ['Asia/Kolkata']],
      [{ nin: ['asia/kolkata'] }, ['Europe/Berlin']],
      [{ eq: 'no zone' }, []],
    ];
    for (const [filter, expected] of asked) {
      const { nodes } = payloadOf(await key.send(find, { filter: { timezone: filter } }));
      // The two were made within one millisecond, or were not: their order is no matter of this test.
      const found = (nodes as { timezone: string }[]).map(({ timezone }) => timezone).sort();
      expect(found).toEqual([...expected].sort());
    }
  });
});
