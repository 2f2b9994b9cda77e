// tools/list in pages: how long one is, what a cursor goes on after, and that no tool is lost or told twice when the operations of
// the workspace change between two of them.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationsOf, type Operations } from '../features/operations/support.ts';
import { describeEachEngine } from '../support/engines.ts';
import { bearer, type Headers, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { keyAdmin, signIn } from '../support/keys.ts';
import { openAgentHouse, type AgentHouse } from './support/agents.ts';
import { post } from './support/mcp.ts';

const small = '{ customers(first: 5) { totalCount } }';
/** Some 6 KB as a tool: filters of every list. */
const large = `query Large($a: CustomerFilter, $b: InquiryFilter, $c: BookingFilter, $d: TreatmentFilter) {
  a: customers(filter: $a) { totalCount } b: inquiries(filter: $b) { totalCount }
  c: bookings(filter: $c) { totalCount } d: treatments(filter: $d) { totalCount } }`;
const scopes = ['read:customers', 'read:inquiries', 'read:bookings', 'read:treatments'];

interface Page {
  readonly tools: readonly { readonly name: string }[];
  readonly nextCursor?: string;
}

describeEachEngine('tools/list', (engine) => {
  let agents: AgentHouse;
  let house: TestHouse;
  beforeAll(async () => {
    agents = await openAgentHouse(engine);
    ({ house } = agents);
  });
  afterAll(() => agents.close());

  const ask = (headers: Headers, cursor?: unknown) =>
    post(house.app, headers, {
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/list' },
      ...(cursor === undefined ? {} : { params: { cursor } }),
    });
  async function page(headers: Headers, cursor?: string): Promise<Page> {
    const { status, body } = await ask(headers, cursor);
    expect([status, body.error]).toEqual([200, undefined]);
    return body.result as Page;
  }
  async function pagesOf(headers: Headers, between: (page: Page) => Promise<unknown> = async () => null) {
    const pages: Page[] = [];
    for (let cursor: string | undefined; ;) {
      const next = await page(headers, cursor);
      pages.push(next);
      expect(pages.length).toBeLessThan(64);
      if (next.nextCursor === undefined) return pages;
      await between(next);
      cursor = next.nextCursor;
    }
  }
  const namesIn = (pages: readonly Page[]) => pages.flatMap(({ tools }) => tools.map(({ name }) => name));

  /** A workspace that keeps operations of these names. */
  async function keeping(document: string, names: readonly string[]): Promise<[TestWorkspace, Operations]> {
    const workspace = await house.workspace();
    const operations = operationsOf(keyAdmin(house, workspace));
    for (const name of names) await operations.keep(name, document);
    return [workspace, operations];
  }
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index) => `n${String(index).padStart(2, '0')}`);
  const savedNames = (names: readonly string[]) => names.map((name) => `saved_${name}`);

  it('has at most 64 KB and 50 tools on a page, and the official client reads all of them', async () => {
    const names = numbered(60);
    const [workspace] = await keeping(large, names);
    const { secret } = await workspace.key(...scopes);
    const pages = await pagesOf(bearer(secret));
    const sizes = pages.map(({ tools }) => Buffer.byteLength(JSON.stringify(tools)));
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(250_000);
    // As full as they can be, but for the last one.
    for (const [index, size] of sizes.entries())
      expect([index, size <= 66_000, size > 50_000 || index === sizes.length - 1]).toEqual([
        ...[index, true, true],
      ]);
    const listed = namesIn(pages);
    expect(listed.filter((name) => name.startsWith('saved_'))).toEqual(savedNames(names));
    expect(listed[0]).toBe('explain_access');
    for (const mode of ['legacy', 'auto'] as const)
      expect(await (await agents.agent(secret, mode)).names()).toEqual(listed);
  });

  it('counts small ones too', async () => {
    const [workspace, operations] = await keeping(small, numbered(60));
    const { secret } = await workspace.key('read:customers');
    const pages = await pagesOf(bearer(secret));
    expect(pages.map(({ tools }) => tools.length)).toEqual([50, 17]);
    // A pinned key has none of ours, and pages as well.
    const { data } = await keyAdmin(house, workspace).send(
      '{ storedOperations(first: 51) { nodes { id name } } }',
    );
    const { nodes } = data.storedOperations as { nodes: { id: string; name: string }[] };
    const pinned = await operations.pinnedKey(
      nodes.map(({ id }) => id),
      { scopes: ['read:customers'] },
    );
    const own = await pagesOf(bearer(pinned.secret));
    expect(own.map(({ tools }) => tools.length)).toEqual([50, 1]);
    expect(namesIn(own)).toEqual(savedNames(nodes.map(({ name }) => name)));
  });

  it('goes on inside of our own tools, for each caller with what it may call', async () => {
    const workspace = await house.workspace();
    const headers = bearer(await signIn(house, workspace.ownerEmail, workspace.ownerPassword));
    const all = namesIn(await pagesOf(headers));
    expect(all.length).toBeGreaterThan(40);
    const key = bearer((await workspace.key('read:customers')).secret);
    const open = namesIn(await pagesOf(key));
    for (const name of all) {
      const cursor = Buffer.from(name).toString('base64url');
      expect(namesIn([await page(headers, cursor)])).toEqual(all.slice(all.indexOf(name) + 1));
      const behind = all.slice(all.indexOf(name) + 1).filter((one) => open.includes(one));
      expect(namesIn([await page(key, cursor)])).toEqual(behind);
    }
  });

  it('tells every tool that was there all the time once, whatever is saved and deleted meanwhile', async () => {
    const names = numbered(55);
    const [workspace, operations] = await keeping(small, names);
    const headers = bearer((await workspace.key('read:customers')).secret);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(54), { minLength: 1, maxLength: 4 }), async (places) => {
        const [changed, added] = [new Set<string>(), [] as string[]];
        const pages = await pagesOf(headers, async () => {
          for (const place of places) {
            const name = names[place]!;
            changed.add(name);
            const id = await operations.keep(name, small);
            await operations.delete(id);
            // In front of it and behind it, whatever the store's collation makes of capitals.
            for (const one of [`${name}a`, `N${place}`]) added.push(await operations.keep(one, small));
          }
        });
        const listed = namesIn(pages);
        expect(new Set(listed).size).toBe(listed.length);
        const unchanged = savedNames(names.filter((name) => !changed.has(name)));
        expect(listed.filter((name) => unchanged.includes(name))).toEqual(unchanged);
        for (const id of new Set(added)) await operations.delete(id);
        for (const name of changed) await operations.keep(name, small);
      }),
      { numRuns: 6 },
    );
  });

  it('refuses a cursor that is none of its own', async () => {
    const [workspace] = await keeping(small, ['one']);
    const headers = bearer((await workspace.key('read:customers')).secret);
    const encoded = (text: string) => Buffer.from(text).toString('base64url');
    const wrong = [
      ...['', 'x', '!', encoded(''), encoded('no_tool'), encoded('one'), encoded('constructor'), 5, null, {}],
      // The bytes of a good one, written otherwise.
      ...[`${encoded('saved_one')}=`, `${encoded('saved_one')} `, ` ${encoded('saved_one')}`],
    ];
    for (const cursor of wrong) {
      const { body } = await ask(headers, cursor);
      expect([cursor, body.error?.code, body.result]).toEqual([cursor, -32_602, undefined]);
    }
    // Of another workspace it is a place as good as any other: it holds nothing but a name.
    expect(namesIn([await page(headers, encoded('saved_a'))])).toEqual(['saved_one']);
    expect((await ask({}, 'x')).status).toBe(401);
  });

  it('leaves out the inputs of a tool that is longer than 16 KB', async () => {
    const ids = Array.from({ length: 240 }, (_, index) => `$variable${index}`);
    const declared = ids.map((id) => `${id}:ID!`).join(' ');
    const document = large
      .replace('Large(', `Wide(${declared} `)
      .replace(
        'd: treatments',
        `e: customers(filter: { id: { in: [${ids.join(' ')}] } }) { totalCount } d: treatments`,
      );
    const [workspace] = await keeping(document, ['wide']);
    const { client, call } = await agents.agent((await workspace.key(...scopes)).secret);
    const { tools } = await client.listTools();
    const wide = tools.find(({ name }) => name === 'saved_wide')!;
    expect([wide.inputSchema, wide.description]).toEqual([
      { type: 'object' },
      expect.stringContaining('too many to be listed'),
    ]);
    const { body } = await call('saved_wide', { variable0: 'x' });
    expect(body.fields[0]).toMatchObject({ field: 'variable1', code: 'REQUIRED' });
  });
});
