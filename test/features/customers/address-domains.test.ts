// An address is found by either form of its domain: as people read it, and as the DNS holds it. A store from before is
// upgraded to that.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fold } from '../../../src/core/text/fold.ts';
import { openDatabase } from '../../../src/db/data-source.ts';
import { AddressFolds1767225600060 } from '../../../src/db/migrations/versions/60-address-folds.ts';
import { allRows, databaseUrl } from '../../db/support/store.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

/** Each domain in both forms, and a part of it that people look for. */
const domains = [
  ['münchen.example', 'xn--mnchen-3ya.example', 'münchen'],
  ['straße.example', 'xn--strae-oqa.example', 'STRASSE'],
  ['mail.bücher.example', 'mail.XN--BCHER-KVA.example', 'bücher'],
  ['例え.example', 'xn--r8jz45g.example', '例え'],
  ['пример.example', 'xn--e1afmkfd.example', 'ПРИМЕР'],
  ['a.xn--p1ai', 'a.рф', 'рф'],
] as const;

const ask = `query ($filter: CustomerFilter, $search: String) {
  customers(filter: $filter, search: $search) { nodes { email } totalCount }
}`;

describeEachEngine('The domain of an address', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key('read:customers', 'write:customers');
    for (const [index, [one, other]] of domains.entries())
      for (const domain of [one, other]) await workspace.customer({ email: `p${index}@${domain}` });
    await workspace.customer({ name: 'Neighbour', email: 'munich@munch.example' });
  });
  afterAll(() => house.close());

  async function found(variables: object): Promise<string[]> {
    const { data, errors } = await key.send(ask, { ...variables });
    expect(errors).toBeUndefined();
    const emails = (data.customers.nodes as { email: string }[]).map(({ email }) => email).sort();
    expect(data.customers.totalCount).toBe(emails.length);
    return emails;
  }
  const both = (index: number) =>
    domains[index]!.slice(0, 2)
      .map((domain) => `p${index}@${domain}`)
      .sort();

  async function assertSymmetric(): Promise<void> {
    for (const [index, [one, other, part]] of domains.entries()) {
      for (const domain of [one, other, one.toUpperCase(), other.toLowerCase()]) {
        const email = `p${index}@${domain}`;
        for (const filter of [
          { eq: email },
          { in: [email] },
          { contains: `${index}@${domain}` },
          { startsWith: email },
        ])
          expect([filter, await found({ filter: { email: filter } })]).toEqual([filter, both(index)]);
        expect([domain, await found({ search: email })]).toEqual([domain, both(index)]);
        expect([domain, await found({ search: domain })]).toEqual([domain, both(index)]);
        expect(await found({ filter: { email: { contains: domain } } })).toEqual(both(index));
      }
      expect([part, await found({ filter: { email: { contains: part } } })]).toEqual([part, both(index)]);
      expect([part, await found({ search: part })]).toEqual([part, both(index)]);
      // What is typed so far.
      const typed = other
        .toLowerCase()
        .replace(/^mail\./, '')
        .slice(0, 9);
      if (typed.startsWith('xn--')) expect(await found({ search: typed })).toEqual(both(index));
    }
  }

  it('is found in one form by the other, by eq, in, contains, startsWith and search', assertSymmetric);

  it('is found so in a store from before, whose rows keep their versions', async () => {
    const { database } = house.app;
    const customers = await allRows(database, 'customers');
    const written = await allRows(database, 'customers_search');
    await database.write(async (tx) => {
      for (const { id, email } of customers) {
        const folded = fold(email as string);
        const words = [`_${workspace.workspaceId}`, ...(folded.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])].join(
          ' ',
        );
        await tx.execute(sql`UPDATE "customers" SET "email_folded" = ${folded} WHERE "id" = ${id}`);
        await tx.execute(sql`UPDATE "customers_search" SET "words" = ${words} WHERE "id" = ${id}`);
      }
      const { name } = new AddressFolds1767225600060();
      await tx.execute(sql`DELETE FROM "applied_migrations" WHERE "name" = ${name}`);
    });
    expect(await found({ search: 'münchen' })).toHaveLength(1);
    const upgrading = await openDatabase(databaseUrl(house.engine));
    expect((await upgrading.migrate()).applied.map(({ name }) => name)).toEqual([
      'AddressFolds1767225600060',
    ]);
    await upgrading.close();
    const byId = (rows: readonly Record<string, unknown>[]) =>
      [...rows].sort((a, b) => String(a['id']).localeCompare(String(b['id'])));
    expect(byId(await allRows(database, 'customers'))).toEqual(byId(customers));
    const words = (rows: readonly Record<string, unknown>[]) =>
      byId(rows).map((row) => [row['id'], row['words']]);
    expect(words(await allRows(database, 'customers_search'))).toEqual(words(written));
    await assertSymmetric();
  });

  it('cannot be given to a second user in its other form', async () => {
    const owner = await workspace.owner();
    const create = 'mutation ($i: CreateUserInput!) { createUser(input: $i) { userId userErrors { code } } }';
    const input = { email: 'boss@münchen.example', password: 'a rather long password', role: 'MEMBER' };
    expect((await owner.send(create, { i: input })).data.createUser.userErrors).toEqual([]);
    const again = { ...input, email: 'boss@XN--mnchen-3ya.example' };
    expect((await owner.send(create, { i: again })).data.createUser.userErrors).toEqual([{ code: 'TAKEN' }]);
  });
});
