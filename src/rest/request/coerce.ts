// A value of a request -> the value of a variable: checked against its type, with the names of GraphQL in the place of those
// of REST. Faults are told in words of REST, so that graphql-js has nothing left to say.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { maxListObjects, maxListValues } from '../../graphql/precheck/value-limits.ts';
import { maxTold, refuseUnknown, type FieldFault } from './faults.ts';

export const toSnakeCase = (name: string) =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const kinds: Readonly<Record<string, string>> = {
  String: 'a text',
  ID: 'a text',
  Scope: 'a text such as "read:customers"',
  Int: 'a whole number',
  SafeInt: 'a whole number',
  Float: 'a number',
  Boolean: 'true or false',
  DateTime: 'an instant such as "2026-01-31T09:00:00Z", with an offset from UTC',
};

/** What a value of the type is, as the end of "must be …". */
function inWords(type: GraphQLInputType): string {
  if (isNonNullType(type)) return inWords(type.ofType);
  if (isListType(type)) return 'a list';
  if (isEnumType(type))
    return `one of ${type
      .getValues()
      .map(({ name }) => name)
      .join(', ')}`;
  return isInputObjectType(type) ? 'an object' : (kinds[type.name] ?? 'a value of its type');
}

/** Faults that were found, and where the value stands in the request. */
export interface Place {
  readonly field: string;
  readonly faults: FieldFault[];
  /** How fields of input objects are called. Default: in snake_case. */
  readonly nameOf?: (field: string) => string;
  /** What else to say of a value that does not fit. */
  readonly hint?: string;
}

function refuse({ field, faults }: Place, code: FieldFault['code'], message: string): undefined {
  faults.push({ field, code, message: `"${field}" ${message}` });
  return undefined;
}

const below = (place: Place, name: string | number): Place => ({ ...place, field: `${place.field}.${name}` });

function coerceObject(type: GraphQLInputObjectType, value: unknown, place: Place): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(place, 'INVALID', 'must be an object.');
  const given = new Map(Object.entries(value));
  const { nameOf = toSnakeCase } = place;
  const coerced: Record<string, unknown> = {};
  for (const field of Object.values(type.getFields())) {
    const name = nameOf(field.name);
    const isRequired = isNonNullType(field.type) && field.defaultValue === undefined;
    if (given.has(name)) coerced[field.name] = coerce(field.type, given.get(name), below(place, name));
    else if (isRequired) refuse(below(place, name), 'REQUIRED', 'is required.');
    given.delete(name);
  }
  const isKnown = () => false;
  refuseUnknown(place.faults, given.keys(), {
    isKnown,
    place: `${place.field}.`,
    says: 'is not known here.',
  });
  return coerced;
}

function coerceLeaf(type: GraphQLInputType, value: unknown, place: Place): unknown {
  try {
    if (isScalarType(type) || isEnumType(type)) type.parseValue(value);
    return value;
  } catch {
    // In the words of the scalar, which speak of GraphQL and may repeat the value.
    return refuse(place, 'INVALID', `must be ${inWords(type)}${place.hint ?? ''}.`);
  }
}

/** No list of any operation takes more: it would be refused later, when each item was looked at. */
const maxItemsOf = (type: GraphQLInputType) =>
  isInputObjectType(getNamedType(type)) ? maxListObjects : maxListValues;

/**
 * A value that does not fit throws in its scalar: 50,000 of them held the process for 1.5 s. So no more are looked at than told, and
 * none of a list that is too long: 20,000 objects that fit took 0.1 s.
 */
function coerceList(type: GraphQLInputType, items: readonly unknown[], place: Place): unknown {
  const most = maxItemsOf(type);
  if (items.length > most)
    return refuse(place, 'INVALID', `has ${items.length} items; it takes at most ${most}.`);
  const coerced: unknown[] = [];
  for (const [index, item] of items.entries()) {
    if (place.faults.length >= maxTold) break;
    coerced.push(coerce(type, item, below(place, index)));
  }
  return coerced;
}

/** The value for a variable. Adds to `faults` what does not fit. */
export function coerce(type: GraphQLInputType, value: unknown, place: Place): unknown {
  if (isNonNullType(type)) {
    if (value === null) return refuse(place, 'REQUIRED', 'must not be null.');
    return coerce(type.ofType, value, place);
  }
  if (value === null) return null;
  if (isListType(type)) {
    if (!Array.isArray(value)) return refuse(place, 'INVALID', 'must be a list.');
    return coerceList(type.ofType, value, place);
  }
  return isInputObjectType(type) ? coerceObject(type, value, place) : coerceLeaf(type, value, place);
}

/** `{eq}` of this filter is what a text stands for. */
const isIdFilter = (type: GraphQLInputType) => isInputObjectType(type) && type.name === 'IdFilter';

function leafOfText(type: GraphQLInputType, text: string): unknown {
  if (!isScalarType(type)) return text;
  if (type.name === 'Int' || type.name === 'SafeInt') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (type.name === 'Boolean') return text === 'true' || (text === 'false' ? false : text);
  return text;
}

/** In a query + is a space: `…T09:00:00+01:00` arrives as `…T09:00:00 01:00`. */
const lostPlus = / \d\d:?\d\d$/;

function leafWithHint(type: GraphQLInputType, text: string, place: Place): unknown {
  const isInstant = isScalarType(type) && type.name === 'DateTime';
  const hint = isInstant && lostPlus.test(text) ? { hint: ' (write + as %2B)' } : {};
  return coerce(type, leafOfText(type, text), { ...place, ...hint });
}

/** The texts of a list as its items. They have no numbers in an address: the first fault is told of the whole parameter. */
function coerceItems(type: GraphQLInputType, texts: readonly string[], place: Place): unknown[] {
  const faultsBefore = place.faults.length;
  const coerced: unknown[] = [];
  for (const text of texts) {
    if (place.faults.length > faultsBefore) break;
    coerced.push(leafWithHint(isNonNullType(type) ? type.ofType : type, text, place));
  }
  return coerced;
}

/** A part of the path or a query parameter as its type means it: `OPEN,WAITING` is a list where one is wanted. */
export function coerceText(type: GraphQLInputType, texts: readonly string[], place: Place): unknown {
  if (isNonNullType(type)) return coerceText(type.ofType, texts, place);
  if (isListType(type)) {
    const items = texts
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter((text) => text !== '');
    return coerceItems(type.ofType, items, place);
  }
  const [text = '', ...more] = texts;
  if (more.length > 0) return refuse(place, 'INVALID', 'is given more than once.');
  if (isIdFilter(type)) return { eq: text };
  return leafWithHint(type, text, place);
}
