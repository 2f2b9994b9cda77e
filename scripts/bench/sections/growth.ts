// How Latchkey alone behaves as things grow: customers, pages back, keys, page size, denied fields. Medians of p50.
import { jobFor, type Load } from '../load.ts';
import { measure, type Candidate, type Measured, type Pace } from '../measure.ts';
import { atMost, type Ratio } from '../ratios.ts';
import { ratiosTable, table } from '../report.ts';
import { growStore } from './growth-rows.ts';
import type { Bench, Section } from './section.ts';
import type { BenchHouse } from '../seed.ts';
import { startServer, type ServerProcess } from '../server-process.ts';
import { newStore, type Engine } from '../store.ts';
import { launchOf } from '../variants.ts';
import { body, exampleOperation } from '../work.ts';

interface Grown {
  readonly house: Awaited<ReturnType<typeof growStore>>;
  readonly server: ServerProcess;
}

interface Run {
  readonly title: string;
  readonly figures: Readonly<Record<string, Measured>>;
  readonly ratios: readonly Ratio[];
}

interface Sizes {
  readonly customers: readonly number[];
  readonly manyKeys: number;
  readonly farPage: number;
}

const full: Sizes = { customers: [1_000, 10_000, 100_000, 1_000_000], manyKeys: 1_000_000, farPage: 500 };
const quick: Sizes = { customers: [1_000, 10_000], manyKeys: 10_000, farPage: 100 };

/** Little at once: what is asked here is how long an answer takes, not how many there are. */
const connections = 4;

const dashboard = exampleOperation('Dashboard');
const withoutTotal = dashboard.replace('totalCount', '');
/** Without the total, which costs both pages the same and would hide what the way to the page costs. */
const paged = withoutTotal
  .replace('query Dashboard', 'query Dashboard($after: String)')
  .replace('first: 50', 'first: 50, after: $after');

interface Question {
  readonly query: string;
  readonly variables?: object;
  readonly key?: string;
  /** 403 where everything is denied. */
  readonly status?: number;
}

function ask(name: string, { house, server }: Grown, question: Question, { roundMs }: Pace): Candidate {
  const { query, variables = {}, key = house.keys.full, status = 200 } = question;
  const operationName = /query (\w+)/.exec(query)![1]!;
  const work = { key, bodies: [body(operationName, query, variables)] };
  const mustContain = status === 200 ? '"data":{' : 'FORBIDDEN';
  const job = jobFor(server.url, { ...work, mustContain }, { connections, durationMs: roundMs });
  return { name, server, job: { ...job, expectedStatus: status } };
}

class GrowthRuns {
  private readonly sizes: Sizes;
  private readonly load: Load;

  constructor(
    private readonly engine: Engine,
    private readonly bench: Bench,
  ) {
    this.sizes = bench.isQuick ? quick : full;
    this.load = bench.load;
  }

  async all(): Promise<Run[]> {
    const grown = new Map<number, Grown>();
    for (const customers of this.sizes.customers) grown.set(customers, await this.grow(customers, 10));
    const [smallest, second] = [...grown.values()];
    const largest = [...grown.values()].at(-1)!;
    const crowded = await this.grow(this.sizes.customers[0]!, this.sizes.manyKeys);
    const runs = [
      await this.customers(grown),
      await this.depth(largest),
      await this.keys(smallest!, crowded),
      await this.pageSize(second!),
      await this.denied(second!),
    ];
    for (const { server } of [...grown.values(), crowded]) await server.stop();
    return runs;
  }

  private async grow(customers: number, keys: number): Promise<Grown> {
    const { cleanup, postgresServer, say, flagsForAll } = this.bench;
    const store = await newStore(this.engine, postgresServer, cleanup);
    const house = await growStore(store, { customers, keys }, say);
    say(`${this.engine}: a store with ${customers} customers and ${keys} keys is ready`);
    return {
      house,
      server: await startServer(launchOf('latchkey', 'Dashboard', house, flagsForAll), cleanup),
    };
  }

  private async run(
    title: string,
    candidates: readonly Candidate[],
    compare: readonly Comparison[],
  ): Promise<Run> {
    const figures = await measure(candidates, { ...this.bench.pace, connections }, this.load, this.bench.say);
    const ratios = compare.map(({ what, of, to, bound }) =>
      atMost(`p50, ${what}`, figures[of]!.p50Ms / figures[to]!.p50Ms, bound),
    );
    return { title, figures, ratios };
  }

