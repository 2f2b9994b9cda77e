// What a door costs beside the one of GraphQL: the same stored operation, asked for as an endpoint of REST and as a document, of
// one server.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { Kind, parse, print, visit } from 'graphql';
import { jobFor, type Job } from '../load.ts';
import { measure, type Candidate, type Measured } from '../measure.ts';
import { atLeast, type Ratio } from '../ratios.ts';
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
  readonly variables: readonly object[];
  /** Below the origin, one for each of the variables. */
  readonly paths: readonly string[];
}

function questions({ customerIds }: BenchHouse): readonly Question[] {
  return [
    {
      title: 'A page of 50 customers',
      operation: 'ListCustomers',
      variables: [{ limit: 50 }],
      paths: ['/api/v1/customers?limit=50'],
    },
    {
      title: 'One customer',
      operation: 'GetCustomer',
      variables: customerIds.map((id) => ({ id })),
      paths: customerIds.map((id) => `/api/v1/customers/${id}`),
    },
  ];
}

function candidatesOf(
  question: Question,
  server: ServerProcess,
  house: BenchHouse,
  bench: Bench,
): Candidate[] {
  const { connections, roundMs } = bench.pace;
  const size = { connections, durationMs: roundMs };
  const query = storedOperation(question.operation);
  const bodies = question.variables.map((variables) => body(question.operation, query, variables));
  const asked = { key: house.keys.full, bodies, mustContain: '"updated_at"' };
  const graphql: Job = jobFor(server.url, asked, size);
  const origin = new URL(server.url).origin;
  const rest: Job = { ...graphql, url: origin, bodies: [], paths: question.paths };
  return [
    { name: 'GraphQL', server, job: graphql },
    { name: 'REST', server, job: rest },
  ];
}

interface DoorResult {
  readonly title: string;
  readonly figures: Readonly<Record<string, Measured>>;
  readonly ratios: readonly Ratio[];
}

function ratioOf({ title }: Question, { REST: rest, GraphQL: graphql }: Record<string, Measured>): Ratio {
  const what = `${title}, requests per second, REST : GraphQL`;
  const rounds = rest!.rounds.map(
    (round, index) => round.requestsPerSecond / graphql!.rounds[index]!.requestsPerSecond,
  );
  return { ...atLeast(what, rest!.requestsPerSecond / graphql!.requestsPerSecond, 1), rounds };
}

export async function measureDoors(house: BenchHouse, bench: Bench): Promise<Section> {
  const server = await startServer(launchOf('latchkey', 'Customer', house, bench.flagsForAll), bench.cleanup);
  const results: DoorResult[] = [];
  for (const question of questions(house)) {
    const figures = await measure(
      candidatesOf(question, server, house, bench),
      bench.pace,
      bench.load,
      bench.say,
    );
    results.push({ title: question.title, figures, ratios: [ratioOf(question, figures)] });
  }
  await server.stop();
  const text = results.map(
    ({ title, figures, ratios }) =>
      `${title}\n${figuresTable(Object.entries(figures))}\n${ratiosTable(ratios)}`,
  );
  return { json: results, text: text.join('\n\n') };
}
