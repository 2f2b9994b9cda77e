// The guards that remain at run time: at each boundary field, one look at the decision. A denied field is null and its
// resolver does not run; the error was written once, by the decision, and not once per row.
import {
  defaultFieldResolver,
  defaultTypeResolver,
  getNamedType,
  isAbstractType,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import type { Decision } from './decide.ts';
import type { Policy } from './policy.ts';

/** A context that carries the operation's decision. Absent = the gate was not passed, and nothing may run. */
export interface GuardedContext {
  decision?: Decision;
}

/** Response names from the root, with `@` for each list index: the form of a planned field's pathKey. */
function pathKeyOf(path: GraphQLResolveInfo['path']): string {
  const names: string[] = [];
  for (let step: typeof path | undefined = path; step; step = step.prev) {
    names.push(typeof step.key === 'number' ? '@' : step.key);
  }
  return names.reverse().join('.');
}

/**
 * Whether the path has these names. Each row asks: written out to be compared, a Dashboard with half of it denied took 1.04
 * times the CPU (November 2026). A document has 30 aliases at most, so that a field is closed in few places.
 */
function isAt(path: GraphQLResolveInfo['path'], names: readonly string[]): boolean {
  let left = names.length;
  for (let step: typeof path | undefined = path; step; step = step.prev) {
    left -= 1;
    if ((typeof step.key === 'number' ? '@' : step.key) !== names[left]) return false;
  }
  return left === 0;
}

/** Whether the decision closes a field at this place. Throws when there is no decision. */
export function isDenied(
  context: GuardedContext,
  coordinate: string,
  { path }: Pick<GraphQLResolveInfo, 'path'>,
): boolean {
  if (!context.decision) throw new Error(`${coordinate} was about to run without an access decision.`);
  const { deniedPaths } = context.decision;
  if (deniedPaths === null) return false;
  return deniedPaths.get(coordinate)?.some((names) => isAt(path, names)) ?? false;
}

function hasGuard(schema: GraphQLSchema, policy: Policy, typeName: string, fieldName: string): boolean {
  const roots = [schema.getQueryType()?.name, schema.getMutationType()?.name];
  return roots.includes(typeName) || policy.isBoundary(typeName, fieldName);
}

/** A refusal that no guard would carry out must not reach execution. Throws on a defect of the policy; never otherwise. */
export function assertEnforceable(schema: GraphQLSchema, policy: Policy, { denials }: Decision): void {
  for (const { field } of denials) {
    const [typeName = '', fieldName = ''] = field.split('.');
    if (!hasGuard(schema, policy, typeName, fieldName))
      throw new Error(`${field} is denied and not guarded.`);
  }
}

type Resolve = GraphQLFieldResolver<unknown, GuardedContext>;

/**
 * What was decided about a type holds for rows of that type alone: a row of another is a defect, and is not shown. Throws
 * in its place, so that the field is null and the log has the reason.
 */
function asTold(coordinate: string, type: GraphQLAbstractType, resolve: Resolve): Resolve {
  return async (source, args, context, info) => {
    const row = (await resolve(source, args, context, info)) as unknown;
    if (row === null || row === undefined || row instanceof Error) return row;
    const found = await (type.resolveType ?? defaultTypeResolver)(row, context, info, type);
    const told = context.decision?.toldTypes?.get(pathKeyOf(info.path));
    if (told !== undefined && found === told) return row;
    throw new Error(
      `${coordinate} leads to ${String(found)}, but access was decided for ${told ?? 'no type'}.`,
    );
  };
}

/**
 * Puts a guard before the resolver of each boundary field and of each root field, and one behind each that leads to an
 * interface. Changes the schema it is given.
 */
export function guardBoundaries(schema: GraphQLSchema, policy: Policy): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      const target = getNamedType(field.type);
      if (isAbstractType(target))
        field.resolve = asTold(coordinate, target, field.resolve ?? defaultFieldResolver);
      if (!hasGuard(schema, policy, type.name, field.name)) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: GuardedContext, info) =>
        isDenied(context, coordinate, info) ? null : (resolve(source, args, context, info) as unknown);
    }
  }
}
