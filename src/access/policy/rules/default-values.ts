// Finds default values of the schema that use something with a rule of its own. A default is used without being sent,
// so nobody would be asked for its scope.
import {
  astFromValue,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
} from 'graphql';
import type { Requirements } from './boundary.ts';
import { inputDemands } from './input-demands.ts';
import { both, implies, type Requirement } from './requirement.ts';

/** Where a default stands: an argument or an input field. */
interface DefaultPosition {
  readonly coordinate: string;
  readonly type: GraphQLInputType;
  readonly defaultValue: unknown;
  /** What it asks of who gives it. */
  readonly asked: Requirement;
}

class DefaultFinder {
  readonly faults = new Set<string>();
  private readonly seen = new Set<string>();

  constructor(private readonly requirements: Requirements) {}

  /** `given`: what everybody has met who leaves the value out. */
  check({ coordinate, type, defaultValue, asked }: DefaultPosition, given: Requirement): void {
    if (defaultValue !== undefined) {
      const advice = 'it would be used without being asked for. Remove the default, or the rule.';
      if (!implies(given, asked))
        this.faults.add(`${coordinate} needs "${asked.name}" and has a default value: ${advice}`);
      const literal = astFromValue(defaultValue, type);
      const used = literal ? inputDemands(this.requirements, type, literal, both(given, asked)).demands : [];
      for (const demand of used)
        this.faults.add(
          `The default value of ${coordinate} uses ${demand.coordinate}, which needs "${demand.requirement.name}": ${advice}`,
        );
    }
    this.enter(getNamedType(type), both(given, asked));
  }

  /** An input type, as it is reached by those who have met `given`. */
  private enter(type: GraphQLNamedType, given: Requirement): void {
    const key = `${type.name} ${given.name}`;
    if (!isInputObjectType(type) || this.seen.has(key)) return;
    this.seen.add(key);
    const met = this.metByAll(type, given);
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      const asked = this.requirements.ofMember(type.name, field.name);
      this.check({ coordinate, type: field.type, defaultValue: field.defaultValue, asked }, met);
    }
  }

  /** A caller who sends an object of this type sends its required fields, and needs what they ask. */
  private metByAll(type: GraphQLInputObjectType, given: Requirement): Requirement {
    const isRequired = (field: GraphQLInputField) =>
      isNonNullType(field.type) && field.defaultValue === undefined;
    const required = Object.values(type.getFields()).filter(isRequired);
    return required.reduce((met, { name }) => both(met, this.requirements.ofMember(type.name, name)), given);
  }
}

/** Defaults at and below the arguments of a field that ask for more than the field does. Sentences; none = []. */
export function faultyDefaults(
  requirements: Requirements,
  typeName: string,
  field: GraphQLField<unknown, unknown>,
): string[] {
  const finder = new DefaultFinder(requirements);
  const given = requirements.ofField(typeName, field.name);
  for (const { name, type, defaultValue } of field.args) {
    const asked = requirements.ofArgument(typeName, field.name, name);
    finder.check({ coordinate: `${typeName}.${field.name}(${name})`, type, defaultValue, asked }, given);
  }
  return [...finder.faults];
}