  private customers(grown: ReadonlyMap<number, Grown>): Promise<Run> {
    const { pace } = this.bench;
    const name = (count: number, without: boolean) => `${count} customers${without ? ', no totalCount' : ''}`;
    const candidates = [...grown].flatMap(([count, one]) => [
      ask(name(count, false), one, { query: dashboard }, pace),
      ask(name(count, true), one, { query: withoutTotal }, pace),
    ]);
    const [few, many] = [this.sizes.customers[0]!, this.sizes.customers.at(-1)!];
    const compare = [false, true].map((without) => ({
      ...{ what: `${many} customers : ${few}${without ? ', no totalCount' : ''}`, bound: 1.25 },
      ...{ of: name(many, without), to: name(few, without) },
    }));
    return this.run('Customers (Dashboard)', candidates, compare);
  }

  private async depth(grown: Grown): Promise<Run> {
    const { farPage } = this.sizes;
    const after = await cursorBefore(grown, farPage);
    const { pace } = this.bench;
    const far = `page ${farPage}`;
    const candidates = [
      ask('page 1', grown, { query: paged }, pace),
      ask(far, grown, { query: paged, variables: { after } }, pace),
    ];
    return this.run('Pages (Dashboard, no totalCount)', candidates, [
      { what: `${far} : page 1`, of: far, to: 'page 1', bound: 1.15 },
    ]);
  }

  private keys(few: Grown, many: Grown): Promise<Run> {
    const { pace } = this.bench;
    const customer = { query: exampleOperation('Customer'), variables: { id: few.house.customerIds[0]! } };
    const names = { few: 'Customer, 10 keys', many: `Customer, ${this.sizes.manyKeys} keys` };
    const candidates = [ask(names.few, few, customer, pace), ask(names.many, many, customer, pace)];
    const what = `${this.sizes.manyKeys} keys : 10`;
    return this.run('Keys (Customer)', candidates, [{ what, of: names.many, to: names.few, bound: 1.25 }]);
  }

  private pageSize(grown: Grown): Promise<Run> {
    const candidates = [1, 10, 50, 100].map((first) =>
      ask(
        `first: ${first}`,
        grown,
        { query: dashboard.replace('first: 50', `first: ${first}`) },
        this.bench.pace,
      ),
    );
    return this.run('Page size (Dashboard)', candidates, []);
  }

  /** The share of the operation's 28 fields that the key may not see. */
  private denied(grown: Grown): Promise<Run> {
    const { pace } = this.bench;
    const { keyWith } = grown.house;
    const query = dashboard;
    const candidates = [
      ask('0 % denied', grown, { query }, pace),
      ask('21 % denied', grown, { query, key: keyWith('read:customers', 'read:inquiries') }, pace),
      ask('36 % denied', grown, { query, key: keyWith('read:customers', 'read:followups') }, pace),
      ask('57 % denied', grown, { query, key: keyWith('read:customers') }, pace),
      ask('100 % denied (403)', grown, { query, key: keyWith('write:inquiries'), status: 403 }, pace),
    ];
    return this.run('Denied fields (Dashboard)', candidates, []);
  }
}

interface Comparison {
  readonly what: string;
  readonly of: string;
  readonly to: string;
  readonly bound: number;
}

/** The cursor behind which page `page` of 50 begins, found as a client finds it: page by page. */
async function cursorBefore({ house, server }: { house: BenchHouse; server: ServerProcess }, page: number) {
  const query = `query Walk($after: String) { customers(first: 50, after: $after, orderBy: { field: CREATED_AT, direction: DESC }) { pageInfo { endCursor } } }`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${house.keys.full}` };
  let after: string | null = null;
  for (let done = 1; done < page; done += 1) {
    const response = await fetch(server.url, {
      method: 'POST',
      headers,
      body: body('Walk', query, { after }),
    });
    const { data } = (await response.json()) as { data: { customers: { pageInfo: { endCursor: string } } } };
    after = data.customers.pageInfo.endCursor;
  }
  return after;
}

export async function measureGrowth(engine: Engine, bench: Bench): Promise<Section> {
  const runs = await new GrowthRuns(engine, bench).all();
  const text = runs.map(({ title, figures, ratios }) => {
    const rows = Object.entries(figures).map(([name, one]) => [
      name,
      one.p50Ms,
      one.p99Ms,
      one.cpuMsPerRequest,
    ]);
    return `${title}\n${table(['', 'p50 ms', 'p99 ms', 'CPU ms/req'], rows)}\n${ratiosTable(ratios)}`;
  });
  return { json: runs, text: text.join('\n\n') };
}
