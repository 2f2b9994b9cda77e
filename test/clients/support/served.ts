// A server on a socket for the clients of this field, with keys that show each kind of answer.
import { systemContext } from '../../../src/access/system-context.ts';
import { createApiKey } from '../../../src/features/api-keys/index.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';

export interface Served {
  readonly url: string;
  /** `Authorization` of a key that may read everything that the tests ask. */
  readonly full: string;
  /** Of one that may not read inquiries. */
  readonly partial: string;
  /** Of one that may read neither customers nor inquiries. */
  readonly denied: string;
  /** Of one whose only request of the minute is used up. */
  readonly limited: string;
  /** Moves the clock of the server, which stands still by itself. */
  advance(ms: number): void;
  /** What came to the server since it was asked last. */
  takeRequests(): readonly SeenRequest[];
  /** The statuses of what was answered since. */
  takeStatuses(): readonly number[];
  close(): Promise<void>;
}

interface SeenRequest {
  readonly method: string;
  readonly url: string;
}

async function limitedKey(house: TestHouse, workspaceId: string): Promise<string> {
  const made = await createApiKey(systemContext(house.app, workspaceId), {
    ...{ label: 'limited', scopes: ['read:customers', 'read:inquiries'], rateLimitPerMinute: 1 },
  });
  if (!('secret' in made)) throw new Error(JSON.stringify(made.userErrors));
  const used = await house.send({ authorization: `Bearer ${made.secret}` }, '{ viewer { kind } }');
  if (used.status !== 200) throw new Error(used.text);
  return `Bearer ${made.secret}`;
}

/** Two customers without inquiries; the newer one, Grace, comes first. */
export async function serve(): Promise<Served> {
  const house = await openTestHouse('sqlite');
  const workspace = await house.workspace();
  await workspace.customer({ name: 'Ada' });
  house.clock.advance(1_000);
  await workspace.customer({ name: 'Grace' });
  const bearerOf = async (...scopes: string[]) => `Bearer ${(await workspace.key(...scopes)).secret}`;
  const { url } = await house.app.http.listen('127.0.0.1', 0);
  let requests: SeenRequest[] = [];
  let statuses: number[] = [];
  const fetchOfNode = globalThis.fetch;
  // The clients use the fetch that every program has; what they make of it is looked at here.
  globalThis.fetch = async (input, init) => {
    const { method, url: to } = new Request(input, init);
    requests.push({ method, url: to });
    const response = await fetchOfNode(input, init);
    statuses.push(response.status);
    return response;
  };
  return {
    url: `${url}/graphql`,
    full: await bearerOf('read:customers', 'read:inquiries'),
    partial: await bearerOf('read:customers'),
    denied: await bearerOf('read:venues'),
    limited: await limitedKey(house, workspace.workspaceId),
    advance: (ms) => house.clock.advance(ms),
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    takeStatuses() {
      const taken = statuses;
      statuses = [];
      return taken;
    },
    async close() {
      globalThis.fetch = fetchOfNode;
      await house.close();
    },
  };
}

export const customersQuery =
  'query Customers { customers(first: 2) { nodes { id name inquiries(first: 1) { totalCount } } } }';
/** Of the answer to a key that may not read inquiries, when it is asked for indexes. */
export const deniedPaths = [0, 1].map((row) => ['customers', 'nodes', row, 'inquiries']);
export const indexed = { 'X-Error-Paths': 'indexed' };
