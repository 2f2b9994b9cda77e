// The examples page: each operation of six files of schema/examples, with what the demo store answers at a moment that stands still.
import { readFileSync } from 'node:fs';
import { Kind, parse, print, type OperationDefinitionNode } from 'graphql';
import { demoNow, type DemoAnswer, type DemoStore } from './demo.ts';
import { block, code, codes } from './markdown.ts';

interface Example {
  readonly file: string;
  readonly title: string;
  readonly text: string;
  /** Names of its operations, in order; with variables where they take some. */
  readonly runs: readonly (readonly [
    operation: string,
    variables: (ids: Ids) => Readonly<Record<string, unknown>>,
  ])[];
}

/** Of rows that are there. */
interface Ids {
  readonly venue: string;
  readonly inquiry: string;
  readonly followUp: string;
  /** Made by FormCustomer, which comes before. */
  readonly customer: string;
}

const week = { from: '2026-11-15T23:00:00.000Z', to: '2026-11-22T23:00:00.000Z', timezone: 'Europe/Berlin' };

const examples: readonly Example[] = [
  {
    file: 'dashboard',
    title: 'A dashboard',
    text: 'The front page of a back office in one request: open inquiries, due follow-ups and new customers.',
    runs: [['MorningOverview', () => ({ now: demoNow })]],
  },
  {
    file: 'inbox',
    title: 'An inbox',
    text: 'Conversations with the oldest first, who is calling, and an answer that closes an inquiry.',
    runs: [
      ['InboxPage', () => ({})],
      ['FindCaller', () => ({ search: 'tom' })],
      ['AnswerAndClose', ({ inquiry }) => ({ id: inquiry, body: 'We have moved the second appointment.' })],
    ],
  },
  {
    file: 'due-follow-ups',
    title: 'Calls that are due',
    text: 'Whom to call, the longest due first; then tick the follow-up off, or put it off.',
    runs: [
      ['CallList', () => ({ until: demoNow })],
      ['CallAgainLater', ({ followUp }) => ({ id: followUp, dueAt: '2026-11-24T09:00:00.000Z' })],
      ['TickOff', ({ followUp }) => ({ id: followUp })],
    ],
  },
  {
    file: 'venue-report',
    title: 'The week of a venue',
    text: 'One venue: its treatments, bookings, follow-ups, and the figures of the week in its time zone.',
    runs: [['VenueWeek', ({ venue }) => ({ venue, ...week })]],
  },
  {
    file: 'web-form-ingest',
    title: 'A web form',
    text: 'A form on a website. Its key can read nothing, so a stolen key shows nobody. Send each step with an `Idempotency-Key` of its own: a visitor who clicks twice is one customer with one inquiry.',
    runs: [
      ['FormCustomer', () => ({ name: 'Ada Lovelace', email: 'ada@form.example' })],
      [
        'FormInquiry',
        ({ customer }) => ({ customerId: customer, subject: 'Hours', body: 'When do you open on Sunday?' }),
      ],
    ],
  },
  {
    file: 'nightly-sync',
    title: 'A nightly copy',
    text: 'What was created or changed since the last run, without losing a row, whatever is written meanwhile.',
    runs: [
      ['ChangedCustomers', () => ({ since: '2026-11-18T00:00:00.000Z' })],
      ['ChangedInquiries', () => ({ since: '2026-11-19T00:00:00.000Z' })],
    ],
  },
];

/** For readers: the first item of each list; ids and cursors by their beginning, because they are new in every store. */
function shortened(value: unknown): unknown {
  // Not the path of an error: texts and numbers.
  if (Array.isArray(value))
    return value.every((part) => typeof part !== 'object') ? value : value.slice(0, 1).map(shortened);
  if (typeof value === 'string') {
    if (/^[a-z]{3}_[0-9a-z]{26}$/.test(value)) return `${value.slice(0, 4)}…`;
    return /^[A-Za-z0-9_-]{40,}$/.test(value) ? `${value.slice(0, 6)}…` : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shortened(part)]));
}

/** In one line: what fits into one stays so when it is formatted. */
const jsonOf = (value: unknown) => JSON.stringify(shortened(value));

/** Throws where a list that an example asks for cannot be read. */
async function findIds(store: DemoStore, key: string): Promise<Ids> {
  const query = `{
    venues(first: 1, filter: { name: { eq: "Saltgrove Eimsbüttel" } }) { nodes { id } }
    inquiries(first: 1, filter: { status: { in: [OPEN, WAITING] } }, orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id } }
    followUps(first: 1, filter: { status: { eq: OPEN } }, orderBy: { field: DUE_AT, direction: ASC }) { nodes { id } }
  }`;
  const { body } = await store.send(key, { query });
  const first = (list: string) => (body.data?.[list] as { nodes: { id: string }[] }).nodes[0]!.id;
  return { venue: first('venues'), inquiry: first('inquiries'), followUp: first('followUps'), customer: '' };
}

async function describe(
  store: DemoStore,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Promise<{ readonly text: string; readonly answer: DemoAnswer }> {
  const name = operation.name!.value;
  const query = print(operation);
  const scopes = store.app.explainer.scopesFor([query]);
  const answer = await store.send(await store.key(...scopes), { query, variables });
  if (answer.body.errors) throw new Error(`${name}: ${JSON.stringify(answer.body.errors)}`);
  const { cost } = answer.body.extensions as { cost: { actualQueryCost: number } };
  const sent =
    Object.keys(variables).length > 0
      ? `\n\nVariables:\n\n${block('json', `variables-${name}`, jsonOf(variables))}`
      : '';
  const text = `### ${name}

Needs ${codes(scopes)}. Costs ${cost.actualQueryCost} points.

${block('graphql', `operation-${name}`, query)}${sent}

Answer:

${block('json', `answer-${name}`, jsonOf(answer.body.data))}`;
  return { text, answer };
}

/** Text of the page below its beginning. */
export async function examplesText(store: DemoStore, root: string): Promise<string> {
  const reader = await store.key('read:venues', 'read:inquiries', 'read:followups');
  let ids = await findIds(store, reader);
  const parts: string[] = [];
  for (const { file, title, text, runs } of examples) {
    const path = `schema/examples/${file}.graphql`;
    parts.push(`## ${title}`, `${text} From ${code(path)}, whose comments say more.`);
    const { definitions } = parse(readFileSync(`${root}/${path}`, 'utf8'));
    for (const [name, variables] of runs) {
      const operation = definitions.find(
        (one) => one.kind === Kind.OPERATION_DEFINITION && one.name?.value === name,
      );
      if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${path} has no operation ${name}.`);
      const { text: described, answer } = await describe(store, operation, variables(ids));
      parts.push(described);
      if (name === 'FormCustomer') {
        const made = answer.body.data?.['createCustomer'] as { customerId: string };
        ids = { ...ids, customer: made.customerId };
      }
    }
  }
  return parts.join('\n\n');
}

export const firstQuery =
  '{ customers(first: 2) { nodes { name inquiries(first: 1) { nodes { subject } } followUps(first: 1) { nodes { note status } } } } }';

/** The answer to the first query, with a key that may not read inquiries: all of it, and without `extensions.cost` for README. */
export async function firstAnswer(
  store: DemoStore,
): Promise<{ readonly whole: string; readonly short: string }> {
  const key = await store.key('read:customers', 'read:followups');
  const { body } = await store.send(key, { query: firstQuery });
  const { errors, data } = body;
  return { whole: JSON.stringify(body), short: jsonOf({ errors, data }) };
}
