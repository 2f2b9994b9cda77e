// Whose error it is: while many requests fail at once, in every way there is, each error has the id of its own request, and each
// defect is in the log once, under that id.
import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { expect, it, onTestFinished } from 'vitest';
import { unauthenticated } from '../../../src/core/errors.ts';
import { createLogger } from '../../../src/core/logger.ts';
import type { HttpServer } from '../../../src/http/server/http.ts';
import { failWhere } from '../../db/support/failing-store.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, type Headers } from '../../support/house.ts';
import { withOtherSecret } from '../../support/keys.ts';
import { createToy, type Answer, type ToyContext } from '../../support/toy-server.ts';

type Line = Readonly<Record<string, unknown>>;

interface Failing {
  /** In the URL of a GET when it begins with a question mark, else a body. */
  readonly sent: string | object;
  readonly headers?: Headers;
  readonly status: number;
  readonly outcome: string;
  /** Default: 1. */
  readonly errors?: number;
  /** How many of them are defects. Default: none. */
  readonly defects?: number;
}

const rounds = 6;

function send(server: HttpServer, { sent, headers }: Failing, requestId: string) {
  const isGet = typeof sent === 'string' && sent.startsWith('?');
  const sentHeaders = { ...headers, 'x-request-id': requestId };
  if (isGet) return server.inject({ url: `/graphql${sent}`, headers: sentHeaders });
  return server.inject({
    ...{ method: 'POST', url: '/graphql' },
    headers: { 'content-type': 'application/json', ...sentHeaders },
    payload: typeof sent === 'string' ? sent : JSON.stringify(sent),
  });
}

/** Sends each of them several times, all at once, and compares what came back and what was logged with what should. */
async function failTogether(server: HttpServer, lines: readonly Line[], cases: Record<string, Failing>) {
  const names = Object.keys(cases);
  const ids = Array.from({ length: rounds }, (_, round) => names.map((name) => `${name}~${round}`)).flat();
  const caseOf = (id: string) => cases[id.split('~')[0]!]!;
  const replies = await Promise.all(ids.map((id) => send(server, caseOf(id), id)));
  const logged = (msg: string, id: string) =>
    lines.filter((line) => line['msg'] === msg && line['requestId'] === id);
  await expect.poll(() => ids.filter((id) => logged('request', id).length === 0)).toEqual([]);
  const seen = replies.map((reply, index) => ({
    id: reply.headers['x-request-id'],
    status: reply.statusCode,
    errors: (JSON.parse(reply.body) as Answer).errors?.map(({ extensions }) => extensions.requestId),
    outcomes: logged('request', ids[index]!).map(({ outcome }) => outcome),
    defects: logged('defect', ids[index]!).length,
  }));
  const wanted = ids.map((id) => {
    const { status, outcome, errors = 1, defects = 0 } = caseOf(id);
    return { id, status, errors: new Array<string>(errors).fill(id), outcomes: [outcome], defects };
  });
  expect(seen).toEqual(wanted);
  expect(lines.filter(({ msg }) => msg === 'defect')).toHaveLength(
    rounds * names.reduce((sum, name) => sum + (cases[name]!.defects ?? 0), 0),
  );
}

