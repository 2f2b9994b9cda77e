// The log in a SQLite file of its own, beside that of the store: it has its own writer, so it takes no turn from those who
// change something. Opened when it is first used; commands never do.
import type { Instant } from '../../core/clock.ts';
import type { Column } from '../store/columns.ts';
import type { Connection } from '../store/database.ts';
import { sqlite } from '../store/dialect.ts';
import type { LogStore } from '../store/log-store.ts';
import { asStoreError } from '../store/store-failure.ts';
import type { Table } from '../store/table.ts';
import { insertStatement } from '../statements/write.ts';
import { openConnection, type SqliteConnection } from './connection.ts';
import { makeFile } from './file.ts';

/** Another process has the lock for milliseconds. While it waits, a thread of the pool does nothing else. */
const busyTimeoutMs = 250;
/**
 * Not FULL as in the store: a commit waits for no disk, and a power cut may take the last rows with it, but damages nothing.
 * Nobody was promised these rows, and the disk is for those that were.
 */
const synchronous = 'PRAGMA synchronous = NORMAL';
/** 8 MB instead of 2: the ends of its indexes stay in memory. A row takes 36 microseconds of CPU and not 40. */
const writerCache = 'PRAGMA cache_size = -8000';
/** Rows of one DELETE: the log's writer is free again after some milliseconds. */
const forgottenAtOnce = 5_000;

function columnText({ name, kind, nullable }: Column): string {
  return `"${name}" ${String(sqlite.columnType(kind).type)}${nullable ? '' : ' NOT NULL'}`;
}

function tableTexts(table: Table): string {
  const name = (property: string) => `"${table.column(property).name}"`;
  const key = table.columns.filter(({ primary }) => primary).map((column) => `"${column.name}"`);
  const columns = [...table.columns.map(columnText), `PRIMARY KEY (${key.join(', ')})`];
  const indexes = table.indexes.map(
    (index) =>
      `CREATE INDEX IF NOT EXISTS "${index.name}" ON "${table.name}" (${index.properties.map(name).join(', ')})`,
  );
  return [`CREATE TABLE IF NOT EXISTS "${table.name}" (${columns.join(', ')})`, ...indexes].join('; ');
}

/** A file of an earlier version lacks the columns of a later one. */
async function addMissingColumns(writer: SqliteConnection, table: Table): Promise<void> {
  const found = (await writer.all(`SELECT "name" FROM pragma_table_info('${table.name}')`, [])) as {
    name: string;
  }[];
  const names = new Set(found.map(({ name }) => name));
  if (names.size === 0) return;
  for (const column of table.columns.filter(({ name }) => !names.has(name)))
    await writer.exec(`ALTER TABLE "${table.name}" ADD COLUMN ${columnText({ ...column, nullable: true })}`);
}

interface Opened {
  readonly writer: SqliteConnection;
  readonly reader: SqliteConnection;
}

async function openFile(path: string, table: Table): Promise<Opened> {
  makeFile(path);
  const busy = `PRAGMA busy_timeout = ${busyTimeoutMs}`;
  const writer = await openConnection(
    path,
    `${busy}; PRAGMA journal_mode = WAL; ${synchronous}; ${writerCache}`,
  );
  try {
    await addMissingColumns(writer, table);
    await writer.exec(tableTexts(table));
    return { writer, reader: await openConnection(path, `${busy}; PRAGMA automatic_index = OFF`) };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/**
 * Workspaces that have rows of before this moment. By the index that lists their rows in the order of time, one step for each: the
 * order in which rows were added is another one wherever a clock was wrong.
 */
async function workspacesBefore(
  reader: SqliteConnection,
  { name }: Table,
  before: Instant,
): Promise<string[]> {
  const next = `SELECT min("workspace_id") FROM "${name}"`;
  const rows = await reader.all(
    `WITH RECURSIVE "w"("id") AS (${next} UNION ALL SELECT (${next} WHERE "workspace_id" > "w"."id") FROM "w" WHERE "w"."id" IS NOT NULL)
     SELECT "id" FROM "w" WHERE "id" IS NOT NULL AND EXISTS (SELECT 1 FROM "${name}" WHERE "workspace_id" = "w"."id" AND "at" < ?)`,
    [before],
  );
  return (rows as { id: string }[]).map(({ id }) => id);
}

/** By the index that lists the workspace's rows in the order of time. */
async function forgetSomeOf(
  writer: SqliteConnection,
  { name }: Table,
  workspace: string,
  before: Instant,
): Promise<number> {
  const oldest = `SELECT rowid FROM "${name}" WHERE "workspace_id" = ? AND "at" < ? ORDER BY "at" LIMIT ${forgottenAtOnce}`;
  return writer.run(`DELETE FROM "${name}" WHERE rowid IN (${oldest})`, [workspace, before]);
}

async function inTransaction<T>({ exec }: SqliteConnection, work: () => Promise<T>): Promise<T> {
  await exec('BEGIN IMMEDIATE');
  try {
    const result = await work();
    await exec('COMMIT');
    return result;
  } catch (error) {
    // A failed COMMIT may have ended the transaction already.
    await exec('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

class SqliteLog implements LogStore {
  private opening: Promise<Opened> | undefined;
  private isClosed = false;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly table: Table,
  ) {}

  async add(rows: readonly object[]): Promise<void> {
    const given = rows.map((row) => ({ ...row }));
    const { sql, values } = insertStatement(this.table, given, sqlite, true);
    await this.write((writer) => writer.run(sql, values));
  }

  reading(): Connection {
    return {
      dialect: sqlite,
      query: <Row>({ sql, values }: { sql: string; values: unknown[] }) =>
        this.use(({ reader }) => reader.all(sql, values)) as Promise<Row[]>,
    };
  }

  async forget(before: Instant): Promise<number> {
    let forgotten = 0;
    const workspaces = await this.use(({ reader }) => workspacesBefore(reader, this.table, before));
    for (const workspace of workspaces) forgotten += await this.forgetRowsOf(workspace, before);
    return forgotten;
  }

  async forgetOf(workspace: string, before: Instant): Promise<void> {
    await this.forgetRowsOf(workspace, before);
  }

  async close(): Promise<void> {
    await this.last;
    this.isClosed = true;
    const opened = await this.opening?.catch(() => undefined);
    await Promise.all([opened?.writer.close(), opened?.reader.close()]);
  }

  private async forgetRowsOf(workspace: string, before: Instant): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const some = await this.write((writer) => forgetSomeOf(writer, this.table, workspace, before));
      forgotten += some;
      if (some < forgottenAtOnce) return forgotten;
    }
  }

  /**
   * One transaction after the other. Not a statement alone: one that found the file locked is over for the driver and not for
   * SQLite, which from then on commits nothing on this connection.
   */
  private write<T>(work: (writer: SqliteConnection) => Promise<T>): Promise<T> {
    const mine = this.last.then(() => this.use(({ writer }) => inTransaction(writer, () => work(writer))));
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async use<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    if (this.isClosed) throw new Error('The log was used after its end.');
    try {
      this.opening ??= openFile(this.path, this.table);
      // Tried again by the next one: the disk may be full only now.
      this.opening.catch(() => (this.opening = undefined));
      return await work(await this.opening);
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

/** `data/latchkey.sqlite` -> `data/latchkey-log.sqlite`. */
function logPathOf(storePath: string): string {
  return `${storePath.replace(/\.sqlite$/, '')}-log.sqlite`;
}

export function openSqliteLog(storePath: string, table: Table): LogStore {
  return new SqliteLog(logPathOf(storePath), table);
}
