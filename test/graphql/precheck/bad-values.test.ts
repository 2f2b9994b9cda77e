// Bad values through the API, in variables and in inputs: a clear refusal, or user errors at their fields.
import { describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { BadInputHouse, expensive, userInput, type Expected } from '../../http/support/harmless.ts';

const createCustomer =
  'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId userErrors { code field message } } }';
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const nested = (depth: number) =>
  many(depth, 0).reduce<object>((inner) => ({ and: [inner] }), { name: { eq: 'x' } });

describeEachEngine('bad values', (engine) => {
  const bad = new BadInputHouse(engine);

  describe('as variables', () => {
    const list =
      'query ($first: Int, $by: CustomerOrderField = NAME, $d: OrderDirection, $f: CustomerFilter, $s: Boolean = false) { customers(first: $first, filter: $f, orderBy: { field: $by, direction: $d }) { totalCount @skip(if: $s) nodes { id } } }';
    it.each<[string, Record<string, unknown>, Expected]>([
      ['a text for an Int', { first: '1' }, userInput()],
      ['a fraction for an Int', { first: 1.5 }, userInput()],
      ['a huge number for an Int', { first: 1e21 }, userInput()],
      ['an object for an Int', { first: {} }, userInput()],
      ['a limit of a page', { first: 101 }, expensive(/101.*100/)],
      ['an unknown enum value', { by: 'SALARY' }, userInput()],
      ['a number for an enum', { by: 1 }, userInput()],
      ['null for an enum that has a default', { d: null }, userInput()],
      ['null for a directive', { s: null }, userInput(/\$s/)],
      ['a text for a Boolean', { s: 'true' }, userInput()],
      ['an unknown filter', { f: { salary: { eq: 1 } } }, userInput()],
      ['a list for a filter', { f: [{ name: { eq: 'x' } }] }, userInput()],
      ['a date that does not exist', { f: { createdAt: { gt: '2026-02-30T00:00:00Z' } } }, userInput()],
      ['a date without a time', { f: { createdAt: { gt: '2026-02-28' } } }, userInput()],
      ['an hour that does not exist', { f: { createdAt: { gt: '2026-02-28T25:00:00Z' } } }, userInput()],
      ['a number for a date', { f: { createdAt: { gt: 1 } } }, userInput()],
      ['a filter in a filter, deeper than ten', { f: nested(11) }, expensive(/depth of \d+\D.* 20/)],
      ['a filter of 500 levels', { f: nested(500) }, expensive(/depth of \d+\D.* 20/)],
      ['filters without end', { f: nested(2_000) }, expensive(/objects.* 2000/)],
      ['400 conditions', { f: { or: many(400, { name: { eq: 'x' } }) } }, expensive(/objects.* 500/)],
      ['1,000 conditions', { f: { or: many(1_000, { name: { eq: 'x' } }) } }, expensive(/objects.* 2000/)],
    ])('%s is refused', async (_what, variables, expected) => {
      const answer = await bad.key.send(list, { d: 'ASC', ...variables });
      await bad.assertRefused(answer, expected);
    });

    it.each([
      ['a NUL', '\u0000'],
      ['a control character', 'a\u0007b'],
      ['a lone surrogate', '\ud800'],
      ['another lone surrogate', 'a\udc00b'],
      ['an empty text', ''],
      ['10,000 characters', 'x'.repeat(10_000)],
      ['quotes and comments', `'; DROP TABLE customers; --`],
      ['wildcards', '%_\\'],
      ['right-to-left and joined signs', '\u202e\u200d👩‍👩‍👧'],
    ])(
      '%s in an id, a filter, a cursor or a sign-in finds nothing and breaks nothing',
      async (_what, text) => {
        const probes: [string, Record<string, unknown>][] = [
          ['query ($t: ID!) { customer(id: $t) { id } }', { t: text }],
          ['query ($t: ID!) { customer(id: $t) { id } }', { t: `cus_${text}` }],
          ['query ($t: ID!) { node(id: $t) { id } }', { t: `cus_${text}` }],
          ['query ($t: [ID!]!) { customers(filter: { id: { in: $t } }) { nodes { id } } }', { t: [text] }],
          ['query ($t: String!) { customers(filter: { name: { eq: $t } }) { nodes { id } } }', { t: text }],
          [
            'query ($t: String!) { customers(filter: { email: { startsWith: $t } }) { totalCount } }',
            { t: `x${text}` },
          ],
          [
            'query ($t: String!) { customers(filter: { name: { contains: $t } }) { totalCount } }',
            { t: `x${text}` },
          ],
          [
            'mutation ($t: ID!) { completeFollowUp(id: $t) { followUpId userErrors { code } } }',
            { t: `fup_${text}` },
          ],
          ['mutation ($t: String!) { login(input: { email: $t, password: $t }) { token } }', { t: text }],
        ];
        for (const [document, variables] of probes) {
          const answer = await bad.key.send(document, variables);
          await bad.assertHarmless(answer);
          expect(JSON.stringify(answer.data ?? null)).not.toMatch(/"id":"|"token":"|"followUpId":"/);
        }
        await bad.assertRefused(
          await bad.key.send('query ($t: String) { customers(after: $t) { totalCount } }', { t: text }),
          userInput(),
        );
        const inCursor = Buffer.from(JSON.stringify(['x', text, text])).toString('base64url');
        await bad.assertRefused(
          await bad.key.send('query ($t: String) { customers(after: $t) { totalCount } }', { t: inCursor }),
          userInput(),
        );
      },
    );

    it('one variable in many places of a filter counts in each of them', async () => {
      const places = many(100, '$f').join(', ');
      const document = `query ($f: CustomerFilter!) { customers(filter: { or: [${places}] }) { totalCount } }`;
      const few = { f: { or: many(10, { name: { eq: 'x' } }) } };
      await bad.assertRefused(await bad.key.send(document, few), expensive(/objects.* 500/));
    });

    it('long lists of plain values are no burden', async () => {
      const document = 'query ($f: CustomerFilter!) { customers(filter: $f) { totalCount } }';
      const { status, data } = await bad.key.send(document, { f: { id: { in: many(20_000, 'cus_1') } } });
      expect([status, data.customers.totalCount]).toEqual([200, 0]);
      expect((await bad.key.send(document, { f: nested(9) })).data.customers.totalCount).toBe(0);
      const conditions = { f: { or: many(240, { name: { eq: 'x' } }) } };
      expect((await bad.key.send(document, conditions)).data.customers.totalCount).toBe(0);
    });
  });

  describe('as an input', () => {
    const longName = 'x'.repeat(10_000);
    it.each<[string, Record<string, unknown>, string[]]>([
      ['an empty name', { name: '' }, ['REQUIRED input.name']],
      ['a name of spaces', { name: ' \t\n ' }, ['REQUIRED input.name']],
      ['a name of 10,000 characters', { name: longName }, ['TOO_LONG input.name']],
      ['a name of a NUL', { name: '\u0000' }, ['REQUIRED input.name']],
      ['a name of control characters', { name: '\u001b\u0007' }, ['REQUIRED input.name']],
      ['a name of a lone surrogate', { name: '\ud800' }, ['REQUIRED input.name']],
      ['a name that nobody sees', { name: '\u200b\u202e\u3164\u2800' }, ['REQUIRED input.name']],
      ['no address', { name: 'x', email: 'nobody' }, ['INVALID input.email']],
      ['an address with a NUL', { name: 'x', email: 'a\u0000@b.example' }, ['INVALID input.email']],
      ['a long address', { name: 'x', email: `${longName}@b.example` }, ['TOO_LONG input.email']],
      ['an empty tag', { name: 'x', tags: ['a', ''] }, ['REQUIRED input.tags.1']],
      [
        '101 venues',
        { name: 'x', venueIds: Array.from({ length: 101 }, () => 'ven_1') },
        ['INVALID input.venueIds'],
      ],
      ['an unknown venue', { name: 'x', venueIds: ['ven_\u0000'] }, ['NOT_FOUND input.venueIds.0']],
      [
        'everything wrong at once',
        { name: '', email: 'x', city: longName },
        ['REQUIRED input.name', 'INVALID input.email', 'TOO_LONG input.city'],
      ],
    ])('%s is a user error at its field', async (_what, input, expected) =>
      bad.assertUserErrors(bad.key, createCustomer, input, expected),
    );

    it.each<[string, unknown]>([
      ['no name', {}],
      ['null for a name', { name: null }],
      ['a number for a name', { name: 1 }],
      ['an unknown field', { name: 'x', isAdmin: true }],
      ['a workspace', { name: 'x', workspaceId: 'wks_1' }],
      ['null', null],
      ['a list', [{ name: 'x' }]],
      ['a text', 'x'],
    ])('%s is refused before anything runs', async (_what, input) =>
      bad.assertRefused(await bad.key.send(createCustomer, { input }), userInput()),
    );

    it('a follow-up is not due on a day that does not exist', async () => {
      const mutation =
        'mutation ($input: CreateFollowUpInput!) { createFollowUp(input: $input) { followUpId userErrors { code field } } }';
      for (const dueAt of [
        '2026-02-30T09:00:00Z',
        '2026-13-01T00:00:00Z',
        '2026-06-31T00:00:00Z',
        '2025-02-29T00:00:00Z',
        'tomorrow',
        '',
        '99999-01-01T00:00:00Z',
        '2026-01-01T00:00:00',
      ]) {
        const answer = await bad.key.send(mutation, { input: { customerId: 'cus_1', note: 'x', dueAt } });
        await bad.assertRefused(answer, userInput());
      }
    });

    it('a version that no row can have changes nothing', async () => {
      const { nodes } = (await bad.key.send('{ customers { nodes { id } } }')).data.customers as {
        nodes: { id: string }[];
      };
      const mutation =
        'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customerId userErrors { code field } } }';
      const update = (expectedVersion: number) => ({ id: nodes[0]!.id, name: 'x', expectedVersion });
      for (const version of [0, -1, 2_147_483_647, -2_147_483_648]) {
        await bad.assertUserErrors(bad.key, mutation, update(version), ['CONFLICT input.expectedVersion']);
      }
      await bad.assertRefused(await bad.key.send(mutation, { input: update(2_147_483_648) }), userInput());
    });

    it('opening hours and time zones that do not exist are user errors', async () => {
      const mutation =
        'mutation ($input: CreateVenueInput!) { createVenue(input: $input) { venueId userErrors { code field } } }';
      const venue = (values: object) => ({ name: 'x', timezone: 'Europe/Berlin', ...values });
      const span = (opens: string, closes: string) =>
        venue({ openingHours: [{ weekday: 'MONDAY', opens, closes }] });
      await bad.assertUserErrors(bad.key, mutation, venue({ timezone: 'Mars/Base' }), [
        'INVALID input.timezone',
      ]);
      await bad.assertUserErrors(
        bad.key,
        mutation,
        venue({ timezone: 'Europe/Berlin\u0000' }),
        ['INVALID input.timezone', 'INVALID input.timezone'].slice(0, 1),
      );
      await bad.assertUserErrors(bad.key, mutation, span('25:00', '26:00'), [
        'INVALID input.openingHours.0.opens',
        'INVALID input.openingHours.0.closes',
      ]);
      await bad.assertUserErrors(bad.key, mutation, span('18:00', '09:00'), [
        'INVALID input.openingHours.0.closes',
      ]);
    });

    it('a key is not made from nothing, nonsense or a date that is over', async () => {
      const mutation =
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKeyId secret userErrors { code field } } }';
      const made = (values: object) => ({ label: 'x', scopes: ['read:customers'], ...values });
      await bad.assertUserErrors(bad.owner, mutation, { label: 'x' }, ['REQUIRED input.scopes']);
      await bad.assertUserErrors(bad.owner, mutation, made({ scopes: [] }), ['REQUIRED input.scopes']);
      await bad.assertUserErrors(
        bad.owner,
        mutation,
        made({ scopes: ['read:all', '', 'read:customers\u0000'] }),
        ['INVALID input.scopes.0', 'INVALID input.scopes.1', 'INVALID input.scopes.2'],
      );
      await bad.assertUserErrors(bad.owner, mutation, made({ label: '' }), ['REQUIRED input.label']);
      await bad.assertUserErrors(bad.owner, mutation, made({ label: '\u0000' }), ['REQUIRED input.label']);
      await bad.assertUserErrors(bad.owner, mutation, made({ expiresAt: '2020-01-01T00:00:00Z' }), [
        'INVALID input.expiresAt',
      ]);
      await bad.assertUserErrors(bad.owner, mutation, made({ venueIds: [] }), ['INVALID input.venueIds']);
      await bad.assertUserErrors(bad.owner, mutation, made({ rateLimitPerMinute: 0 }), [
        'INVALID input.rateLimitPerMinute',
      ]);
    });
  });
});
