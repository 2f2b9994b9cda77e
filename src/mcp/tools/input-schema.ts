// The JSON Schema of what a tool takes, made of the GraphQL types of its variables. Names are those of REST, in snake_case.
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { toSnakeCase } from '../../rest/request/coerce.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export type ToolInputSchema = JsonSchema & { readonly type: 'object' };

/** A variable, by the name under which a call gives it. */
export interface ToolInput {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly isRequired: boolean;
  /** Empty when there is nothing to say. */
  readonly description: string;
  /** The largest number that is taken; none = any. */
  readonly maximum?: number;
}

const scalars: Readonly<Record<string, JsonSchema>> = {
  String: { type: 'string' },
  ID: { type: 'string' },
  Scope: { type: 'string' },
  Int: { type: 'integer' },
  SafeInt: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
};

interface Naming {
  /** Name of a field of an input -> name in the JSON. */
  readonly nameOf: (field: string) => string;
  readonly definitions: Map<string, JsonSchema>;
}

/** An object of which nothing is known beyond its names refuses what it does not know. */
function objectSchema(type: GraphQLInputObjectType, naming: Naming): JsonSchema {
  const fields = Object.values(type.getFields());
  const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, type: inner }) => [naming.nameOf(name), schemaOf(inner, naming)]),
    ),
    ...(required.length > 0 ? { required: required.map(({ name }) => naming.nameOf(name)) } : {}),
    additionalProperties: false,
  };
}

/** By its name: filters hold filters of their own type. */
function reference(type: GraphQLInputObjectType, naming: Naming): JsonSchema {
  const { definitions } = naming;
  if (!definitions.has(type.name)) {
    definitions.set(type.name, {});
    definitions.set(type.name, objectSchema(type, naming));
  }
  return { $ref: `#/$defs/${type.name}` };
}

/** Of a value that is there. */
function presentSchema(type: GraphQLInputType, naming: Naming): JsonSchema {
  if (isNonNullType(type)) return presentSchema(type.ofType, naming);
  if (isListType(type)) return { type: 'array', items: schemaOf(type.ofType, naming) };
  if (isInputObjectType(type)) return reference(type, naming);
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ name }) => name) };
  return scalars[type.name] ?? {};
}

/** Null stands where the type allows it: it clears a value. */
function schemaOf(type: GraphQLInputType, naming: Naming): JsonSchema {
  const schema = presentSchema(type, naming);
  if (isNonNullType(type) || Object.keys(schema).length === 0) return schema;
  if (typeof schema['type'] !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const values = Array.isArray(schema['enum']) ? { enum: [...(schema['enum'] as string[]), null] } : {};
  return { ...schema, type: [schema['type'], 'null'], ...values };
}

function inputSchema({ type, description, maximum }: ToolInput, naming: Naming): JsonSchema {
  return {
    ...schemaOf(type, naming),
    ...(description === '' ? {} : { description }),
    ...(maximum === undefined ? {} : { minimum: 1, maximum }),
  };
}

/** An object with these inputs and nothing else. */
export function toInputSchema(
  inputs: readonly ToolInput[],
  nameOf: (field: string) => string = toSnakeCase,
): ToolInputSchema {
  const definitions = new Map<string, JsonSchema>();
  const properties = inputs.map(
    (input) => [input.name, inputSchema(input, { nameOf, definitions })] as const,
  );
  const required = inputs.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...(definitions.size > 0 ? { $defs: Object.fromEntries(definitions) } : {}),
  };
}
