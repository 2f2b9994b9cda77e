// buildSchema(features) -> policy -> guards: from manifests to the one schema that is served.
import { assertValidSchema, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { buildSchema, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import {
  compilePolicy,
  guardBoundaries,
  shieldRoots,
  type Policy,
  type PolicyDeclaration,
} from '../access/policy/index.ts';
import type { ScopeCatalogue } from '../access/scope-catalogue.ts';
import type { Feature } from '../resources/feature.ts';
import { noteRunningMutations } from '../resources/idempotency.ts';
import { typeNameOf } from '../resources/noted-records.ts';
import { sharedPolicy } from '../resources/shared-policy.ts';
import { limitTexts } from '../resources/inputs/text-limits.ts';
import { describeCommon } from './schema/common-descriptions.ts';
import { describeNulls, describeRequirements, describeScopes, withDirectives } from './schema/describe.ts';

export interface AssembledSchema {
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
}

/**
 * Schema and policy without any enforcement: what the oracle in the tests puts graphql-shield over. Serve only what
 * assembleSchema() returns. Throws PolicyError when a field, argument or input field has no rule, or a rule has no field.
 */
export async function assembleUnguarded(features: readonly Feature[]): Promise<AssembledSchema> {
  readInPlace();
  const built = await buildSchema({
    resolvers: features.flatMap((feature) => [...feature.resolvers]) as unknown as NonEmptyArray<
      new () => object
    >,
    // Values are checked by the services, which answer with user errors.
    validate: false,
    orphanedTypes: [],
    // By running an introspection query, 40 ms at every start: what is served is validated right below.
    skipCheck: true,
  });
  const schema = withDirectives(built);
  assertValidSchema(schema);
  limitTexts(schema);
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
  shieldRoots(schema, policy.fields);
  guardBoundaries(schema, policy);
  describeCommon(schema);
  describeRequirements(schema, policy);
  describeNulls(schema);
  describeScopes(schema, catalogue);
  return { schema, policy };
}

/**
 * A field without a resolver of its own is read from its object as graphql-js does it. type-graphql would put a function
 * before each, which compiled execution has to call for each value of each row: measured in November 2026, a Dashboard
 * takes 0.87 of the CPU without them.
 */
function readInPlace(): void {
  for (const type of getMetadataStorage().objectTypes) type.simpleResolvers ??= true;
}

/**
 * type-graphql copies the arguments of each call into classes; derived fields take them as graphql-js read them. What
 * is behind an interface tells its type by its id.
 */
function resolveDirectly(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    // type-graphql's own is a promise always: compiled execution does not wait for it.
    if (isInterfaceType(type)) type.resolveType = typeNameOf;
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const direct = field.extensions['resolveDirectly'];
      if (typeof direct === 'function') field.resolve = direct as typeof field.resolve & {};
    }
  }
}
