// The compiled policy: every coordinate of the schema with its requirement. Building it refuses any schema with a gap.
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { refusalCause, type Requirements } from './rules/boundary.ts';
import { faultyDefaults } from './rules/default-values.ts';
import { rulesOfInputs } from './input-rules.ts';
import { missingRule, PolicyError } from './policy-error.ts';
import { both, implies, open, type Requirement } from './rules/requirement.ts';

/**
 * What features declare. Keys: `Type` (every field, input field or enum value of it), `Type.member`, or
 * `Type.field(argument)`. The most exact key wins; an argument without its own has its field's. An input type without a rule has
 * that of the mutations that take it, when they agree.
 */
export type PolicyDeclaration = Readonly<Record<string, Requirement>>;

export interface Policy extends Requirements {
  /**
   * Fields at which a denial can begin: they, their arguments or a type that their interface stands for ask for more
   * than a caller who reached their type has met. A guard stands at each, and none is needed anywhere else.
   */
  isBoundary(typeName: string, fieldName: string): boolean;
  /** Every coordinate, sorted. */
  readonly coordinates: ReadonlyMap<string, Requirement>;
  /** [type, field, requirement] of every object type's fields: the input of the shield tree. */
  readonly fields: readonly (readonly [string, string, Requirement])[];
  readonly requirements: ReadonlySet<Requirement>;
}

const isIntrospection = (type: GraphQLNamedType) => type.name.startsWith('__');

/** Compiles declarations against a schema. Throws PolicyError when anything is ungated, misspelt or not nullable. */
export function compilePolicy(schema: GraphQLSchema, declarations: readonly PolicyDeclaration[]): Policy {
  return new PolicyCompiler(schema, declarations).compile();
}

class PolicyCompiler {
  private readonly declared = new Map<string, Requirement>();
  private readonly used = new Set<string>();
  private readonly faults: string[] = [];
  private readonly coordinates = new Map<string, Requirement>();
  private readonly fields: (readonly [string, string, Requirement])[] = [];
  private readonly boundaries = new Set<string>();

  constructor(
    private readonly schema: GraphQLSchema,
    declarations: readonly PolicyDeclaration[],
  ) {
    for (const [key, requirement] of declarations.flatMap((declaration) => Object.entries(declaration))) {
      if (this.declared.has(key)) this.faults.push(`"${key}" has two rules: remove one.`);
      // A rule that is undefined, an import cycle's trace, must not open a door.
      if (typeof requirement?.name !== 'string')
        this.faults.push(`The rule of "${key}" is not a requirement.`);
      else this.declared.set(key, requirement);
    }
  }

  compile(): Policy {
    const types = Object.values(this.schema.getTypeMap()).filter((type) => !isIntrospection(type));
    this.deriveInputs();
    for (const type of types) {
      if (isObjectType(type)) for (const field of Object.values(type.getFields())) this.addField(type, field);
      else if (isInputObjectType(type))
        this.addMembers(type.name, Object.keys(type.getFields()), 'input field');
      else if (isEnumType(type))
        this.addEnum(
          type.name,
          type.getValues().map((value) => value.name),
        );
    }
    for (const key of this.declared.keys()) {
      if (!this.used.has(key)) this.faults.push(this.faultOfUnused(key));
    }
    types.filter(isObjectType).forEach((type) => this.addBoundaries(type));
    if (this.faults.length > 0) throw new PolicyError(this.faults);
    return this.policy();
  }

  private deriveInputs(): void {
    for (const [name, rule] of rulesOfInputs(this.schema, (key) => this.declared.get(key))) {
      if (!this.declared.has(name)) this.declared.set(name, rule);
    }
  }

  private find(...keys: string[]): Requirement | undefined {
    for (const key of keys) {
      const requirement = this.declared.get(key);
      if (requirement) {
        this.markUsed(key);
        return requirement;
      }
    }
    return undefined;
  }

