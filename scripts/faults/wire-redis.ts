// The wire between the server and Redis: whoever has a key goes on, under the limits that the server then counts by itself;
// nobody signs in, because a password that nobody counts would be a free guess.
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient } from './client.ts';
import { prepareGround, type Ground } from './ground.ts';
import { openCorner } from './redis-corner.ts';
import { startTarget, type Target } from './server.ts';
import { faults, tryFault, type Caller, type WireReport } from './wire-faults.ts';
import { openWire } from './wire.ts';

const clientCount = 4;
const everyWhichWrites = 4;
const read = '{ customers(first: 5) { nodes { name } } }';
const create = 'mutation { createCustomer(input: { name: "Wire" }) { customerId userErrors { code } } }';
const signIn = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';

function createCallers(origin: string, { key, limitedKey, owner }: Ground, cleanup: Cleanup): Caller[] {
  const open = (credential: string | null) => {
    const client = createClient(origin, credential);
    cleanup.defer(() => client.close());
    return client;
  };
  const free = Array.from({ length: clientCount }, (): Caller => {
    const client = open(key);
    const send = (turn: number) => client.send(turn % everyWhichWrites === 0 ? create : read);
    return { kind: 'keys', send, pauseMs: 20 };
  });
  const [limited, nobody] = [open(limitedKey), open(null)];
  return [
    ...free,
    { kind: 'keyOverItsLimit', send: () => limited.send(read), pauseMs: 50, isSlow: true },
    { kind: 'signIn', send: () => nobody.send(signIn, { input: owner }), pauseMs: 100, isSlow: true },
  ];
}

export async function runRedisWire(
  target: Target,
  redisUrl: string,
  say: (line: string) => void,
  cleanup: Cleanup,
): Promise<readonly WireReport[]> {
  const ground = await prepareGround(target.databaseUrl, 20);
  const corner = openCorner(redisUrl, 'latchkey_faults');
  cleanup.defer(() => corner.remove());
  const wire = await openWire(corner);
  cleanup.defer(() => wire.cut());
  const throughWire = corner.urlAt('127.0.0.1', wire.port);
  const { origin } = await startTarget({ ...target, redisUrl: throughWire }, cleanup);
  const callers = createCallers(origin, ground, cleanup);
  const reports: WireReport[] = [];
  for (const fault of faults) {
    const { report } = await tryFault(fault, { wire, origin, callers });
    reports.push(report);
    say(JSON.stringify(report));
  }
  return reports;
}
