// Whether an answer is one that schema/openapi.json declares: its status, its media type, its body and the headers that go with
// a refusal. What the file does not list in an object may not be in the answer either.
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

interface Response {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Endpoint {
  readonly responses: Readonly<Record<string, Response>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

/** As objects whose properties are all listed. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]));
  const isObject = 'properties' in inner && !('additionalProperties' in inner) && 'type' in inner;
  return isObject ? { ...inner, additionalProperties: false } : inner;
}

export const description = JSON.parse(readFileSync('schema/openapi.json', 'utf8')) as Description;
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat('date-time', (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text));
ajv.addFormat('int32', { type: 'number', validate: (value) => Math.abs(value) < 2 ** 31 });
ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
ajv.addSchema(closed(description) as object, 'api');

const validators = new Map<string, ValidateFunction>();

/** `steps` lead to a schema in the description. */
function validatorAt(steps: readonly string[]): ValidateFunction {
  const pointer = steps
    .map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const known = validators.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` });
  validators.set(pointer, known);
  return known;
}

const templates = Object.keys(description.paths)
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`) }));

/** The path of the description that a request means; undefined = there is no endpoint. */
function templateOf(url: string): string | undefined {
  const path = url.split('?', 1)[0]!.replace(/^\/(api\/)?v1/, '');
  // An escaped letter is that letter, an escaped slash is none.
  const plain = path.replaceAll(/%(?!2f|25)([0-9a-f]{2})/gi, (escape) => {
    try {
      return decodeURIComponent(escape);
    } catch {
      return escape;
    }
  });
  return templates.find(({ pattern }) => pattern.test(plain))?.path;
}

export interface DeclaredAnswer {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

interface Declared {
  readonly response: Response;
  readonly steps: readonly string[];
}

function declaredFor({ method, url, status }: DeclaredAnswer): Declared | null {
  const path = templateOf(url);
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const endpoint = path === undefined ? undefined : description.paths[path]?.[name];
  if (path === undefined || !endpoint) return null;
  const response = endpoint.responses[status];
  if (!response) throw new Error(`${method} ${path} does not declare the status ${status}.`);
  const [, shared] = /^#\/components\/responses\/(\w+)$/.exec(response.$ref ?? '') ?? [];
  return shared === undefined
    ? { response, steps: ['paths', path, name, 'responses', String(status)] }
    : { response: description.components.responses[shared]!, steps: ['components', 'responses', shared] };
}

/** Met with at least one answer: `GET /customers 200`. */
export const metStatuses = new Set<string>();

function expectBody({ text }: DeclaredAnswer, steps: readonly string[]): void {
  const validate = validatorAt(steps);
  const isValid = validate(JSON.parse(text));
  expect({ steps, errors: isValid ? [] : validate.errors }).toEqual({ steps, errors: [] });
}

const told = ['X-Request-Id', 'Retry-After', 'WWW-Authenticate', 'Allow'];

/** Fails when the endpoint does not say that it answers so. Where there is no endpoint, a refusal is an Error or a Problem. */
export function expectDeclared(answer: DeclaredAnswer): void {
  const { method, url, status, headers, text } = answer;
  const declared = declaredFor(answer);
  const type = String(headers['content-type'] ?? '').split(';')[0]!;
  if (!declared) {
    const schema = type === 'application/problem+json' ? 'Problem' : 'Error';
    if (status >= 400 && text !== '') expectBody(answer, ['components', 'schemas', schema]);
    return;
  }
  metStatuses.add(`${method} ${templateOf(url)} ${status}`);
  const { response, steps } = declared;
  for (const name of told.filter((one) => one in (response.headers ?? {})))
    expect([url, Object.keys(headers)]).toEqual([url, expect.arrayContaining([name.toLowerCase()])]);
  if (text === '') return;
  expect([url, status, Object.keys(response.content ?? {})]).toEqual([
    url,
    status,
    expect.arrayContaining([type]),
  ]);
  if (type.endsWith('json') && type !== 'application/x-ndjson')
    expectBody(answer, [...steps, 'content', type, 'schema']);
}
