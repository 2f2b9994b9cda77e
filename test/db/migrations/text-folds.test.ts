// A store of the version before folds by Unicode is upgraded: its folds and search words become what this version would have
// written, its rows stay as they are. Rows are written here as that version wrote them.
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findUserByEmail } from '../../../src/access/authentication/key-store.ts';
import { addressKey } from '../../../src/core/text/email-address.ts';
import { fold } from '../../../src/core/text/fold.ts';
import type { Condition } from '../../../src/db/statements/condition.ts';
import { dataSourceOptions, openDatabase } from '../../../src/db/data-source.ts';
import { AddressFolds1767225600060 } from '../../../src/db/migrations/versions/60-address-folds.ts';
import { TextFolds1767225600030 } from '../../../src/db/migrations/versions/30-text-folds.ts';
import { searchTerms } from '../../../src/db/store/search-terms.ts';
import { wordsOfRow } from '../../../src/db/statements/search.ts';
import { tableOf } from '../../../src/db/store/table.ts';
import { createTenantDb } from '../../../src/db/tenant/tenant-db.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { testClock } from '../../support/house.ts';
import { describeEachEngine, newEngine, type Engine } from '../../support/engines.ts';
import { allRows, databaseUrl, entities } from '../support/store.ts';

type Row = Record<string, string | number | null>;

const at = '2026-01-01T00:00:00.000Z';
const names = [
  'Anna',
  'İpek Łuk',
  'ΟΔΥΣΣΕΥΣ',
  'Rene\u0301',
  'René',
  'Straße',
  'Zoë\u200b',
  'Đặng',
  "O'Brien",
  'ALL CAPS',
];
const phones = [
  '+49 170-555-0001',
  '+49 170\u2013555\u20130003',
  'Tel. 030 901820',
  '+1 170 555 0008 ext. 12',
  '٠١٧٠ ٥٥٥٠٠',
  null,
];
/** More than a slice of the migration. */
const customers = 1_201;

/** As the version before folded. */
function foldBefore(text: string | null): string {
  return (text ?? '').normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll('ς', 'σ');
}

/** As the version before cut words: the digits of what looked like a number alone. */
function wordsBefore({ workspace_id: workspaceId, name, email, phone }: Row): string {
  const words = [name, email, phone].flatMap((text) => {
    const folded = foldBefore(text as string | null);
    const digits = /^[\d\s()+./-]+$/.test(folded) ? folded.replace(/\D/g, '') : '';
    const endings = Array.from({ length: Math.max(0, digits.length - 3) }, (_, start) => digits.slice(start));
    return [...new Set(folded.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []), ...endings];
  });
  return [`_${workspaceId}`, ...new Set(words)].join(' ');
}

const numbered = (prefix: string, index: number) => `${prefix}_${String(index).padStart(26, '0')}`;

function storedBefore(): Record<string, Row[]> {
  const workspaces = [1, 2].map((index) => ({
    id: numbered('wks', index),
    name: 'W',
    last_key_number: 0,
    created_at: at,
  }));
  const common = (index: number) => ({
    workspace_id: numbered('wks', 1 + (index % 2)),
    version: 3,
    created_at: at,
    updated_at: at,
  });
  const users = ['Anna@Acme.example', 'ben@acme.example'].map((email, index) => ({
    ...{
      id: numbered('usr', index),
      email,
      email_folded: foldBefore(email),
      role: 'OWNER',
      password_hash: 'x',
    },
    ...{ token_version: 1, ...common(index) },
  }));
  const venues = names.map((name, index) => ({
    ...{
      id: numbered('ven', index),
      name,
      name_folded: foldBefore(name),
      city: name,
      city_folded: foldBefore(name),
    },
    ...{ timezone: 'Europe/Berlin', opening_hours: '[]', ...common(index) },
  }));
  const people = Array.from({ length: customers }, (_, index): Row => {
    const name = `${names[index % names.length]} ${index}`;
    const email = index % 3 === 0 ? null : `Person.${index}@Example.COM`;
    const city = index % 4 === 0 ? null : 'Łódź';
    return {
      ...{
        id: numbered('cus', index),
        name,
        name_folded: foldBefore(name),
        email,
        email_folded: foldBefore(email),
      },
      ...{
        city,
        city_folded: foldBefore(city),
        phone: phones[index % phones.length]!,
        tags: '[]',
        ...common(index),
      },
    };
  });
  const inquiries = names.map((subject, index) => ({
    ...{
      id: numbered('inq', index),
      customer_id: numbered('cus', index),
      subject,
      subject_folded: foldBefore(subject),
    },
    ...{ body: 'b', channel: 'WEB', status: 'OPEN', ...common(index) },
  }));
  const treatments = names.map((name, index) => ({
    ...{ id: numbered('trt', index), venue_id: numbered('ven', index), name, name_folded: foldBefore(name) },
    ...{ duration_minutes: 60, price_cents: 100, currency: 'EUR', ...common(index) },
  }));
  const keys = names.map((label, index) => ({
    ...{
      id: numbered('key', index),
      number: index,
      label,
      label_folded: foldBefore(label),
      environment: 'LIVE',
      scopes: '[]',
    },
    ...{ ip_allowlist: '[]', status: 'ACTIVE', ...common(index) },
  }));
  const words = people.map((person) => ({ id: person['id']!, words: wordsBefore(person) }));
  return {
    workspaces,
    users,
    venues,
    customers: people,
    inquiries,
    treatments,
    api_keys: keys,
    customers_search: words,
  };
}

