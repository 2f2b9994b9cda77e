// The blocks of the pages of clients and agents: each program is run as it stands there, and prints what stands below it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { print, parse, visit } from 'graphql';
import { expect } from 'vitest';
import { customersQuery, deniedPaths, type Served } from '../clients/support/served.ts';
import { agentOf } from '../mcp/support/mcp.ts';
import type { Headers } from '../support/house.ts';
import { textOf, type Block, type Runners } from './blocks.ts';
import { compile, configIn, generated, generateTada, importProgram, printedBy } from './client-modules.ts';

const relayQuery = join(import.meta.dirname, '../clients/relay/catch.json');

/** Runs the program and compares what it prints with the block `<name>-output`. */
async function printing({ name, text, file }: Block, served: Served, more = ''): Promise<void> {
  expect(await printedBy(text + more, served)).toBe(textOf(file, `${name}-output`).trim());
}

/** The environment alone prints nothing: what a component does follows, with what relay-compiler made of the query. */
async function relay(block: Block, served: Served): Promise<void> {
  const compiled = readFileSync(relayQuery, 'utf8');
  const program = `
import { createOperationDescriptor, fetchQuery } from 'relay-runtime';
const query = ${compiled};
await fetchQuery(environment, query, {}).toPromise();
// From the store, as a component reads.
const { data } = environment.lookup(createOperationDescriptor(query, {}).fragment);
for (const { name, inquiries } of data.customers.nodes)
  console.log(name, inquiries.ok, inquiries.errors.flatMap(({ extensions }) => extensions.missing));
`;
  await printing(block, served, program);
}

/** Its text is what the compiled query sends, with the directive that the compiler takes out. */
async function relayText({ text }: Block): Promise<void> {
  const { params } = JSON.parse(readFileSync(relayQuery, 'utf8')) as { params: { text: string } };
  const sent = visit(parse(text), { Directive: () => null });
  expect(print(sent)).toBe(print(parse(params.text)));
  expect(text).toContain('@catch');
}

/** At 429 it waits as long as it is told, and then gets its answer: the minute ends when its first request has come. */
async function tanstack(block: Block, served: Served): Promise<void> {
  await printing(block, served);
  await send(served, served.limited);
  served.advance(59_000);
  served.takeStatuses();
  const running = importProgram(block.text, served.url, served.limited);
  const isRefused = expect.poll(() => served.takeStatuses()).toEqual([429]);
  // Whichever comes first: a program that fails asks nothing more.
  await Promise.race([running, isRefused]);
  served.advance(60_000);
  await running;
  expect(served.takeStatuses()).toEqual([200]);
}

async function send({ url }: Served, authorization: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query: customersQuery }),
  });
  return (await response.json()) as { errors?: { path?: unknown }[] };
}

/** The same paths as with indexes, of a partial answer; any other answer stays as it is. */
async function errorPaths({ text }: Block, served: Served): Promise<void> {
  const placed = (answer: object) =>
    runInNewContext(`${text}; answer.errors`, { answer }) as { path?: unknown }[] | undefined;
  expect(text.trim().split('\n')).toHaveLength(3);
  const partial = await send(served, served.partial);
  expect(partial.errors?.map(({ path }) => path)).toEqual([['customers', 'nodes', '@', 'inquiries']]);
  expect(JSON.parse(JSON.stringify(placed(partial)?.map(({ path }) => path)))).toEqual(deniedPaths);
  for (const authorization of [served.full, served.denied, served.limited]) {
    const answer = await send(served, authorization);
    const before = JSON.stringify(answer.errors);
    expect(JSON.stringify(placed(answer))).toBe(before);
  }
}

/** A key whose minute is used up gets its answer in the next one. The time is the server's own, which this test moves. */
async function patientFetch({ text }: Block, served: Served): Promise<void> {
  const waits: number[] = [];
  const wait = (done: () => void, ms: number) => {
    waits.push(ms);
    served.advance(ms);
    done();
  };
  const make = runInNewContext(
    `(fetch, setTimeout) => { ${text.replace('export ', '')}; return patientFetch; }`,
  ) as (...parts: unknown[]) => typeof fetch;
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: served.limited },
    body: JSON.stringify({ query: customersQuery }),
  };
  expect((await fetch(served.url, request)).status).toBe(429);
  const response = await make(fetch, wait)(served.url, request);
  expect([response.status, waits.length]).toEqual([200, 1]);
  expect(waits[0]).toBeGreaterThan(0);
  // What is forbidden is not asked for again.
  const denied = { ...request, headers: { ...request.headers, authorization: served.denied } };
  expect([(await make(fetch, wait)(served.url, denied)).status, waits.length]).toEqual([403, 1]);
}

/** The generator's types fit the program beside it, and a denied field may be null in them. */
async function codegen({ text }: Block): Promise<void> {
  const use = textOf('clients.md', 'codegen-use');
  const files = await generated(await configIn(text), { 'src/use.ts': use });
  expect(Object.keys(files).sort()).toContain('src/gql/graphql.ts');
  const check = `
import type { ResultOf } from '@graphql-typed-document-node/core';
import type { customersQuery } from './use';
type Customer = NonNullable<ResultOf<typeof customersQuery>['customers']>['nodes'][number];
export const denied: Customer['inquiries'] = null;
export const name: Customer['name'] = 'Ada';
`;
  expect(await compile({ ...files, 'src/use.ts': use, 'src/check.ts': check })).toBe('');
  const wrong = `${check}export const wrong: Customer['name'] = null;\n`;
  expect(await compile({ ...files, 'src/use.ts': use, 'src/check.ts': wrong })).toContain(
    "'null' is not assignable",
  );
}

async function tada({ text }: Block): Promise<void> {
  const check = `
import type { Customer } from './tada.ts';
export const denied: Customer['inquiries'] = null;
`;
  expect(await compile({ 'tada.ts': text, 'check.ts': check }, generateTada)).toBe('');
  const wrong = `${check}export const wrong: Customer['name'] = null;\n`;
  expect(await compile({ 'tada.ts': text, 'check.ts': wrong }, generateTada)).toContain(
    "'null' is not assignable",
  );
}

/** What the file of a client says is enough to connect. */
async function connects({ text }: Block, { url, partial }: Served): Promise<void> {
  const config = JSON.parse(text) as { mcpServers: { latchkey: { url: string; headers: Headers } } };
  const { url: printed, headers } = config.mcpServers.latchkey;
  const filled = Object.entries(headers).map(([name, value]) => [
    name,
    value.replace('Bearer <your key>', partial),
  ]);
  const agent = await agentOf(
    new URL(new URL(printed).pathname, url).href,
    Object.fromEntries(filled) as Headers,
  );
  expect(await agent.names()).toContain('list_customers');
  await agent.close();
}

/** Compared where its program runs. */
const isShown = async ({ text }: Block) => expect(text.trim()).not.toBe('');

export const clientRunners: Runners<Served> = {
  'clients.md#error-paths': errorPaths,
  'clients.md#patient-fetch': patientFetch,
  'clients.md#apollo': printing,
  'clients.md#apollo-output': isShown,
  'clients.md#urql': printing,
  'clients.md#urql-output': isShown,
  'clients.md#relay': relay,
  'clients.md#relay-query': relayText,
  'clients.md#relay-output': isShown,
  'clients.md#tanstack': tanstack,
  'clients.md#tanstack-output': isShown,
  'clients.md#codegen': codegen,
  'clients.md#codegen-use': isShown,
  'clients.md#gql-tada': tada,
  'agents.md#connect': connects,
  'agents.md#program': printing,
  'agents.md#program-output': isShown,
};
