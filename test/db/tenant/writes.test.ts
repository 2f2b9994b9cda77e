// What the writes of a transaction do and answer, row by row: outcomes of an update, stamps and versions, and what is refused
// before it is written.
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableOf, type Table } from '../../../src/db/store/table.ts';
import { withKnownIds } from '../../../src/db/tenant/known-ids.ts';
import type { NewRow, TenantDb, TenantTransaction } from '../../../src/db/tenant/tenant-db.ts';
import { Customer, CustomerVenue } from '../../../src/features/customers/index.ts';
import { Inquiry, Reply } from '../../../src/features/inquiries/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { gate } from '../../support/gate.ts';
import { customerRow, inquiryRow, replyRow, venueRow } from '../support/rows.ts';
import { openStore, type Store } from '../support/store.ts';

describeEachEngine('A transaction', (engine) => {
  let store: Store;
  let workspaceId: string;
  let db: TenantDb;
  let venue: NewRow<Venue>;
  beforeAll(async () => {
    store = await openStore(engine);
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    workspaceId = await store.workspace();
    db = store.db(workspaceId);
    venue = venueRow({ name: 'North', city: 'Cologne' });
    await db.transaction((tx) => tx.insert(Venue, [venue]));
    store.clock.advance(1_000);
  });
  const inside = <T>(work: (tx: TenantTransaction) => Promise<T>) => db.transaction(work);
  const stored = async () => (await db.find(Venue, venue.id))!;
  const now = () => new Date(store.clock.nowMs()).toISOString();

  describe('changes a row', () => {
    it('where a value differs: it says so, the version goes up, the time is now', async () => {
      expect(await inside((tx) => tx.update(Venue, venue.id, { city: 'Bonn' }, 1))).toBe('UPDATED');
      expect(await stored()).toMatchObject({ city: 'Bonn', version: 2, updatedAt: now() });
    });

    it('and leaves one alone that holds the values already, or is given none', async () => {
      const before = await stored();
      for (const patch of [{ city: 'Cologne' }, {}, { city: undefined as unknown as string }])
        for (const version of [1, null, undefined])
          expect(await inside((tx) => tx.update(Venue, venue.id, patch, version))).toBe('UNCHANGED');
      expect(await stored()).toEqual(before);
    });

    it('only in the version that is expected', async () => {
      expect(await inside((tx) => tx.update(Venue, venue.id, { city: 'Bonn' }, 2))).toBe('CONFLICT');
      expect(await inside((tx) => tx.update(Venue, venue.id, { city: 'Cologne' }, 2))).toBe('CONFLICT');
      expect(await stored()).toMatchObject({ city: 'Cologne', version: 1 });
      for (const version of [1, null])
        expect(await inside((tx) => tx.update(Venue, 'ven_none', { city: 'Bonn' }, version))).toBe(
          'NOT_FOUND',
        );
    });

    it('that has neither a version nor a time of its change', async () => {
      const customer = customerRow();
      const inquiry = inquiryRow({ customerId: customer.id });
      const reply = replyRow({ inquiryId: inquiry.id });
      await inside(async (tx) => {
        await tx.insert(Customer, [customer]);
        await tx.insert(Inquiry, [inquiry]);
        await tx.insert(Reply, [reply]);
        expect(await tx.update(Reply, reply.id, { author: 'Ada' })).toBe('UPDATED');
      });
      expect(await db.find(Reply, reply.id)).toMatchObject({ author: 'Ada' });
    });

    it('of which another table holds a part: its version goes up, and no other', async () => {
      const other = venueRow();
      await inside(async (tx) => {
        await tx.insert(Venue, [other]);
        await tx.raiseVersions(Venue, []);
        await tx.raiseVersions(Venue, [venue.id]);
      });
      expect(await stored()).toMatchObject({ city: 'Cologne', version: 2, updatedAt: now() });
      expect(await db.find(Venue, other.id)).toMatchObject({ version: 1 });
    });

    it('may be given the workspace that it has, and no other', async () => {
      const move = (to: string) =>
        inside((tx) => tx.update(Venue, venue.id, { city: 'Bonn', workspaceId: to }));
      expect(await move(workspaceId)).toBe('UPDATED');
      await expect(move(await store.workspace())).rejects.toThrow('another workspace');
    });
  });

  describe('inserts a row', () => {
    it('of a venue for those whose venues have it', async () => {
      const own = venueRow();
      const limited = store.db(workspaceId, [own.id]);
      expect(await limited.transaction((tx) => tx.insert(Venue, [own]))).toBe(1);
      await expect(limited.transaction((tx) => tx.insert(Venue, [venueRow()]))).rejects.toThrow(
        'outside the caller',
      );
    });

    it('that is there already: refused, or left out where that was asked for', async () => {
      const customer = customerRow();
      const link = { customerId: customer.id, venueId: venue.id };
      await inside(async (tx) => {
        await tx.insert(Customer, [customer]);
        expect(await tx.insert(CustomerVenue, [link])).toBe(1);
        expect(await tx.insert(CustomerVenue, [link], { ignoreDuplicates: true })).toBe(0);
      });
      await expect(inside((tx) => tx.insert(CustomerVenue, [link]))).rejects.toThrow();
      // The words of what was left out would lead to what is there.
      await expect(
        inside((tx) => tx.insert(Customer, [customer], { ignoreDuplicates: true })),
      ).rejects.toThrow('other words');
    });
  });

  it('keeps the rows that it holds from everybody else until it ends', async () => {
    const [holds, mayEnd] = [gate(), gate()];
    const events: string[] = [];
    const holder = inside(async (tx) => {
      await tx.hold(Venue, []);
      await tx.hold(Venue, [venue.id]);
      holds.open();
      await mayEnd.passed;
      events.push('held');
    });
    await holds.passed;
    const writer = inside((tx) => tx.update(Venue, venue.id, { city: 'Bonn' })).then((outcome) =>
      events.push(outcome),
    );
    await setTimeout(100);
    mayEnd.open();
    await Promise.all([holder, writer]);
    expect(events).toEqual(['held', 'UPDATED']);
  });

  it.each(['writes', 'reads'])(
    'lets the %s of another workspace pass those of one that has many',
    async (kind) => {
      const [busy, quiet] = [db, store.db(await store.workspace())];
      const ended: string[] = [];
      const ask = async (name: string, on: TenantDb) => {
        if (kind === 'writes') await on.transaction((tx) => tx.insert(Venue, [venueRow()]));
        else await on.findAll(Venue, { all: [] });
        ended.push(name);
      };
      await Promise.all([...Array.from({ length: 60 }, () => ask('busy', busy)), ask('quiet', quiet)]);
      expect(ended.indexOf('quiet')).toBeLessThan(40);
    },
  );

  describe('that looked up ids beforehand', () => {
    const venues = tableOf(Venue);

    it('answers for these ids, and asks the store for whatever else is wanted', async () => {
      const [other, customer] = [venueRow(), customerRow()];
      await inside(async (tx) => {
        await tx.insert(Venue, [other]);
        await tx.insert(Customer, [customer]);
        const known = await withKnownIds(tx, Venue, [venue.id, 'ven_none', null, undefined, customer.id]);
        const idsOf = async (table: Table, properties: string[], ids: string[]) =>
          [...(await known.byIds<Record<string, unknown>>(table, properties, ids)).entries()].sort();
        expect(await idsOf(venues, ['id'], [venue.id, 'ven_none'])).toEqual([[venue.id, { id: venue.id }]]);
        const named = [[venue.id, expect.objectContaining({ name: 'North' })]];
        expect(await idsOf(venues, ['name'], [venue.id])).toEqual(named);
        expect(await idsOf(venues, ['id', 'name'], [venue.id])).toEqual(named);
        expect(await idsOf(venues, ['id'], [venue.id, other.id])).toHaveLength(2);
        expect(await idsOf(tableOf(Customer), ['id'], [customer.id])).toHaveLength(1);
      });
    });

    it('is the same transaction when there is nothing to look up', async () => {
      await inside(async (tx) => {
        expect(await withKnownIds(tx, Venue, [null, undefined])).toBe(tx);
      });
    });
  });
});
