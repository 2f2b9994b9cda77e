// What there is to walk, read from the schema alone: the steps from a type to the types below it, and the paths that they
// make from the root. A new field is a new step without being asked.
import * as gql from 'graphql';
import { countIdsOf } from '../id-places.ts';

/** Fields below the root; the server answers no more than ten names deep. */
export const deepest = 5;
const maxDepth = 10;

export interface Step {
  readonly owner: gql.GraphQLObjectType;
  readonly field: gql.GraphQLField<unknown, unknown>;
  /** The type of its rows: of a connection those of its pages, of an interface one of its types. */
  readonly target: gql.GraphQLObjectType;
  readonly kind: 'one' | 'list' | 'node';
  /** As literals, by name: without them the field cannot be asked. */
  readonly required: Readonly<Record<string, string>>;
}
export type Path = readonly Step[];

export const isRequired = ({ type, defaultValue }: Pick<gql.GraphQLArgument, 'type' | 'defaultValue'>) =>
  gql.isNonNullType(type) && defaultValue === undefined;

/** A literal for a required argument of a step, or null when there is none: then nothing leads through the field. */
export type Literal = (argument: gql.GraphQLArgument, target: gql.GraphQLObjectType) => string | null;

export class Walk {
  constructor(
    private readonly schema: gql.GraphQLSchema,
    private readonly literal: Literal,
  ) {}

  /** The object types that a type leads to. */
  stepsFrom(owner: gql.GraphQLObjectType): Step[] {
    return Object.values(owner.getFields()).flatMap((field): Step[] => {
      const named = gql.getNamedType(field.type);
      if (gql.isLeafType(named)) return [];
      const isList = named.name.endsWith('Connection');
      const rows = isList
        ? [gql.getNamedType((named as gql.GraphQLObjectType).getFields()['nodes']!.type)]
        : gql.isAbstractType(named)
          ? this.schema.getPossibleTypes(named)
          : [named];
      const kind = isList ? 'list' : gql.isAbstractType(named) ? 'node' : 'one';
      return (rows as gql.GraphQLObjectType[]).flatMap((target) => {
        const required = this.required(field, target);
        return required ? [{ owner, field, target, kind, required }] : [];
      });
    });
  }

  rootSteps(): Step[] {
    return this.stepsFrom(this.schema.getQueryType()!);
  }

  /** Every way from these steps down to `deepest` fields. */
  pathsFrom(steps: readonly Step[]): Path[] {
    const below = (path: Path) => (path.length < deepest ? this.stepsFrom(path.at(-1)!.target) : []);
    const extend = (path: Path): Path[] => [path, ...below(path).flatMap((step) => extend([...path, step]))];
    return steps.flatMap((step) => extend([step]));
  }

  private required(field: Step['field'], target: Step['target']): Record<string, string> | null {
    const literals = field.args
      .filter(isRequired)
      .map((argument) => [argument.name, this.literal(argument, target)] as const);
    if (literals.some(([, literal]) => literal === null)) return null;
    return Object.fromEntries(literals) as Record<string, string>;
  }
}

/** Names that stand above the rows of the last step. */
const depthOf = (path: Path) => path.reduce((sum, { kind }) => sum + (kind === 'list' ? 2 : 1), 0);

/** False where the server refuses to answer: one more name would be too deep. */
export const hasValues = (path: Path) => depthOf(path) < maxDepth;

export function leavesOf(type: gql.GraphQLObjectType): string {
  const fields = Object.values(type.getFields()).filter(
    (field) => gql.isLeafType(gql.getNamedType(field.type)) && !field.args.some(isRequired),
  );
  return ['__typename', ...fields.map((field) => field.name)].join(' ');
}

/**
 * Ids that the fields at and below a type take, down to `left` fields: counted from the types, not from the paths, and
 * also where no path leads, so that a field which cannot be walked is missed.
 */
export function countIdsBelow(schema: gql.GraphQLSchema, type: gql.GraphQLNamedType, left: number): number {
  if (left === 0 || gql.isLeafType(type)) return 0;
  if (gql.isAbstractType(type)) {
    return schema.getPossibleTypes(type).reduce((sum, one) => sum + countIdsBelow(schema, one, left), 0);
  }
  const fields = Object.values((type as gql.GraphQLObjectType).getFields());
  return fields.reduce(
    (sum, field) => sum + countIdsOf(field) + countIdsBelow(schema, rowsOf(field), left - 1),
    0,
  );
}

/** Through `edges { node }`, where the walk goes through `nodes`. */
function rowsOf(field: gql.GraphQLField<unknown, unknown>): gql.GraphQLNamedType {
  const named = gql.getNamedType(field.type);
  if (!gql.isObjectType(named) || !('edges' in named.getFields())) return named;
  const edge = gql.getNamedType(named.getFields()['edges']!.type) as gql.GraphQLObjectType;
  return gql.getNamedType(edge.getFields()['node']!.type);
}
