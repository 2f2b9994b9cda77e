// Relay's Node: anything with an id, found by the id alone. The id's prefix says the type, so access is decided before a row is read.
import { GraphQLID } from 'graphql';
import { Arg, Extensions, Field, InterfaceType, Query, Resolver } from 'type-graphql';
import type { Context } from '../access/context.ts';
import { authenticated } from '../access/policy/index.ts';
import { prefixOf } from '../core/ids.ts';
import type { Feature } from './feature.ts';
import { declareField } from './derived-field.ts';
import type { FieldPosition } from './batching/loaders.ts';
import { nameType } from './noted-records.ts';
import { readOne, type Resource } from './resource.ts';

@InterfaceType({
  description: 'Anything with an id of its own.',
})
export abstract class Node {
  @Field(() => GraphQLID, { description: 'Stable, time-ordered, with a prefix that tells the type.' })
  id!: string;
}

/** `Query.node` over the resources whose type is a Node. */
export function nodeFeature(resources: readonly Resource[]): Feature {
  const byPrefix = new Map(resources.map((resource) => [resource.prefix, resource]));
  for (const resource of resources) nameType(resource.prefix, resource.name);
  const resourceOf = (id: unknown) => (typeof id === 'string' ? byPrefix.get(prefixOf(id) ?? '') : undefined);
  class NodeQueries {}
  const prototype = NodeQueries.prototype as object;
  declareField(prototype, 'node', {
    field: Query(() => Node, {
      nullable: true,
      description: 'Whatever has this id, or null. Needs the scope of its type.',
    }),
    args: Arg('id', () => GraphQLID),
    resolve(_root, { id }: { id: string }, context: Context, place: FieldPosition) {
      const resource = resourceOf(id);
      return resource ? readOne(resource, id, context, place) : null;
    },
  });
  const concreteTypeOf = ({ id }: Readonly<Record<string, unknown>>) => resourceOf(id)?.name ?? null;
  Extensions({ concreteTypeOf })(prototype, 'node', Object.getOwnPropertyDescriptor(prototype, 'node')!);
  Resolver()(NodeQueries);
  return {
    name: 'node',
    tables: [],
    scopes: [],
    resources: [],
    resolvers: [NodeQueries],
    policy: { 'Query.node': authenticated },
  };
}
