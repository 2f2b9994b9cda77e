// What is known of a month of 1,000,000 requests by 200 keys of ten workspaces: its size, and how long the pages of an owner take.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, print } from 'graphql';
import { StoredApiKey } from '../../../src/access/authentication/tables.ts';
import { systemContext } from '../../../src/access/system-context.ts';
import { dayMs, toInstant } from '../../../src/core/clock.ts';
import { median } from '../measure.ts';
import { atMost, type Ratio } from '../ratios.ts';
import { ratiosTable, table } from '../report.ts';
import { fullScopes, makeKey, makeWorkspace, openBenchHouse, ownerPassword, settingsFor } from '../seed.ts';
import { startServer } from '../server-process.ts';
import { keysOfWorkspace, workspaceCount } from '../seed-keys.ts';
import { newStore, settle, sizesOf, type Engine, type Store } from '../store.ts';
import { mainEntry, startFlags } from '../variants.ts';
import { fillMonth, monthDays, type Month, type RecordedKeyIds } from './insight-rows.ts';
import type { Bench, Section } from './section.ts';

const bound = 50;
const root = join(import.meta.dirname, '../../../..');

/** One operation of the examples as a document of its own. */
function example(file: string, name: string): string {
  const { definitions } = parse(readFileSync(join(root, 'schema/examples', file), 'utf8'));
  const found = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION && one.name?.value === name);
  if (!found) throw new Error(`schema/examples/${file} has no operation "${name}".`);
  return print(found);
}

const keyList = `query Keys($filter: ApiKeyFilter, $from: DateTime!, $to: DateTime!) {
  apiKeys(first: 20, filter: $filter, orderBy: { field: LAST_USED_AT, direction: DESC }) {
    totalCount nodes { id label status lastUsedAt lastUsedIp health { code } usage(from: $from, to: $to, bucket: DAY) { start requests denied } } } }`;

interface Question {
  readonly title: string;
  readonly query: string;
  readonly variables: object;
}

/** Makes the keys through the product's own services. */
async function makeKeys(store: Store, say: (line: string) => void): Promise<RecordedKeyIds[]> {
  const house = await openBenchHouse(store);
  try {
    const keys: RecordedKeyIds[] = [];
    for (let number = 0; number < workspaceCount; number += 1) {
      const workspaceId = await makeWorkspace(house, number);
      for (let key = 0; key < keysOfWorkspace; key += 1) await makeKey(house, workspaceId, fullScopes);
      const made = await systemContext(house, workspaceId).db.findAll(StoredApiKey, { all: [] });
      keys.push(...made.map(({ id }) => ({ id, workspaceId })));
    }
    say(`${store.engine}: ${keys.length} keys of ${workspaceCount} workspaces are made`);
    return keys;
  } finally {
    await house.close();
  }
}

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** The answer to a filter that no index leads to, in a list that is too long to look through. */
const isRefused = ({ errors }: Answer) =>
  errors?.every(({ extensions }) => extensions?.code === 'QUERY_TOO_EXPENSIVE') ?? false;

