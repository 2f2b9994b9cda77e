// Requests to REST in tests, and what came back.
import type { App } from '../../../src/app.ts';
import { bearer, type Headers, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { expectDeclared } from './declared.ts';
import { expectRestWords } from './words.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape and compare what they find.
  readonly body: any;
}

export interface RestRequest {
  readonly body?: unknown;
  readonly headers?: Headers;
  /** In the place of `body`: as it goes over the wire. */
  readonly raw?: string | Buffer;
}

export type Rest = (method: Method, path: string, request?: RestRequest) => Promise<RestAnswer>;

function parsed(text: string, type: unknown): unknown {
  return typeof type === 'string' && /json;/.test(type) && text !== '' ? JSON.parse(text) : text;
}

/** Calls REST with a credential; null = with none. `path` begins with `/api/v1` unless it says `/v1`. */
export function restOf(app: App, secret: string | null): Rest {
  return async (method, path, { body, raw, headers = {} } = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const url = path.startsWith('/v1') ? path : `/api/v1${path}`;
    const response = await app.http.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(secret === null ? {} : bearer(secret)),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    const { statusCode, headers: received, body: text } = response;
    const answered = parsed(text, received['content-type']);
    // Of every answer in every test. An operation of a workspace speaks in the words of its own document.
    if (!url.includes('/operations/')) expectRestWords(answered);
    expectDeclared({ method, url, status: statusCode, headers: received, text });
    return { status: statusCode, headers: received, text, body: answered };
  };
}

/** The owner of a workspace, signed in. */
export async function ownerRest(house: TestHouse, workspace: TestWorkspace): Promise<Rest> {
  const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
  const input = { email: workspace.ownerEmail, password: workspace.ownerPassword };
  const { data } = await house.send({}, login, { input });
  return restOf(house.app, data.login.token as string);
}