const byId = (rows: readonly Record<string, unknown>[]) =>
  new Map(rows.map((row) => [row['id'] as string, row]));

describeEachEngine('A store of the version before folds by Unicode', (engineName) => {
  let engine: Engine;
  const before = storedBefore();

  /** Its tables are made by its own migrations, and its rows written without any code of this version. */
  async function makeStore(): Promise<void> {
    const options = dataSourceOptions(databaseUrl(engine), entities);
    const own = (options.migrations as (new () => { name: string })[]).filter(
      (Migration) => Migration !== TextFolds1767225600030 && Migration !== AddressFolds1767225600060,
    );
    const source = await new DataSource({ ...options, migrations: own }).initialize();
    await source.runMigrations();
    for (const [table, rows] of Object.entries(before))
      for (let start = 0; start < rows.length; start += 100)
        await insert(source, table, rows.slice(start, start + 100));
    await source.destroy();
  }

  async function insert(source: DataSource, table: string, rows: readonly Row[]): Promise<void> {
    const columns = Object.keys(rows[0]!);
    const values: unknown[] = [];
    const placeholder = (value: unknown) => (
      values.push(value),
      engineName === 'sqlite' ? '?' : `$${values.length}`
    );
    const tuples = rows.map((row) => `(${columns.map((column) => placeholder(row[column])).join()})`);
    await source.query(
      `INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join()}) VALUES ${tuples.join()}`,
      values,
    );
  }

  beforeEach(async () => {
    engine = await newEngine(engineName);
    await makeStore();
  });
  afterEach(() => engine.remove());

  it('gets the folds and words that this version writes, and keeps its rows as they are', async () => {
    const database = await openDatabase(databaseUrl(engine));
    const earlier = new Map<string, Map<string, Record<string, unknown>>>();
    for (const table of Object.keys(before)) earlier.set(table, byId(await allRows(database, table)));
    const { applied } = await database.migrate();
    expect(applied.map(({ name }) => name)).toEqual(['TextFolds1767225600030', 'AddressFolds1767225600060']);
    for (const table of Object.keys(before).filter((name) => name !== 'customers_search')) {
      const rows = await allRows(database, table);
      expect(rows.length).toBe(before[table]!.length);
      for (const row of rows) {
        const kept = earlier.get(table)!.get(row['id'] as string)!;
        for (const [column, value] of Object.entries(row)) {
          const of = row[column.replace(/_(folded|search)$/, '')] as string | null;
          if (column === 'email_folded' && table === 'users') expect(value).toBe(addressKey(of));
          else if (/_(folded|search)$/.test(column)) expect([column, value]).toEqual([column, fold(of)]);
          else expect([column, value]).toEqual([column, kept[column]]);
        }
      }
    }
    const words = byId(await allRows(database, 'customers_search'));
    for (const row of before['customers']!)
      expect(words.get(row['id'] as string)!['words']).toBe(
        wordsOfRow(tableOf(Customer), row['workspace_id'] as string, row),
      );
    expect(words.size).toBe(customers);
    await database.close();
  }, 120_000);

  it('is searched and filtered as if this version had written it', async () => {
    const database = await openDatabase(databaseUrl(engine));
    await database.migrate();
    const scope = { workspaceId: numbered('wks', 2), venueIds: null };
    const db = createTenantDb({ database, scope, clock: testClock() });
    const own = before['customers']!.filter((row) => row['workspace_id'] === scope.workspaceId);
    const totalOf = async (search: string | null, condition: Condition = { all: [] }) => {
      const window = { orderBy: 'id', direction: 'ASC', limit: 1 } as const;
      const query = { table: tableOf(Customer), properties: ['id'], condition, window, count: true };
      return (await db.list({ ...query, search: searchTerms(search) })).total;
    };
    const withPhone = (phone: string) => own.filter((row) => row['phone'] === phone).length;
    expect(withPhone(phones[1]!)).toBeGreaterThan(50);
    expect(await totalOf('1705550003')).toBe(withPhone(phones[1]!));
    expect(await totalOf('+1 170 5550008')).toBe(withPhone(phones[3]!));
    const named = (name: string) =>
      own.filter((row) => fold(row['name'] as string).includes(fold(name))).length;
    for (const name of ['rene', 'STRASSE', 'dang'])
      expect([name, await totalOf(name)]).toEqual([name, named(name)]);
    expect(await totalOf(null, { property: 'name', op: 'contains', value: 'rené' })).toBe(named('rene'));
    expect(await totalOf(null, { property: 'email', op: 'eq', value: 'PERSON.7@EXAMPLE.com' })).toBe(1);
    expect((await findUserByEmail(database, 'anna@ACME.example'))?.email).toBe('Anna@Acme.example');
    await database.close();
  }, 120_000);
});
