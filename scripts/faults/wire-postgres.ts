// The wire between the server and Postgres: without a store nobody gets more than 503, and that soon.
import sql from 'sql-template-tag';
import { readConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/db/store/database.ts';
import { openDatabase } from '../../src/db/data-source.ts';
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient } from './client.ts';
import { prepareGround } from './ground.ts';
import { startTarget, type Target } from './server.ts';
import { faults, tryFault, type Caller, type WireReport } from './wire-faults.ts';
import { openWire } from './wire.ts';

const clientCount = 8;
const everyWhichWrites = 2;
const read = '{ customers(first: 5) { nodes { name } } }';
const create = 'mutation { createCustomer(input: { name: "Wire" }) { customerId userErrors { code } } }';

interface PostgresWireReport extends WireReport {
  readonly acknowledgedAndLost: number;
}

async function idsThatAreThere(direct: Database): Promise<ReadonlySet<string>> {
  const rows = await direct.query<{ id: string }>(sql`SELECT "id" FROM "customers"`);
  return new Set(rows.map(({ id }) => id));
}

export async function runPostgresWire(
  target: Target,
  say: (line: string) => void,
  cleanup: Cleanup,
): Promise<readonly PostgresWireReport[]> {
  const { key } = await prepareGround(target.databaseUrl, 20);
  // Past the wire.
  const direct = await openDatabase(readConfig({ DATABASE_URL: target.databaseUrl }).database);
  cleanup.defer(() => direct.close());
  const url = new URL(target.databaseUrl);
  const wire = await openWire({ host: url.hostname, port: Number(url.port || 5432) });
  cleanup.defer(() => wire.cut());
  [url.hostname, url.port] = ['127.0.0.1', String(wire.port)];
  const { origin } = await startTarget({ ...target, databaseUrl: url.href }, cleanup);
  const clients = Array.from({ length: clientCount }, () => createClient(origin, key));
  cleanup.defer(() => clients.forEach((client) => client.close()));
  const callers = clients.map((client): Caller => {
    const send = (turn: number) => client.send(turn % everyWhichWrites === 0 ? create : read);
    return { kind: 'keys', send, pauseMs: 20 };
  });
  const reports: PostgresWireReport[] = [];
  for (const fault of faults) {
    const { report, replies } = await tryFault(fault, { wire, origin, callers });
    const there = await idsThatAreThere(direct);
    const acknowledged = replies.flatMap(({ body }) => /"customerId":"(\w+)"/.exec(body)?.[1] ?? []);
    const acknowledgedAndLost = acknowledged.filter((id) => !there.has(id)).length;
    reports.push({ ...report, acknowledgedAndLost });
    say(JSON.stringify(reports.at(-1)));
  }
  return reports;
}
