// Descriptions of what means the same wherever it stands, such as `id` and `createdAt`, and the limits of inputs as their own
// rules have them. What a feature says in its decorators is never replaced.
import {
  getNamedType,
  isInputObjectType,
  isObjectType,
  isInterfaceType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputField,
  type GraphQLSchema,
} from 'graphql';
import { limitsOf } from '../../resources/inputs/input-limits.ts';

/** `FollowUpConnection` -> "follow-up": the words of a type's name, in the middle of a sentence. */
function inWords(typeName: string): string {
  const thing = typeName.replace(/(Connection|Edge|Payload|Statistics)$/, '');
  const words = thing.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return words
    .replace('follow up', 'follow-up')
    .replace('api key', 'API key')
    .replace('audit entry', 'entry of the audit log');
}

const ofField: Readonly<Record<string, (type: string) => string>> = {
  id: (type) => `Id of the ${inWords(type)}: a prefix that names its type, then 26 letters and digits.`,
  createdAt: (type) => `When the ${inWords(type)} was made.`,
  updatedAt: (type) => `When the ${inWords(type)} was last changed.`,
  expiresAt: (type) => `When the ${inWords(type)} ends.`,
};

function describeField(type: string, field: GraphQLField<unknown, unknown>): void {
  field.description ||= ofField[field.name]?.(type) ?? null;
  field.args.forEach(describeArgument);
}

function describeArgument(argument: GraphQLArgument): void {
  const { name } = getNamedType(argument.type);
  if (argument.name === 'input') argument.description ||= `What is wanted, as ${name} describes it.`;
  if (argument.name === 'id') argument.description ||= 'Id of what is meant.';
}

/** An id in an input: `customerId` is that of a customer. */
function describeId(field: GraphQLInputField): void {
  const thing = /^(\w+)Id$/.exec(field.name)?.[1];
  if (field.name === 'id') field.description ||= 'Id of what is to be changed.';
  else if (thing) field.description ||= `Id of the ${inWords(thing)}.`;
}

const ofComparator: Readonly<Record<string, string>> = {
  eq: 'Equal to this.',
  neq: 'Not equal to this.',
  in: 'Equal to one of these.',
  nin: 'Equal to none of these.',
  gt: 'Later than this.',
  gte: 'At this or later.',
  lt: 'Earlier than this.',
  lte: 'At this or earlier.',
  contains: 'Holds this text somewhere; case does not matter.',
  startsWith: 'Begins with this text; case does not matter.',
};

/** `null` in a comparison may have a meaning of its own, which stands behind. */
function describeComparator(field: GraphQLInputField): void {
  const meaning = ofComparator[field.name];
  if (meaning) field.description = [meaning, field.description].filter(Boolean).join(' ');
}

function describeInput(type: GraphQLInputObjectType): void {
  const limits = limitsOf(type.name);
  for (const field of Object.values(type.getFields())) {
    if (/Filter$/.test(type.name)) describeComparator(field);
    describeId(field);
    const limit = limits.get(field.name);
    if (limit) field.description = [field.description, limit].filter(Boolean).join(' ');
  }
}

/** The types that type-graphql makes itself. */
function describeRoots(schema: GraphQLSchema): void {
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  if (query) query.description ||= 'What can be read.';
  if (mutation)
    mutation.description ||= 'What can be changed. Each mutation is done as a whole or not at all.';
}

/** Writes into the schema it is given. */
export function describeCommon(schema: GraphQLSchema): void {
  describeRoots(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isObjectType(type) || isInterfaceType(type))
      Object.values(type.getFields()).forEach((field) => describeField(type.name, field));
    else if (isInputObjectType(type)) describeInput(type);
  }
}
