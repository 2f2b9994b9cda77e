// graphql-shield around the root fields, at run time. The decision and its guards have refused what is denied before a field
// comes here; this is a second look, which knows no plan and no decision: a root field that has no rule, or whose rule the
// caller does not meet, does not run. Deeper boundaries are held by the guards alone (guard.ts): around every field shield
// would take a quarter of the throughput.
import type { GraphQLFieldResolver, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { defaultFieldResolver } from 'graphql';
import type { Policy } from './policy.ts';
import { shieldOf, shieldTree, type RuleContext } from './rules.ts';

type Resolve = GraphQLFieldResolver<unknown, RuleContext>;
type Middleware = (
  resolve: Resolve,
  parent: unknown,
  args: Record<string, unknown>,
  context: RuleContext,
  info: GraphQLResolveInfo,
) => Promise<unknown>;

/** Shield gives its own rules, such as `deny`, with the fragments that they ask for: none. */
type Generated = Readonly<Record<string, Record<string, Middleware | { readonly resolve: Middleware }>>>;

/** Changes the schema it is given. Put the guards around it: they answer a denied field with null, this with a defect. */
export function shieldRoots(schema: GraphQLSchema, fields: Policy['fields']): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const names = new Set(roots.map((type) => type?.name));
  const tree = shieldTree(fields.filter(([typeName]) => names.has(typeName)));
  const middleware = shieldOf(tree).generate(schema) as Generated;
  for (const type of roots) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const resolve = (field.resolve ?? defaultFieldResolver) as Resolve;
      const made = middleware[type!.name]?.[field.name];
      if (!made) throw new Error(`graphql-shield has nothing for ${type!.name}.${field.name}.`);
      const shielded = typeof made === 'function' ? made : made.resolve;
      field.resolve = (parent, args, context: RuleContext, info) =>
        shielded(resolve, parent, args as Record<string, unknown>, context, info);
    }
  }
}