/** Of requests that fail where no feature is concerned; these come as far as to the context. */
const plain = {
  parse: { sent: { query: '{' }, status: 400, outcome: 'GRAPHQL_PARSE_FAILED' },
  validation: { sent: { query: '{a b c}' }, status: 400, outcome: 'GRAPHQL_VALIDATION_FAILED', errors: 3 },
  variable: {
    sent: { query: 'query($n: Int!) {page(first: $n)}', variables: { n: 'x' } },
    ...{ status: 400, outcome: 'BAD_USER_INPUT' },
  },
  name: {
    sent: { query: '{hello}', operationName: 'Other' },
    status: 400,
    outcome: 'OPERATION_RESOLUTION_FAILURE',
  },
  shape: { sent: [], status: 400, outcome: 'BAD_REQUEST' },
  persisted: {
    sent: { query: '{hello}', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
    ...{ status: 400, outcome: 'BAD_REQUEST' },
  },
  getVariables: {
    ...{ sent: '?query=%7Bhello%7D&variables=x', headers: { 'apollo-require-preflight': '1' } },
    ...{ status: 400, outcome: 'BAD_REQUEST' },
  },
  api: { sent: { query: '{hello fail(kind: "api")}' }, status: 403, outcome: 'partial' },
  defect: {
    sent: { query: '{fail(kind: "defect") again: fail(kind: "graphql")}' },
    ...{ status: 200, outcome: 'INTERNAL_SERVER_ERROR', errors: 2, defects: 2 },
  },
  hard: {
    ...{ sent: { query: '{failHard}' }, status: 200, outcome: 'INTERNAL_SERVER_ERROR', defects: 1 },
  },
  context: {
    ...{ sent: { query: '{hello}' }, headers: { 'x-fault': 'context' } },
    ...{ status: 500, outcome: 'INTERNAL_SERVER_ERROR', defects: 1 },
  },
  credential: {
    ...{ sent: { query: '{hello}' }, headers: { 'x-fault': 'credential' } },
    ...{ status: 401, outcome: 'UNAUTHENTICATED' },
  },
  late: {
    ...{ sent: { query: '{hello}' }, headers: { 'x-fault': 'late' } },
    ...{ status: 500, outcome: 'INTERNAL_SERVER_ERROR', defects: 1 },
  },
  slipped: {
    ...{ sent: { query: '{hello}' }, headers: { 'x-fault': 'slipped' } },
    ...{ status: 200, outcome: 'INTERNAL_SERVER_ERROR', errors: 2, defects: 2 },
  },
  unwritable: {
    ...{ sent: { query: '{hello}' }, headers: { 'x-fault': 'unwritable' } },
    ...{ status: 500, outcome: 'INTERNAL_SERVER_ERROR', defects: 1 },
  },
} satisfies Record<string, Failing>;

/** These are refused before there is a context. */
const early = {
  json: { sent: '{"query":', status: 400, outcome: 'BAD_REQUEST' },
  get: { sent: '?query=%7Bhello%7D', status: 400, outcome: 'BAD_REQUEST' },
  media: { sent: '{}', headers: { 'content-type': 'text/plain' }, status: 415, outcome: 'BAD_REQUEST' },
} satisfies Record<string, Failing>;

/** A plugin that brings errors as they are, after all others have spoken; or what is no JSON. */
const careless: ApolloServerPlugin<ToyContext> = {
  requestDidStart: async ({ contextValue }) => ({
    async responseForOperation() {
      if (contextValue.facts.headers['x-fault'] !== 'slipped') return null;
      const errors = [new Error('slipped in')];
      const http = { status: 200, headers: new HeaderMap() };
      return { http, body: { kind: 'single', singleResult: { data: null, errors } } };
    },
    async willSendResponse({ response: { body } }) {
      const fault = contextValue.facts.headers['x-fault'];
      await new Promise(setImmediate);
      if (body.kind !== 'single') return;
      if (fault === 'slipped')
        body.singleResult.errors = [...body.singleResult.errors!, new Error('and another')];
      if (fault === 'unwritable') body.singleResult.extensions = { count: 1n };
    },
  }),
};

it('Requests that fail together have each their own id in their errors, and their own defects', async () => {
  let arrived = 0;
  let open = () => {};
  const everybodyIsHere = new Promise<void>((resolve) => (open = resolve));
  const { server, lines } = await createToy({
    plugins: [careless],
    async createContext(facts) {
      arrived += 1;
      if (arrived === rounds * Object.keys(plain).length) open();
      await everybodyIsHere;
      const fault = facts.headers['x-fault'];
      if (fault === 'context') throw new Error('no context');
      if (fault === 'credential') throw unauthenticated('INVALID_CREDENTIAL');
      if (fault === 'late') facts.answer.beforeSend = () => Promise.reject(new Error('late'));
      return { scope: facts.scope, facts };
    },
  });
  onTestFinished(() => server.close());
  await failTogether(server, lines, { ...plain, ...early });
});

describeEachEngine('Requests of one key and of others', (engine) => {
  it('that fail together have each their own id in their errors, and their own defects', async () => {
    const lines: Line[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
    const house = await openTestHouse(engine, { logger: createLogger({ level: 'info', destination }) });
    onTestFinished(() => house.close());
    const workspace = await house.workspace();
    const key = await workspace.key('read:customers', 'write:customers');
    await workspace.customer();
    await failWhere(house.app.database, ['INSERT', 'customers'], `NEW.name = 'Fails'`);
    const headers = bearer(key.secret);
    const create = (name: string) => `${name}: createCustomer(input: { name: "Fails" }) { customerId }`;
    await failTogether(house.app.http, lines, {
      badKey: {
        ...{ sent: { query: '{ scopes { name } }' }, headers: bearer(withOtherSecret(key)) },
        ...{ status: 401, outcome: 'UNAUTHENTICATED' },
      },
      nobody: { sent: { query: '{ scopes { name } }' }, status: 401, outcome: 'UNAUTHENTICATED' },
      denied: {
        ...{ sent: { query: '{ venues { totalCount } inquiries { totalCount } }' }, headers },
        ...{ status: 403, outcome: 'denied', errors: 2 },
      },
      partial: {
        ...{ sent: { query: '{ customers { totalCount } venues { totalCount } }' }, headers },
        ...{ status: 200, outcome: 'partial' },
      },
      mutation: {
        sent: { query: 'mutation { createVenue(input: { name: "x", timezone: "UTC" }) { venueId } }' },
        ...{ headers, status: 403, outcome: 'denied' },
      },
      dear: {
        ...{ sent: { query: '{ customers(first: 101) { totalCount } }' }, headers },
        ...{ status: 400, outcome: 'QUERY_TOO_EXPENSIVE' },
      },
      defects: {
        ...{ sent: { query: `mutation { ${create('a')} ${create('b')} }` }, headers },
        ...{ status: 200, outcome: 'INTERNAL_SERVER_ERROR', errors: 2, defects: 2 },
      },
      ...early,
    });
  });
});

describeEachEngine('A query whose key cannot be looked at a second time', (engine) => {
  it('gets no data and an error with its id, and the cause is in the log once', async () => {
    const lines: Line[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
    let looks = 0;
    const house = await openTestHouse(engine, {
      logger: createLogger({ level: 'info', destination }),
      database: {
        onStatement: (text) => {
          if (!text.includes('"api_key_secrets" AS "s" JOIN')) return;
          looks += 1;
          if (looks === 2) throw new Error('cannot look');
        },
      },
    });
    onTestFinished(() => house.close());
    const key = await (await house.workspace()).key('read:customers');
    const { status, data, errors } = await house.send(
      { ...bearer(key.secret), 'x-request-id': 'second-look' },
      '{ customers { totalCount } }',
    );
    expect({ status, data, looks }).toEqual({ status: 500, data: undefined, looks: 2 });
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: 'second-look' };
    expect(errors).toEqual([{ message: 'Internal server error.', extensions }]);
    const others = lines.filter(({ msg }) => msg !== 'request' && msg !== 'migration applied');
    expect(others).toMatchObject([
      { msg: 'defect', requestId: 'second-look', err: { message: 'cannot look' } },
    ]);
  });
});
