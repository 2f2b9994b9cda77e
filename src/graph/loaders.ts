// Batched reads of one request: every parent at one place of the operation shares one statement.
import DataLoader from 'dataloader';
import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../access/context.ts';
import { perRequest } from '../core/per-request.ts';

type AnyLoader = DataLoader<string, unknown>;

const loaders = perRequest<Context, Map<string, AnyLoader>>(() => new Map());

/** A commit makes what was loaded old: the fields after it read again. */
export function forgetLoaded(context: Context): void {
  loaders.reset(context);
}

const numbers = new WeakMap<FieldNode, number>();
let lastNumber = 0;

function numberOf(node: FieldNode): number {
  let number = numbers.get(node);
  if (number === undefined) numbers.set(node, (number = lastNumber += 1));
  return number;
}

/**
 * The loader of one place in the operation: the same field nodes have the same arguments and the same selection, so
 * their keys can be read together.
 */
export function loaderAt<V>(
  context: Context,
  info: GraphQLResolveInfo,
  edge: string,
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>,
): DataLoader<string, V | null> {
  const known = loaders.get(context);
  const place = `${edge} ${info.fieldNodes.map(numberOf).join()}`;
  let loader = known.get(place);
  if (!loader) {
    loader = new DataLoader<string, unknown>(
      async (keys) => {
        const values = await read(keys);
        return keys.map((key) => values.get(key) ?? null);
      },
      { maxBatchSize: 1_000 },
    );
    known.set(place, loader);
  }
  return loader as DataLoader<string, V | null>;
}
