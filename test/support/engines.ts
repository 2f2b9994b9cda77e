// The engines that tests run on: a SQLite file and a Postgres database of their own, made and removed by each house.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, inject } from 'vitest';

export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  /** As DATABASE_URL takes it. */
  readonly url: string;
  remove(): Promise<void>;
}

const serverUrl = process.env['TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const wanted = (process.env['DATABASES'] ?? 'sqlite,postgres').split(',');
/** For the tests that take minutes and gigabytes. */
export const isMillionWanted = process.env['LATCHKEY_TEST_MILLION'] === '1';
const servicesAreRequired = process.env['LATCHKEY_TEST_REQUIRE_SERVICES'] !== undefined;

async function withServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 3_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function isPostgresThere(): Promise<boolean> {
  try {
    await withServer((client) => client.query('SELECT 1'));
    return true;
  } catch (error) {
    if (servicesAreRequired)
      throw new Error('Postgres is required here and does not answer.', { cause: error });
    return false;
  }
}

export const hasPostgres = wanted.includes('postgres') && (await isPostgresThere());
if (servicesAreRequired && !wanted.includes('postgres')) throw new Error('DATABASES leaves out postgres.');

async function newSqliteFile(templatePath?: string): Promise<Engine> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-test-'));
  const path = join(directory, 'test.sqlite');
  if (templatePath) copyFileSync(templatePath, path);
  const remove = async () => rmSync(directory, { recursive: true, force: true });
  return { name: 'sqlite', url: `sqlite:${path}`, remove };
}

async function newPostgresDatabase(template?: string): Promise<Engine> {
  const database = `latchkey_test_${process.pid}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`;
  const from = template ? ` TEMPLATE ${template}` : '';
  await withServer((client) => client.query(`CREATE DATABASE ${database}${from}`));
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  const remove = async () => {
    await withServer((client) => client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
  };
  return { name: 'postgres', url: url.href, remove };
}

/** An empty store, without tables. */
export function newEngine(name: Engine['name']): Promise<Engine> {
  return name === 'sqlite' ? newSqliteFile() : newPostgresDatabase();
}

/** A store with every table and no rows: a copy of the one that the run migrated at its start. */
export function newMigratedEngine(name: Engine['name']): Promise<Engine> {
  const { sqlite, postgres } = inject('templates');
  return name === 'sqlite' ? newSqliteFile(sqlite) : newPostgresDatabase(postgres);
}

/** Declares the same tests for each engine that is wanted. Postgres is skipped, visibly, only where it is not there. */
export function describeEachEngine(title: string, tests: (engine: Engine['name']) => void): void {
  if (wanted.includes('sqlite')) describe(`${title} [sqlite]`, () => tests('sqlite'));
  if (wanted.includes('postgres'))
    describe.skipIf(!hasPostgres)(`${title} [postgres]`, () => tests('postgres'));
}
