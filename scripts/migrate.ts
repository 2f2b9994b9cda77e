// `npm run migrate`: brings the database's tables up to date. The server does the same when it starts.
import 'reflect-metadata';
import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/data-source.ts';
import { runCommand } from './command.ts';

await runCommand({
  usage: 'npm run -s migrate [-- --json]',
  options: {},
  async run() {
    // Migrations name their own tables; entities are for reading and writing rows.
    const database = await openDatabase(readConfig().database);
    try {
      const applied = await database.migrate();
      const text = applied.length === 0 ? 'Nothing to apply.' : `Applied: ${applied.join(', ')}`;
      return { json: { applied }, text };
    } finally {
      await database.close();
    }
  },
});
