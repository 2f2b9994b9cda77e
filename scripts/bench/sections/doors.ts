// What a door costs beside the one of GraphQL: the same stored operation, asked for as an endpoint of REST, as a tool of MCP and
// as a document, of one server, round by round in turn.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { Kind, parse, print, visit } from 'graphql';
import { jobFor, type Job } from '../load.ts';
import { measure, median, type Candidate, type Measured, type Pace } from '../measure.ts';
import { atLeast, atMost, type Ratio } from '../ratios.ts';
import { figuresTable, ratiosTable } from '../report.ts';
import type { BenchHouse } from '../seed.ts';
import { startServer, type ServerProcess } from '../server-process.ts';
import { launchOf } from '../variants.ts';
import { body } from '../work.ts';
import type { Bench, Section } from './section.ts';

/** From dist/scripts/bench/sections/ to the top. */
const file = join(import.meta.dirname, '../../../../schema/operations/customers.graphql');

/** One stored operation with its fragments, as a client of GraphQL sends it. */
function storedOperation(name: string): string {
  const document = parse(readFileSync(file, 'utf8'));
  const definitions = document.definitions.filter(
    (one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ||
      (one.kind === Kind.OPERATION_DEFINITION && one.name?.value === name),
  );
  if (definitions.length < 2) throw new Error(`${file} has no operation "${name}".`);
  return print(visit({ ...document, definitions }, { Directive: () => null }));
}

interface Question {
  readonly title: string;
  readonly operation: string;
  readonly tool: string;
  readonly variables: readonly object[];
  /** Below the origin, one for each of the variables. */
  readonly paths: readonly string[];
}

function questions({ customerIds }: BenchHouse): readonly Question[] {
  return [
    {
      title: 'A page of 50 customers',
      operation: 'ListCustomers',
      tool: 'list_customers',
      variables: [{ limit: 50 }],
      paths: ['/api/v1/customers?limit=50'],
    },
    {
      title: 'One customer',
      operation: 'GetCustomer',
      tool: 'get_customer',
      variables: customerIds.map((id) => ({ id })),
      paths: customerIds.map((id) => `/api/v1/customers/${id}`),
    },
  ];
}

/** A message of MCP that calls the tool. */
const callOf = (name: string, given: object) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } });

function candidatesOf(
  question: Question,
  server: ServerProcess,
  house: BenchHouse,
  bench: Bench,
): Candidate[] {
  const { connections, roundMs } = inTurns(bench.pace);
  const size = { connections, durationMs: roundMs };
  const query = storedOperation(question.operation);
  const bodies = question.variables.map((variables) => body(question.operation, query, variables));
  const asked = { key: house.keys.full, bodies, mustContain: '"updated_at"' };
  const graphql: Job = jobFor(server.url, asked, size);
  const origin = new URL(server.url).origin;
  const rest: Job = { ...graphql, url: origin, bodies: [], paths: question.paths };
  const messages = question.variables.map((variables) => callOf(question.tool, variables));
  // The data is a text in an answer of MCP, so its quotes have a backslash in front.
  const mcp: Job = { ...graphql, url: `${origin}/mcp`, bodies: messages, mustContain: '\\"updated_at\\"' };
  return [
    { name: 'GraphQL', server, job: graphql },
    { name: 'REST', server, job: rest },
    { name: 'MCP', server, job: mcp },
  ];
}

interface DoorResult {
  readonly title: string;
  readonly figures: Figures;
  readonly ratios: readonly Ratio[];
}

type Figures = Readonly<Record<string, Measured>>;

/** Of requests per second: in each round, and the median of these, so that what slows a round down slows both. */
function quotient(figures: Figures, above: string, below: string) {
  const [upper, lower] = [figures[above]!, figures[below]!];
  const rounds = upper.rounds.map(
    (round, index) => round.requestsPerSecond / lower.rounds[index]!.requestsPerSecond,
  );
  return { value: median(rounds), rounds };
}

/** An endpoint is to be as fast as the document at least; a tool wraps its answer once more. */
function ratiosOf({ title }: Question, figures: Figures): readonly Ratio[] {
  const what = `${title}, requests per second`;
  const [rest, mcp] = [quotient(figures, 'REST', 'GraphQL'), quotient(figures, 'GraphQL', 'MCP')];
  return [
    { ...atLeast(`${what}, REST : GraphQL`, rest.value, 1), rounds: rest.rounds },
    { ...atMost(`${what}, GraphQL : MCP`, mcp.value, 1.2), rounds: mcp.rounds },
  ];
}

/** In more and shorter rounds, for as long altogether: doors differ by less than what a machine does from second to second. */
const inTurns = (pace: Pace): Pace => ({
  ...pace,
  rounds: pace.rounds * 16,
  roundMs: Math.ceil(pace.roundMs / 16),
});

export async function measureDoors(house: BenchHouse, bench: Bench): Promise<Section> {
  const server = await startServer(launchOf('latchkey', 'Customer', house, bench.flagsForAll), bench.cleanup);
  const results: DoorResult[] = [];
  for (const question of questions(house)) {
    const figures = await measure(
      candidatesOf(question, server, house, bench),
      inTurns(bench.pace),
      bench.load,
      bench.say,
    );
    results.push({ title: question.title, figures, ratios: ratiosOf(question, figures) });
  }
  await server.stop();
  const text = results.map(
    ({ title, figures, ratios }) =>
      `${title}\n${figuresTable(Object.entries(figures))}\n${ratiosTable(ratios)}`,
  );
  return { json: results, text: text.join('\n\n') };
}
