// Every mutation that stores what its input says, read from the schema: which values to send, and where each is read back.
import * as gql from 'graphql';

export interface StoringMutation {
  readonly name: string;
  readonly input: gql.GraphQLInputObjectType;
  /** What the payload calls the row's id, e.g. `customerId`; of a bulk mutation `customerIds`. */
  readonly idField: string;
  /** Takes a list of the same inputs. */
  readonly isBulk: boolean;
  /** The type of the row. */
  readonly shows: gql.GraphQLObjectType;
}

/** Inputs that are not tried here, because no row shows their values or they have forms of their own, and where they are tested. */
export const notStoring: Readonly<Record<string, string>> = {
  LoginInput: 'test/features/users/sign-in-attempts.test.ts',
  ChangePasswordInput: 'test/features/users/users-passwords.test.ts',
  RotateApiKeyInput: 'test/features/api-keys/key-rotation.test.ts',
  // Shown, but nothing is stored under any name, nor any text as a document.
  SaveOperationInput: 'test/features/operations/operations.test.ts',
  NarrowApiKeyInput: 'test/features/narrowing/narrowing.test.ts',
  // One row for each workspace, which no id names.
  UpdateWorkspaceSettingsInput: 'test/features/workspace-settings.test.ts',
};

const mutationsOf = (schema: gql.GraphQLSchema) => Object.values(schema.getMutationType()!.getFields());

/** Arguments of mutations that are neither `input` nor an id, as `mutation(argument)`: no test here would send them. */
export function looseArguments(schema: gql.GraphQLSchema): string[] {
  return mutationsOf(schema).flatMap(({ name, args }) =>
    args
      .filter((argument) => argument.name !== 'input' && gql.getNamedType(argument.type).name !== 'ID')
      .map((argument) => `${name}(${argument.name})`),
  );
}

export function storingMutations(schema: gql.GraphQLSchema): StoringMutation[] {
  return mutationsOf(schema).flatMap((field) => {
    const argument = field.args.find(({ name }) => name === 'input');
    const input = argument && gql.getNamedType(argument.type);
    if (!gql.isInputObjectType(input) || input.name in notStoring) return [];
    const payload = (gql.getNamedType(field.type) as gql.GraphQLObjectType).getFields();
    const idField = Object.keys(payload).find((name) => /Ids?$/.test(name));
    const isBulk = idField?.endsWith('Ids') ?? false;
    const shown = Object.values(payload).find(({ name, type }) =>
      isBulk ? name !== 'userErrors' && gql.isObjectType(gql.getNamedType(type)) : `${name}Id` === idField,
    );
    if (idField === undefined || shown === undefined) {
      throw new Error(
        `${field.name} shows no row of what its input stores: say in notStoring where it is tested.`,
      );
    }
    const shows = gql.getNamedType(shown.type) as gql.GraphQLObjectType;
    return [{ name: field.name, input, idField, isBulk, shows }];
  });
}

/** How a field of the row is selected, and what of its answer is the value that was sent. */
export interface Place {
  readonly selection: string;
  readonly valueIn: (row: Record<string, unknown>) => unknown;
  /** What null makes of it; undefined = it may not be empty. */
  readonly empty: unknown;
}

type Linked = { id: string };

function placeOfIds(field: gql.GraphQLField<unknown, unknown>): Place {
  const isConnection = gql.isObjectType(gql.getNullableType(field.type));
  const selection = isConnection ? `${field.name}(first: 100) { nodes { id } }` : `${field.name} { id }`;
  return {
    selection,
    valueIn(row) {
      const found = isConnection ? (row[field.name] as { nodes: Linked[] }).nodes : row[field.name];
      return found === null ? null : (found as Linked[]).map(({ id }) => id).sort();
    },
    empty: isConnection ? [] : null,
  };
}

function placeOfField(field: gql.GraphQLField<unknown, unknown>): Place {
  const named = gql.getNamedType(field.type);
  const isNullable = !gql.isNonNullType(field.type);
  const isList = gql.isListType(gql.getNullableType(field.type));
  const parts = gql.isObjectType(named) ? ` { ${Object.keys(named.getFields()).join(' ')} }` : '';
  return {
    selection: `${field.name}${parts}`,
    valueIn: (row) => row[field.name],
    empty: isNullable ? null : isList ? [] : undefined,
  };
}

/** Where a field of an input is read back: by its own name, or as the row that `venueId` or the rows that `venueIds` name. */
export function placeOf(shows: gql.GraphQLObjectType, name: string): Place | null {
  const fields = shows.getFields();
  const [one, many] = [fields[name.replace(/Id$/, '')], fields[name.replace(/Ids$/, 's')]];
  if (fields[name]) return placeOfField(fields[name]);
  if (name.endsWith('Ids') && many) return placeOfIds(many);
  if (!name.endsWith('Id') || !one) return null;
  const valueIn = (row: Record<string, unknown>) => (row[one.name] as Linked | null)?.id ?? null;
  return { selection: `${one.name} { id }`, valueIn, empty: undefined };
}

/** Ids of rows by the names that inputs give them, such as `venueId`. */
export type KnownIds = Readonly<Record<string, string>>;

const pick = (variant: number, ...values: readonly unknown[]) => values[variant % values.length];

/** Values that have a form of their own; every other field gets a value by its type alone. */
const special: Readonly<Record<string, (variant: number) => unknown>> = {
  timezone: (variant) => pick(variant, 'Europe/Lisbon', 'Asia/Kolkata'),
  currency: (variant) => pick(variant, 'EUR', 'VND'),
  email: (variant) => `stored.${variant}@test.example`,
  password: () => 'a long password for tests',
  phone: (variant) => `+49 30 55501${variant}`,
  opens: (variant) => `0${variant}:30`,
  closes: (variant) => `1${variant}:45`,
  scopes: (variant) => [pick(variant, 'read:customers', 'read:venues')],
  ipAllowlist: (variant) => [`10.${variant}.0.0/16`],
};

/** Another value for another variant. */
export function valueFor(field: gql.GraphQLInputField, variant: number, ids: KnownIds): unknown {
  const made = special[field.name];
  if (made) return made(variant);
  const nullable = gql.getNullableType(field.type);
  if (gql.isListType(nullable)) {
    const item = { ...field, name: field.name.replace(/Ids$/, 'Id'), type: nullable.ofType };
    return [valueFor(item, variant, ids)];
  }
  if (gql.isEnumType(nullable)) return pick(variant, ...nullable.getValues().map(({ name }) => name));
  if (gql.isInputObjectType(nullable)) {
    const parts = Object.values(nullable.getFields());
    return Object.fromEntries(parts.map((part) => [part.name, valueFor(part, variant, ids)]));
  }
  return scalarFor(nullable.name, field.name, variant, ids);
}

function scalarFor(type: string, name: string, variant: number, ids: KnownIds): unknown {
  switch (type) {
    case 'ID': {
      const id = ids[`${name}${variant}`] ?? ids[name];
      if (id === undefined) throw new Error(`Which row does "${name}" name?`);
      return id;
    }
    case 'String':
      return `${name} ${variant}`;
    case 'Int':
      return 30 + variant;
    case 'SafeInt':
      return 9_000_000_000_000_000 + variant;
    case 'Boolean':
      return variant % 2 === 0;
    case 'DateTime':
      return `2026-09-0${1 + variant}T10:00:00.000Z`;
    default:
      throw new Error(`A value for ${type}?`);
  }
}
