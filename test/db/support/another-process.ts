// Another program on the same store: it has ended, and its change is committed, when the call returns. A test can so put
// a change exactly before a statement of the server, because nothing else of this process runs meanwhile.
import { execFileSync } from 'node:child_process';
import type { Engine } from '../../support/engines.ts';

const programs = {
  sqlite: `const [path, statement] = process.argv.slice(1);
    const db = new (require('sqlite3').Database)(path.replace(/^sqlite:/, ''));
    db.configure('busyTimeout', 5000);
    db.run(statement, (error) => { if (error) throw error; db.close(); });`,
  postgres: `const [url, statement] = process.argv.slice(1);
    const client = new (require('pg').Client)(url);
    client.connect().then(() => client.query(statement)).finally(() => client.end());`,
} as const;

export function runInAnotherProcess({ name, url }: Engine, statement: string): void {
  execFileSync(process.execPath, ['-e', programs[name], url, statement], { timeout: 10_000 });
}

/** What an admin's revokeApiKey does to the row. */
export function revokeInAnotherProcess(engine: Engine, apiKeyId: string): void {
  runInAnotherProcess(engine, `UPDATE api_keys SET status = 'REVOKED' WHERE id = '${apiKeyId}'`);
}
