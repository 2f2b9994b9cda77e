// Which operations manage a workspace and nothing else. They have a budget of their own (rate-limit/buckets.ts), so that an
// owner can switch a key off that has used up the workspace's.
import {
  getNamedType,
  getOperationAST,
  isAbstractType,
  isObjectType,
  type DocumentNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { costOfCalling } from './limits/field-cost.ts';
import type { Policy } from './policy.ts';
import { missingScopes, roleScopes, type Requirement } from './rules/requirement.ts';
import { rootFieldNames, rootTypes } from './root-fields.ts';

const ofRoles = new Set(roleScopes.OWNER);

/** The requirements of an operation's management fields; null = it does not manage, or not only. */
export type ManagementCheck = (document: DocumentNode, operationName: string | null) => Requirements | null;
type Requirements = readonly Requirement[];

/** Every way to meet it takes a scope that comes with a role. */
export function needsRole({ anyOf }: Requirement): boolean {
  return anyOf.every((all) => all.some((scope) => ofRoles.has(scope)));
}

function needsDataScope({ anyOf }: Requirement): boolean {
  return anyOf.some((all) => all.some((scope) => !ofRoles.has(scope)));
}

function needsNoScope({ anyOf }: Requirement): boolean {
  return anyOf.some((all) => all.length === 0);
}

/** Finds the types from which a path leads to what a data scope guards. */
class DataSearch {
  private readonly seen = new Set<GraphQLNamedType>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly policy: Policy,
  ) {}

  isReachedFrom(type: GraphQLNamedType): boolean {
    if (this.seen.has(type)) return false;
    this.seen.add(type);
    if (isAbstractType(type))
      return this.schema.getPossibleTypes(type).some((possible) => this.isReachedFrom(possible));
    if (!isObjectType(type)) return false;
    if (needsDataScope(this.policy.ofType(type.name))) return true;
    return Object.values(type.getFields()).some(
      (field) =>
        needsDataScope(this.policy.ofField(type.name, field.name)) ||
        this.isReachedFrom(getNamedType(field.type)),
    );
  }
}

type RootField = GraphQLField<unknown, unknown>;

/** `Type.field` of the root -> what it asks. */
interface RootFields {
  readonly managing: ReadonlyMap<string, Requirement>;
  /** May stand beside them: who the caller is, how much is left. Nothing that computes, writes or leads to data. */
  readonly neutral: ReadonlySet<string>;
}

export function rootFieldsOf(schema: GraphQLSchema, policy: Policy): RootFields {
  const managing = new Map<string, Requirement>();
  const neutral = new Set<string>(['Query.__typename', 'Mutation.__typename']);
  const mutation = schema.getMutationType();
  const add = (typeName: string, field: RootField, isMutation: boolean) => {
    const coordinate = `${typeName}.${field.name}`;
    const requirement = policy.ofField(typeName, field.name);
    if (new DataSearch(schema, policy).isReachedFrom(getNamedType(field.type))) return;
    if (needsRole(requirement)) managing.set(coordinate, requirement);
    else if (needsNoScope(requirement) && costOfCalling(field, isMutation) === null) neutral.add(coordinate);
  };
  for (const type of [schema.getQueryType(), mutation]) {
    for (const field of Object.values(type?.getFields() ?? {})) add(type!.name, field, type === mutation);
  }
  return { managing, neutral };
}

/** For documents that were parsed and not validated yet. */
export function createManagementCheck(schema: GraphQLSchema, policy: Policy): ManagementCheck {
  const { managing, neutral } = rootFieldsOf(schema, policy);
  return (document, operationName) => {
    const operation = getOperationAST(document, operationName);
    const names = operation && rootFieldNames(document, operation.selectionSet);
    if (!names) return null;
    const requirements: Requirement[] = [];
    for (const name of names) {
      const coordinate = `${rootTypes[operation.operation]}.${name}`;
      const requirement = managing.get(coordinate);
      if (requirement) requirements.push(requirement);
      else if (!neutral.has(coordinate)) return null;
    }
    return requirements.length === 0 ? null : requirements;
  };
}

/**
 * Whether a holder of these scopes may run the whole operation. A denied operation does not draw on the budget of
 * management.
 */
export function mayManage(requirements: Requirements | null, scopes: ReadonlySet<string>): boolean {
  return requirements?.every((requirement) => missingScopes(requirement, scopes).length === 0) ?? false;
}
