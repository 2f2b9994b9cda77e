// What the values of an argument ask for: input fields and enum values may have rules of their own.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  Kind,
  type GraphQLInputType,
  type GraphQLNamedType,
  type ValueNode,
} from 'graphql';
import { asksForMore, type Requirements } from './boundary.ts';
import { implies, type Requirement } from './requirement.ts';

/** The part of a policy that is used here. */
type Policy = Pick<Requirements, 'ofMember'>;

export interface Demand {
  readonly coordinate: string;
  readonly requirement: Requirement;
  /** The value was given by this variable: without a value of its own it was not given at all. */
  readonly variable?: string;
}

/** A variable whose value has to be looked at, because its type holds members that ask for more than the field. */
export interface VariableInput {
  readonly variable: string;
  readonly type: GraphQLInputType;
  readonly given: Requirement;
}

interface InputDemands {
  readonly demands: Demand[];
  readonly variableInputs: VariableInput[];
}

/** The demand of something that got this value: bound to the variable, when the value is one. */
export function demandOf(coordinate: string, requirement: Requirement, value: ValueNode): Demand {
  return value.kind === Kind.VARIABLE
    ? { coordinate, requirement, variable: value.name.value }
    : { coordinate, requirement };
}

/** The members named in a literal, and the variables to look into. */
export function inputDemands(
  policy: Policy,
  type: GraphQLInputType,
  value: ValueNode,
  given: Requirement,
): InputDemands {
  const found: InputDemands = { demands: [], variableInputs: [] };
  if (!asksForMore(policy, getNamedType(type), given)) return found;
  collectLiteral(policy, type, value, given, found);
  return found;
}

function collectLiteral(
  policy: Policy,
  type: GraphQLInputType,
  value: ValueNode,
  given: Requirement,
  found: InputDemands,
): void {
  const named = getNamedType(type);
  if (value.kind === Kind.VARIABLE) found.variableInputs.push({ variable: value.name.value, type, given });
  else if (value.kind === Kind.LIST)
    value.values.forEach((item) => collectLiteral(policy, type, item, given, found));
  else if (value.kind === Kind.ENUM && isEnumType(named))
    demandMember(policy, named.name, value.value, given, found.demands);
  else if (value.kind === Kind.OBJECT && isInputObjectType(named)) {
    for (const { name, value: inner } of value.fields) {
      const field = named.getFields()[name.value];
      if (!field) continue;
      const requirement = policy.ofMember(named.name, field.name);
      const coordinate = `${named.name}.${field.name}`;
      if (!implies(given, requirement)) found.demands.push(demandOf(coordinate, requirement, inner));
      collectLiteral(policy, field.type, inner, given, found);
    }
  }
}

function demandMember(
  policy: Policy,
  typeName: string,
  member: string,
  given: Requirement,
  demands: Demand[],
): void {
  const requirement = policy.ofMember(typeName, member);
  if (!implies(given, requirement)) demands.push({ coordinate: `${typeName}.${member}`, requirement });
}

/** The members named in a variable's value, before coercion: anything that does not fit the type is left to execution. */
export function valueDemands(policy: Policy, { type, given }: VariableInput, value: unknown): Demand[] {
  const demands: Demand[] = [];
  collectValue(policy, getNamedType(type), value, given, demands);
  return demands;
}

function collectValue(
  policy: Policy,
  type: GraphQLNamedType,
  value: unknown,
  given: Requirement,
  demands: Demand[],
): void {
  if (Array.isArray(value)) for (const item of value) collectValue(policy, type, item, given, demands);
  else if (isEnumType(type) && typeof value === 'string' && type.getValue(value)) {
    demandMember(policy, type.name, value, given, demands);
  } else if (isInputObjectType(type) && typeof value === 'object' && value !== null) {
    const fields = type.getFields();
    for (const [name, inner] of Object.entries(value)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!field) continue;
      demandMember(policy, type.name, name, given, demands);
      collectValue(policy, getNamedType(field.type), inner, given, demands);
    }
  }
}
