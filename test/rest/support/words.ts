// What an answer of REST may never say: a name of GraphQL.
import { expect } from 'vitest';

/** `venueIds`, `first`, `$id`, `input`, `Query.customers`. */
const graphqlWord = /\b[a-z]+[A-Z]\w*|"(?:first|after|input|filter)"|\$\w|\binput\b|\b(?:Query|Mutation)\b/;

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)]);
}

interface ErrorBody {
  readonly detail?: string;
  readonly code?: string;
  readonly fields?: readonly { readonly field: string; readonly code: string; readonly message: string }[];
}

/** Every name is in snake_case, and what an error says of the request is in the words of the endpoint. */
export function expectRestWords(body: unknown): void {
  const names = namesIn(body);
  expect(names.filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))).toEqual([]);
  if (typeof body !== 'object' || body === null || 'success' in body) return;
  const { detail = '', fields = [], code = '' } = body as ErrorBody;
  // About a document that the caller sent: its names are the caller's.
  if (code.startsWith('GRAPHQL_')) return;
  // What was sent and is not known is repeated as it was sent.
  const unknown = fields.filter(({ code }) => code === 'UNKNOWN').map(({ field }) => field);
  const all = [detail, ...fields.flatMap(({ field, message }) => [field, message])];
  const told = all.map((text) => unknown.reduce((left, name) => left.replaceAll(name, ''), text));
  expect(told.filter((text) => graphqlWord.test(text))).toEqual([]);
}
