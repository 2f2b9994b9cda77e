// `npm run data:move`: copies a SQLite file into a Postgres database; started again, it goes on where it was interrupted.
import 'reflect-metadata';
import { allTables } from '../src/services.ts';
import { ConfigError, readConfig, type Config } from '../src/config/config.ts';
import { moveStore, type MoveProgress } from '../src/db/transfer/move.ts';
import { required, runCommand, UsageError } from './command-line/command.ts';

const reportEveryMs = 1_000;

function parseStore(text: string, option: string): Config['database'] {
  try {
    return readConfig({ DATABASE_URL: text }).database;
  } catch (error) {
    // Without the value: it may hold a password.
    if (error instanceof ConfigError) throw new UsageError(`--${option} is not sqlite:FILE or postgres://….`);
    throw error;
  }
}

/** A line when a table's turn comes, and one a second while it is copied. */
function createReport(): (progress: MoveProgress) => void {
  let reportedMs = 0;
  let shown = '';
  return ({ table, step, copied }) => {
    const turn = `${step}: ${table}`;
    if (turn === shown && Date.now() - reportedMs < reportEveryMs) return;
    [shown, reportedMs] = [turn, Date.now()];
    const told = {
      'checking what is there': '',
      copying: `, ${copied} rows so far`,
      comparing: `, ${copied} rows copied`,
    };
    process.stderr.write(`${turn}${told[step]}\n`);
  };
}

await runCommand({
  usage: 'npm run -s data:move -- --from sqlite:FILE --to postgres://USER:PASSWORD@HOST/DATABASE [--json]',
  does: 'Copies a SQLite file into a Postgres database; started again, it goes on where it was interrupted.',
  options: { from: { type: 'string' }, to: { type: 'string' } },
  async run(values) {
    const from = parseStore(required(values, 'from'), 'from');
    // An argument can be seen by others on the machine; the setting cannot.
    const to = values['to'] === undefined ? readConfig().database : parseStore(required(values, 'to'), 'to');
    if (from.kind !== 'sqlite') throw new UsageError('--from is sqlite:FILE.');
    if (to.kind !== 'postgres') throw new UsageError('--to (or DATABASE_URL) is postgres://….');
    const startedMs = Date.now();
    const tables = await moveStore({ path: from.path, url: to.url }, allTables, createReport());
    const total = { rows: 0, copied: 0 };
    for (const { rows, copied } of tables) {
      total.rows += rows;
      total.copied += copied;
    }
    const lines = tables.map(
      ({ table, rows, checksum }) => `${table.padEnd(20)} ${String(rows).padStart(9)}  ${checksum}`,
    );
    const seconds = Math.round((Date.now() - startedMs) / 100) / 10;
    const told = `${total.rows} rows are equal in both, ${total.copied} of them copied now, in ${seconds} s.`;
    return { json: { tables, ...total, seconds }, text: [...lines, told].join('\n') };
  },
});