function createOwner(url: string) {
  let token = '';
  const ask = async (query: string, variables: object): Promise<Answer> => {
    const headers = {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as Answer;
    if (answer.errors && !isRefused(answer))
      throw new Error(`An owner's question failed: ${JSON.stringify(answer.errors).slice(0, 300)}`);
    return answer;
  };
  const signIn = async () => {
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const input = { email: 'owner0@bench.example', password: ownerPassword };
    token = ((await ask(login, { input })).data!['login'] as { token: string }).token;
  };
  return { ask, signIn };
}

type Ask = ReturnType<typeof createOwner>['ask'];
interface Page {
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

/** The cursor behind so many pages of a hundred, or of the last one. */
async function walk(ask: Ask, query: string, pages: number): Promise<string> {
  let after: string | null = null;
  for (let done = 0; done < pages; done += 1) {
    const { pageInfo } = (await ask(query, { first: 100, after })).data!['requests'] as Page;
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) break;
  }
  return after!;
}

async function questions(ask: Ask, { keys, startMs, requests }: Month): Promise<Question[]> {
  const query = example('insight.graphql', 'Requests');
  const [{ id }] = keys as [RecordedKeyIds];
  const at = (day: number) => toInstant(startMs + day * dayMs);
  const range = { from: at(0), to: at(monthDays) };
  const deep = Math.min(400, Math.floor(requests / workspaceCount / 100 / 2));
  const list = (what: string, filter: object | null, after: string | null = null): Question => ({
    ...{ title: `Requests, ${what}`, query, variables: { first: 100, after, filter } },
  });
  const one = { eq: 'bench-100000000001' };
  return [
    list('first page', null),
    list(`page ${deep + 1}`, null, await walk(ask, query, deep)),
    list('of a key', { callerId: { eq: id } }),
    list('denied', { outcome: { eq: 'denied' } }),
    list('denied, of a key', { outcome: { eq: 'denied' }, callerId: { eq: id } }),
    list('of a day', { at: { gte: at(3), lt: at(4) } }),
    list('of a key and a day', { callerId: { eq: id }, at: { gte: at(3), lt: at(4) } }),
    list('refused by a limit', { status: { eq: 429 } }),
    list('with a reason', { reason: { eq: 'KEY_REQUESTS' } }),
    list('with a reason that is none', { reason: { eq: 'NONE' } }),
    list('of an operation', { operationId: { eq: `rop_${keys[0]!.workspaceId}_3` } }),
    list('of an operation by its name', { operationName: { eq: 'Operation3' } }),
    list('of an operation that is none', { operationName: { eq: 'Nothing' } }),
    list('the oldest, by its id', { requestId: one }),
    list('of an hour, by its id', { requestId: one, at: { gte: at(0), lt: at(1 / 24) } }),
    list('by a door that is none of these', { surface: { eq: 'MCP' } }),
    {
      title: 'KeyInsight, 30 days',
      query: example('insight.graphql', 'KeyInsight'),
      variables: { id, ...range },
    },
    {
      title: 'Keys, with use and health',
      query: keyList,
      variables: { filter: null, from: at(23), to: at(30) },
    },
    {
      title: 'Keys, active ones with a scope',
      query: keyList,
      variables: {
        filter: { status: { eq: 'ACTIVE' }, scopes: { hasAny: ['read:venues'] } },
        from: at(23),
        to: at(30),
      },
    },
  ];
}

interface Timed {
  readonly title: string;
  readonly medianMs: number;
  readonly slowestMs: number;
}

async function time(ask: Ask, { title, query, variables }: Question, times: number): Promise<Timed> {
  const took: number[] = [];
  let answer: Answer = {};
  for (let turn = -3; turn < times; turn += 1) {
    const startedMs = performance.now();
    answer = await ask(query, variables);
    if (turn >= 0) took.push(performance.now() - startedMs);
  }
  return {
    title: isRefused(answer) ? `${title} (QUERY_TOO_EXPENSIVE)` : title,
    medianMs: median(took),
    slowestMs: Math.max(...took),
  };
}

export async function measureInsight(engine: Engine, bench: Bench): Promise<Section> {
  const { cleanup, postgresServer, say, isQuick, pace } = bench;
  const store = await newStore(engine, postgresServer, cleanup);
  const keys = await makeKeys(store, say);
  const month: Month = {
    keys,
    requests: isQuick ? 20_000 : 1_000_000,
    startMs: Date.now() - monthDays * dayMs,
  };
  const house = await openBenchHouse(store);
  try {
    await fillMonth(house, store, month, say);
  } finally {
    await house.close();
    await settle(store);
  }
  const sizes = await sizesOf(store);
  const server = await startServer(
    { entry: mainEntry, nodeFlags: startFlags(), env: settingsFor(store) },
    cleanup,
  );
  const { ask, signIn } = createOwner(server.url);
  await signIn();
  const figures: Timed[] = [];
  for (const question of await questions(ask, month))
    figures.push(await time(ask, question, pace.rounds * 4));
  await server.stop();
  const ratios: Ratio[] = figures.map(({ title, medianMs }) => atMost(`${title}, ms`, medianMs, bound));
  const rows = figures.map(({ title, medianMs, slowestMs }) => [title, medianMs, slowestMs]);
  const disk = Object.entries(sizes).map(([name, bytes]) => [name, bytes / 1e6, bytes / month.requests]);
  return {
    json: { requests: month.requests, sizes, figures, ratios },
    text: [
      `A month of ${month.requests} requests by ${keys.length} keys`,
      table(['on disk', 'MB', 'bytes a request'], disk),
      table(['', 'median ms', 'slowest ms'], rows),
      ratiosTable(ratios.filter(({ isReached }) => !isReached)),
    ].join('\n'),
  };
}
