// buildSchema(features) -> policy -> guards: from manifests to the one schema that is served.
import {
  GraphQLDirective,
  GraphQLList,
  GraphQLNonNull,
  GraphQLSchema,
  isInputObjectType,
  isObjectType,
  DirectiveLocation,
} from 'graphql';
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import {
  compilePolicy,
  guardBoundaries,
  type Policy,
  type PolicyDeclaration,
  type Requirement,
} from '../access/policy/index.ts';
import type { ScopeCatalogue } from '../access/scope-catalogue.ts';
import type { Feature } from '../graph/feature.ts';
import { noteRunningMutations } from '../graph/idempotency.ts';
import { sharedPolicy } from '../graph/shared-policy.ts';
import { ScopeScalar } from '../graph/scalars.ts';

export interface AssembledSchema {
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
}

/**
 * Schema and policy without any enforcement: what the oracle in the tests puts graphql-shield over. Serve only what
 * assembleSchema() returns. Throws PolicyError when a field, argument or input field has no rule, or a rule has no field.
 */
export async function assembleUnguarded(features: readonly Feature[]): Promise<AssembledSchema> {
  const built = await buildSchema({
    resolvers: features.flatMap((feature) => [...feature.resolvers]) as unknown as NonEmptyArray<
      new () => object
    >,
    // Values are checked by the services, which answer with user errors.
    validate: false,
    orphanedTypes: [],
  });
  const schema = withRequiresScopes(built);
  const declarations: PolicyDeclaration[] = [sharedPolicy, ...features.map((feature) => feature.policy)];
  const policy = compilePolicy(schema, declarations);
  resolveDirectly(schema);
  return { schema, policy };
}

/** Throws PolicyError. */
export async function assembleSchema(
  features: readonly Feature[],
  catalogue: ScopeCatalogue,
): Promise<AssembledSchema> {
  const { schema, policy } = await assembleUnguarded(features);
  noteRunningMutations(schema);
  guardBoundaries(schema, policy);
  describeRequirements(schema, policy);
  describeScopes(schema, catalogue);
  return { schema, policy };
}

/** The directive in Apollo's form: a list of alternatives, each a list of scopes that are needed together. */
function withRequiresScopes(schema: GraphQLSchema): GraphQLSchema {
  const listOf = (type: GraphQLNonNull<never>) => new GraphQLNonNull(new GraphQLList(type));
  const scopes = new GraphQLNonNull(ScopeScalar) as GraphQLNonNull<never>;
  const directive = new GraphQLDirective({
    name: 'requiresScopes',
    description: 'Any one of these sets of scopes is needed.',
    locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.INPUT_FIELD_DEFINITION],
    args: { scopes: { type: listOf(listOf(scopes) as GraphQLNonNull<never>) } },
  });
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, directive] });
}

/** type-graphql copies the arguments of each call into classes; derived fields take them as graphql-js read them. */
function resolveDirectly(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const direct = field.extensions['resolveDirectly'];
      if (typeof direct === 'function') field.resolve = direct as typeof field.resolve & {};
    }
  }
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

function describe(target: Describable, requirement: Requirement): void {
  const sentence = sentenceFor(requirement);
  if (sentence === null) return;
  target.description = target.description ? `${target.description} ${sentence}` : sentence;
  if (requirement.anyOf.some((all) => all.length > 0)) {
    target.extensions = {
      ...target.extensions,
      directives: { requiresScopes: { scopes: requirement.anyOf } },
    };
  }
}

/** "Requires `read:customers`." in every description, and @requiresScopes for the printed schema. */
function describeRequirements(schema: GraphQLSchema, policy: Policy): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        describe(field, policy.ofField(type.name, field.name));
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        describe(field, policy.ofMember(type.name, field.name));
    }
  }
}

function describeScopes(schema: GraphQLSchema, { entries }: ScopeCatalogue): void {
  const scalar = schema.getType(ScopeScalar.name);
  const lines = entries.map(
    ({ name, description, status }) =>
      `- \`${name}\`: ${description}${status === 'PLANNED' ? ' (planned)' : ''}`,
  );
  if (scalar) scalar.description = ['One permission, `verb:resource`:', ...lines].join('\n');
}
