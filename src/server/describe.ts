// What a schema says about access: "Requires `read:customers`." in its descriptions, @requiresScopes for its printed form,
// the catalogue of scopes, and what fields cost. Shows what the policy decides; decides nothing.
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLList,
  GraphQLNonNull,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
} from 'graphql';
import { costOfCalling, type Policy, type Requirement } from '../access/policy/index.ts';
import type { ScopeCatalogue } from '../access/scope-catalogue.ts';
import { ScopeScalar } from '../graph/scalars.ts';

/** The directive in Apollo's form: a list of alternatives, each a list of scopes that are needed together. */
export function withRequiresScopes(schema: GraphQLSchema): GraphQLSchema {
  const listOf = (type: GraphQLNonNull<never>) => new GraphQLNonNull(new GraphQLList(type));
  const scopes = new GraphQLNonNull(ScopeScalar) as GraphQLNonNull<never>;
  const directive = new GraphQLDirective({
    name: 'requiresScopes',
    description: 'Any one of these sets of scopes is needed.',
    locations: [
      DirectiveLocation.FIELD_DEFINITION,
      DirectiveLocation.ARGUMENT_DEFINITION,
      DirectiveLocation.INPUT_FIELD_DEFINITION,
      DirectiveLocation.ENUM_VALUE,
    ],
    args: { scopes: { type: listOf(listOf(scopes) as GraphQLNonNull<never>) } },
  });
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, directive] });
}

function sentenceFor(requirement: Requirement): string | null {
  const scopes = requirement.anyOf
    .map((all) => all.map((scope) => `\`${scope}\``).join(' and '))
    .join(', or ');
  if (scopes !== '') return `Requires ${scopes}.`;
  return requirement.authenticated ? 'Requires a credential.' : null;
}

interface Describable {
  description?: string | null | undefined;
  extensions: Readonly<Record<string, unknown>>;
}

function append(target: Describable, sentence: string): void {
  target.description = target.description ? `${target.description} ${sentence}` : sentence;
}

function describe(target: Describable, requirement: Requirement): void {
  const sentence = sentenceFor(requirement);
  if (sentence === null) return;
  append(target, sentence);
  if (requirement.anyOf.some((all) => all.length > 0)) {
    target.extensions = {
      ...target.extensions,
      directives: { requiresScopes: { scopes: requirement.anyOf } },
    };
  }
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

/** The description of the scalar `Scope` lists every scope. */
export function describeScopes(schema: GraphQLSchema, { entries }: ScopeCatalogue): void {
  const scalar = schema.getType(ScopeScalar.name);
  const lines = entries.map(
    ({ name, description, status }) =>
      `- \`${name}\`: ${description}${status === 'PLANNED' ? ' (planned)' : ''}`,
  );
  if (scalar) scalar.description = ['One permission, `verb:resource`:', ...lines].join('\n');
}
