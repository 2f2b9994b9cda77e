// What a schema says about access: "Requires `read:customers`." in its descriptions, @requiresScopes and @semanticNonNull for
// its printed form, the catalogue of scopes, and what fields cost. Shows what the policy decides; decides nothing.
import {
  DirectiveLocation,
  getNamedType,
  GraphQLDirective,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
} from 'graphql';
import { costOfCalling, type Policy, type Requirement } from '../../access/policy/index.ts';
import type { ScopeCatalogue } from '../../access/scope-catalogue.ts';
import { ScopeScalar } from '../../resources/inputs/scalars.ts';

/** Apollo's: a list of alternatives, each a list of scopes that are needed together. */
function requiresScopesDirective(): GraphQLDirective {
  const listOf = (type: GraphQLNonNull<never>) => new GraphQLNonNull(new GraphQLList(type));
  const scopes = new GraphQLNonNull(ScopeScalar) as GraphQLNonNull<never>;
  return new GraphQLDirective({
    name: 'requiresScopes',
    description: 'Any one of these sets of scopes is needed.',
    locations: [
      DirectiveLocation.FIELD_DEFINITION,
      DirectiveLocation.ARGUMENT_DEFINITION,
      DirectiveLocation.INPUT_FIELD_DEFINITION,
      DirectiveLocation.ENUM_VALUE,
    ],
    args: {
      scopes: {
        type: listOf(listOf(scopes) as GraphQLNonNull<never>),
        description: 'Alternatives, each a list of scopes that are needed together.',
      },
    },
  });
}

/** As Relay, Apollo Kotlin and others read it. */
function semanticNonNullDirective(): GraphQLDirective {
  return new GraphQLDirective({
    name: 'semanticNonNull',
    description: 'Null only together with an error: when it was denied, or failed.',
    locations: [DirectiveLocation.FIELD_DEFINITION],
    args: {
      levels: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLInt))),
        defaultValue: [0],
        description: 'Which levels of a list are meant; 0 is the field itself.',
      },
    },
  });
}

export function withDirectives(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  const own = [requiresScopesDirective(), semanticNonNullDirective()];
  return new GraphQLSchema({ ...config, directives: [...config.directives, ...own] });
}

function sentenceFor(requirement: Requirement): string | null {
  const scopes = requirement.anyOf
    .map((all) => all.map((scope) => `\`${scope}\``).join(' and '))
    .join(', or ');
  if (scopes !== '') return `Requires ${scopes}.`;
  return requirement.authenticated ? 'Requires a credential.' : null;
}

interface Extended {
  extensions: Readonly<Record<string, unknown>>;
}

function append(target: Describable, sentence: string): void {
  target.description = target.description ? `${target.description} ${sentence}` : sentence;
}

/** For the printed form of the schema. */
function addDirective(target: Extended, name: string, args: object): void {
  const directives = (target.extensions['directives'] ?? {}) as object;
  target.extensions = { ...target.extensions, directives: { ...directives, [name]: args } };
}

interface Describable extends Extended {
  description?: string | null | undefined;
}

function describe(target: Describable, requirement: Requirement): void {
  const sentence = sentenceFor(requirement);
  if (sentence === null) return;
  append(target, sentence);
  if (requirement.anyOf.some((all) => all.length > 0))
    addDirective(target, 'requiresScopes', { scopes: requirement.anyOf });
}

function describeFields(type: GraphQLObjectType, policy: Policy, isMutation: boolean): void {
  for (const field of Object.values(type.getFields())) {
    const cost = costOfCalling(field, isMutation);
    if (cost) append(field, cost.sentence);
    const requirement = policy.ofField(type.name, field.name);
    describe(field, requirement);
    for (const argument of field.args) {
      const asked = policy.ofArgument(type.name, field.name, argument.name);
      // Most arguments ask what their field asks: only a rule of their own is worth reading.
      if (asked !== requirement) describe(argument, asked);
    }
  }
}

function describeMembers(type: GraphQLInputObjectType | GraphQLEnumType, policy: Policy): void {
  const members = isEnumType(type) ? type.getValues() : Object.values(type.getFields());
  for (const member of members) describe(member, policy.ofMember(type.name, member.name));
}

/**
 * Writes into the schema it is given: each field, input field and enum value, and arguments with a rule of their own; of
 * fields also what they cost.
 */
export function describeRequirements(schema: GraphQLSchema, policy: Policy): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isObjectType(type)) describeFields(type, policy, type === schema.getMutationType());
    else if (isInputObjectType(type) || isEnumType(type)) describeMembers(type, policy);
  }
}

/** Pages and payloads are always there, and what says so of itself (`Extensions({ isAlwaysThere: true })`). */
function isAlwaysThere({ type, extensions }: GraphQLField<unknown, unknown>): boolean {
  if (isNonNullType(type)) return false;
  return extensions['isAlwaysThere'] === true || /(Connection|Payload)$/.test(getNamedType(type).name);
}

/** Marks fields that are nullable only so that they can be denied or fail: `@semanticNonNull`. */
export function describeNulls(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (isAlwaysThere(field)) addDirective(field, 'semanticNonNull', {});
  }
}

/** The description of the scalar `Scope` lists every scope. */
export function describeScopes(schema: GraphQLSchema, { entries }: ScopeCatalogue): void {
  const scalar = schema.getType(ScopeScalar.name);
  const lines = entries.map(
    ({ name, description, status }) =>
      `- \`${name}\`: ${description}${status === 'PLANNED' ? ' (planned)' : ''}`,
  );
  if (scalar) scalar.description = ['One permission, `verb:resource`:', ...lines].join('\n');
}