  /** A rule on an interface would hold only for selections through the interface; all others would bypass it. */
  private faultOfUnused(key: string): string {
    const [typeName = ''] = key.split(/[.(]/);
    return isAbstractType(this.schema.getType(typeName))
      ? `"${key}" has a rule, but ${typeName} is abstract: put the rule on each type that it stands for.`
      : `"${key}" has a rule, but the schema has no such coordinate: check the spelling.`;
  }

  private markUsed(key: string): void {
    this.used.add(key);
  }

  private ofType(typeName: string): Requirement {
    return this.declared.get(typeName) ?? open;
  }

  private addField(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): void {
    const coordinate = `${type.name}.${field.name}`;
    const exact = this.find(coordinate);
    if (!exact && !this.find(type.name)) {
      this.faults.push(missingRule(type.name, field.name, 'field'));
      return;
    }
    this.markUsed(type.name);
    const target = getNamedType(field.type);
    const requirement = this.fieldRequirement(type.name, exact, target.name);
    this.checkAbstract(field, coordinate, target);
    this.fields.push([type.name, field.name, requirement]);
    this.coordinates.set(coordinate, requirement);
    for (const argument of field.args) {
      const name = `${coordinate}(${argument.name})`;
      const asked = this.find(name);
      this.coordinates.set(name, asked ? both(requirement, asked) : requirement);
    }
  }

  /**
   * Edge guard: a caller who may read a field has met what its type asks, whatever path led there. So an edge asks for
   * the type it leads to, a leaf for the type it stands on, and an exact rule comes on top.
   */
  private fieldRequirement(
    typeName: string,
    exact: Requirement | undefined,
    targetName: string,
  ): Requirement {
    const target = this.ofType(targetName);
    if (exact) return both(exact, target);
    const type = this.ofType(typeName);
    return implies(type, target) ? type : target;
  }

  /** After every coordinate is known: which fields need a guard. A refusal there is shown as null. */
  private addBoundaries(type: GraphQLObjectType): void {
    const known = this.requirements((coordinate) => this.coordinates.get(coordinate) ?? open);
    for (const field of Object.values(type.getFields())) {
      this.defaultFaults(known, type.name, field);
      const cause = refusalCause(this.schema, known, type.name, field);
      if (cause === null) continue;
      const coordinate = `${type.name}.${field.name}`;
      this.boundaries.add(coordinate);
      if (!isNonNullType(field.type)) continue;
      this.faults.push(
        `${coordinate} ${cause} and is not nullable: a refusal could not be shown as null. Declare it { nullable: true }.`,
      );
    }
  }

  private defaultFaults(known: Requirements, typeName: string, field: GraphQLField<unknown, unknown>): void {
    const isNew = (fault: string) => !this.faults.includes(fault);
    this.faults.push(...faultyDefaults(known, typeName, field).filter(isNew));
  }

  /** An interface is decided for each concrete type, so its field must say which types an argument allows. */
  private checkAbstract(
    field: GraphQLField<unknown, unknown>,
    coordinate: string,
    target: GraphQLNamedType,
  ): void {
    if (!isAbstractType(target)) return;
    if (isListType(getNullableType(field.type))) {
      this.faults.push(
        `${coordinate} leads to a list of the abstract type ${target.name}: its arguments cannot tell the type of each item, so access could not be decided before it runs. Make it a list of one object type.`,
      );
    }
    if (typeof field.extensions['concreteTypeOf'] === 'function') return;
    this.faults.push(
      `${coordinate} leads to the abstract type ${target.name}: give the field the extension "concreteTypeOf", so that access is decided before it runs.`,
    );
  }

  private addMembers(typeName: string, members: readonly string[], what: string): void {
    this.markUsed(typeName);
    for (const member of members) {
      const coordinate = `${typeName}.${member}`;
      const requirement = this.find(coordinate, typeName);
      if (requirement) this.coordinates.set(coordinate, requirement);
      else this.faults.push(missingRule(typeName, member, what));
    }
  }

  /** Values of an enum reveal nothing by themselves: without a rule of their own they are open. */
  private addEnum(typeName: string, values: readonly string[]): void {
    this.markUsed(typeName);
    for (const value of values) {
      const coordinate = `${typeName}.${value}`;
      this.coordinates.set(coordinate, this.find(coordinate, typeName) ?? open);
    }
  }

  private requirements(get: (coordinate: string) => Requirement): Requirements {
    return {
      ofField: (typeName, fieldName) => get(`${typeName}.${fieldName}`),
      ofArgument: (typeName, fieldName, argument) => get(`${typeName}.${fieldName}(${argument})`),
      ofMember: (typeName, member) => get(`${typeName}.${member}`),
      ofType: (typeName) => this.ofType(typeName),
    };
  }

  private policy(): Policy {
    const { coordinates, boundaries } = this;
    const get = (coordinate: string): Requirement => {
      const requirement = coordinates.get(coordinate);
      if (!requirement) throw new Error(`No rule for ${coordinate}.`);
      return requirement;
    };
    const sorted = new Map([...coordinates].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      ...this.requirements(get),
      isBoundary: (typeName, fieldName) => boundaries.has(`${typeName}.${fieldName}`),
      coordinates: sorted,
      fields: this.fields,
      // `open` is what a type without a rule of its own asks.
      requirements: new Set([open, ...coordinates.values(), ...this.declared.values()]),
    };
  }
}
