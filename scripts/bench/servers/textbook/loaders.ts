// One DataLoader for each relation, made anew for each request, as DataLoader's documentation says.
import DataLoader from 'dataloader';
import { In, type DataSource } from 'typeorm';
import { Customer, FollowUp, Inquiry, Reply, Venue } from './entities.ts';

function byId<T extends { id: string }>(rows: readonly T[], ids: readonly string[]): (T | null)[] {
  const known = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => known.get(id) ?? null);
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string, keys: readonly string[]): T[][] {
  const groups = new Map<string, T[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return keys.map((key) => groups.get(key) ?? []);
}

export function createLoaders(source: DataSource) {
  return {
    customer: new DataLoader(async (ids: readonly string[]) =>
      byId(await source.getRepository(Customer).find({ where: { id: In([...ids]) } }), ids),
    ),
    venue: new DataLoader(async (ids: readonly string[]) =>
      byId(await source.getRepository(Venue).find({ where: { id: In([...ids]) } }), ids),
    ),
    inquiriesOfCustomer: new DataLoader(async (ids: readonly string[]) => {
      const where = { customerId: In([...ids]) };
      const rows = await source
        .getRepository(Inquiry)
        .find({ where, order: { createdAt: 'DESC', id: 'DESC' } });
      return grouped(rows, (row) => row.customerId, ids);
    }),
    followUpsOfCustomer: new DataLoader(async (ids: readonly string[]) => {
      const where = { customerId: In([...ids]) };
      const rows = await source.getRepository(FollowUp).find({ where, order: { dueAt: 'ASC', id: 'ASC' } });
      return grouped(rows, (row) => row.customerId, ids);
    }),
    repliesOfInquiry: new DataLoader(async (ids: readonly string[]) => {
      const where = { inquiryId: In([...ids]) };
      const rows = await source.getRepository(Reply).find({ where, order: { createdAt: 'ASC', id: 'ASC' } });
      return grouped(rows, (row) => row.inquiryId, ids);
    }),
    venuesOfCustomer: new DataLoader(async (ids: readonly string[]) => {
      const rows = await source.getRepository(Customer).find({
        where: { id: In([...ids]) },
        relations: { venues: true },
        order: { venues: { createdAt: 'ASC', id: 'ASC' } },
      });
      const known = new Map(rows.map((row) => [row.id, row.venues]));
      return ids.map((id) => known.get(id) ?? []);
    }),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
