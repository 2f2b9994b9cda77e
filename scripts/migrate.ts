// `npm run migrate`: brings the database's tables up to date. The server does the same when it starts.
import 'reflect-metadata';
import { readConfig } from '../src/config/config.ts';
import { openDatabase } from '../src/db/data-source.ts';
import type { MigrationReport } from '../src/db/store/database.ts';
import { runCommand } from './command-line/command.ts';

function describe({ applied, unknown }: MigrationReport): string {
  const lines = applied.map(({ name, durationMs }) => `${name}  ${durationMs} ms`);
  const done = applied.length === 0 ? ['Nothing to apply.'] : ['Applied:', ...lines];
  if (unknown.length === 0) return done.join('\n');
  return [...done, `Of a newer version, which this one can honour: ${unknown.join(', ')}`].join('\n');
}

await runCommand({
  usage: 'npm run -s migrate [-- --json]',
  does: 'Brings the store up to the version of this program, and names the migrations that ran.',
  options: {},
  async run() {
    // Migrations name their own tables; entities are for reading and writing rows.
    const database = await openDatabase(readConfig().database);
    try {
      const report = await database.migrate();
      const applied = report.applied.map(({ name }) => name);
      return { json: { applied, unknown: report.unknown, details: report.applied }, text: describe(report) };
    } finally {
      await database.close();
    }
  },
});
