// The schema and the scopes of the version in use, out of the files that `npm run schema` wrote.
import { assertValidSchema, type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import type { Requirement } from '../../src/access/policy/index.ts';
import { ApiError } from '../../src/core/errors.ts';
import { readOperand } from '../command-line/operand-file.ts';
import { schemaOf } from './schema-changes.ts';

/** Throws ApiError GRAPHQL_PARSE_FAILED with the name of the file and the first fault. */
export function readSchema(file: string): GraphQLSchema {
  const text = readOperand(file);
  try {
    const schema = schemaOf(text);
    assertValidSchema(schema);
    return schema;
  } catch (error) {
    const [message = ''] = (error as Error).message.split('\n');
    throw new ApiError('GRAPHQL_PARSE_FAILED', `${file}: this is no schema: ${message}`);
  }
}

/** As scripts/emit-schema.ts writes them. */
const scopesFile = z.record(
  z.string(),
  z.union([z.literal(['open', 'authenticated']), z.array(z.array(z.string()))]),
);

type Written = z.infer<typeof scopesFile>[string];

function requirementOf(written: Written): Requirement {
  if (typeof written === 'string') return { name: written, authenticated: written !== 'open', anyOf: [[]] };
  const name = written.map((all) => all.join(' and ')).join(' or ');
  return { name, authenticated: true, anyOf: written };
}

/** Throws ApiError BAD_USER_INPUT with the name of the file. */
export function readScopes(file: string): ReadonlyMap<string, Requirement> {
  const text = readOperand(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError('BAD_USER_INPUT', `${file}: this is no JSON.`);
  }
  const { data, error } = scopesFile.safeParse(value);
  if (data) return new Map(Object.entries(data).map(([name, written]) => [name, requirementOf(written)]));
  const place = error.issues[0]?.path.join('.') ?? '';
  const where = place === '' ? '' : `, see "${place}"`;
  throw new ApiError(
    'BAD_USER_INPUT',
    `${file}: this is no list of scopes as in schema/scopes.json${where}.`,
  );
}
