// Types of GraphQL that take or give a value -> schemas in the names of REST.
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { toSnakeCase } from '../request/coerce.ts';
import { exampleOf } from './examples.ts';
import {
  described,
  objectOf,
  orNull,
  type Components,
  type Described,
  type JsonSchema,
} from './json-schema.ts';

const scalars: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer', format: 'int32' },
  SafeInt: { type: 'integer', format: 'int64' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
};

/** What a schema says of access ends its descriptions; here that is said of the endpoint. */
export function plainText(description: string | null | undefined): string {
  return (description ?? '').replace(/ ?Requires (?:`[^.]*`|a credential)\.$/, '').trim();
}

export function scalarOf(scalar: string, name: string, about: string): Described {
  return { schema: scalars[scalar] ?? { type: 'string' }, example: exampleOf(scalar, name, about) };
}

export function enumOf(type: GraphQLEnumType, components: Components): Described {
  return components.named(type.name, () => {
    const values = type.getValues().map(({ name }) => name);
    const schema = { type: 'string', enum: values };
    return { schema: described(schema, plainText(type.description)), example: values[0] ?? null };
  });
}

function inputObjectOf(type: GraphQLInputObjectType, components: Components): Described {
  return components.named(type.name, () => {
    const properties = Object.values(type.getFields()).map((field) => {
      const name = toSnakeCase(field.name);
      const value = inputOf(field.type, { name, about: name, components });
      const schema = described(value.schema, toRestText(plainText(field.description)));
      const isRequired = isNonNullType(field.type) && field.defaultValue === undefined;
      return [name, { ...value, schema, isRequired }] as const;
    });
    const { schema, example } = objectOf(Object.fromEntries(properties));
    return { schema: { ...schema, additionalProperties: false }, example };
  });
}

const toRestText = (text: string) =>
  text.replaceAll(/`([a-z]+[A-Z]\w*)`/g, (_all, name: string) => `\`${toSnakeCase(name)}\``);

interface Named {
  readonly name: string;
  readonly about: string;
  readonly components: Components;
}

/** What a value of the type looks like in JSON. What may be null in GraphQL may be null here. */
export function inputOf(type: GraphQLInputType, named: Named): Described {
  if (!isNonNullType(type)) {
    const { schema, example } = presentInput(type, named);
    return { schema: orNull(schema), example };
  }
  return presentInput(type.ofType, named);
}

function presentInput(type: GraphQLInputType, named: Named): Described {
  if (isNonNullType(type)) return presentInput(type.ofType, named);
  if (isListType(type)) {
    const { schema, example } = inputOf(type.ofType, named);
    return { schema: { type: 'array', items: schema }, example: [example] };
  }
  if (isEnumType(type)) return enumOf(type, named.components);
  if (isInputObjectType(type)) return inputObjectOf(type, named.components);
  return scalarOf(type.name, named.name, named.about);
}

/** A part of the path or a query parameter: never null, and a filter of ids is one id. */
export function textInputOf(type: GraphQLInputType, named: Named): Described {
  if (isNonNullType(type)) return textInputOf(type.ofType, named);
  if (isInputObjectType(type) && type.name === 'IdFilter') return scalarOf('ID', named.name, named.about);
  return presentInput(type, named);
}
