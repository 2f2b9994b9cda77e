// Batched reads of one request: every parent at one place of the operation shares one statement.
import DataLoader from 'dataloader';
import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../access/context.ts';
import { perRequest } from '../../core/per-request.ts';
import { clearCachedRows } from './request-row-cache.ts';

/** Where a field stands in its operation: what reading needs of graphql-js's resolve info. */
export type FieldPosition = Pick<
  GraphQLResolveInfo,
  'fieldNodes' | 'fragments' | 'path' | 'schema' | 'variableValues'
>;

/** Keys of one statement. */
export const maxBatchSize = 1_000;

export type Read<V> = (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/** The values of one place, by key. */
export class PositionLoader<V> {
  private readonly batches: DataLoader<string, V | null>;
  private readonly known = new Map<string, V | null>();

  constructor(private readonly read: Read<V>) {
    const readBatch = async (keys: readonly string[]) => {
      const values = await read(keys);
      return keys.map((key) => values.get(key) ?? null);
    };
    this.batches = new DataLoader(readBatch, { maxBatchSize });
  }

  /** At once what was read ahead; otherwise with whatever else is asked for in the same moment. */
  load(key: string): V | null | Promise<V | null> {
    const value = this.known.get(key);
    return value === undefined ? this.batches.load(key) : value;
  }

  /** Reads what will be asked for, with the loader's own statement or another. Never rejects: a failure waits for load. */
  async readAhead(keys: readonly string[], read: Read<V> = this.read): Promise<void> {
    const wanted = [...new Set(keys)];
    try {
      for (let start = 0; start < wanted.length; start += maxBatchSize) {
        const batch = wanted.slice(start, start + maxBatchSize);
        const values = await read(batch);
        for (const key of batch) this.known.set(key, values.get(key) ?? null);
      }
    } catch (error) {
      for (const key of wanted) this.batches.prime(key, error as Error);
    }
  }
}

type Loaders = Map<FieldNode | string, PositionLoader<unknown>>;

const loaders = perRequest<Context, Map<string, Loaders>>(() => new Map());

/** Forgets what was loaded, after a commit: the fields after it read again. */
export function forgetLoaded(context: Context): void {
  loaders.reset(context);
  clearCachedRows(context);
}

const numbers = new WeakMap<FieldNode, number>();
let lastNumber = 0;

function numberOf(node: FieldNode): number {
  let number = numbers.get(node);
  if (number === undefined) numbers.set(node, (number = lastNumber += 1));
  return number;
}

/**
 * The loader of an edge at one place in the operation: the same field nodes have the same arguments and the same
 * selection, so their keys can be read together.
 */
export function loaderAt<V>(
  context: Context,
  { fieldNodes }: FieldPosition,
  edge: string,
  read: Read<V>,
): PositionLoader<V> {
  const place = fieldNodes.length === 1 ? fieldNodes[0]! : fieldNodes.map(numberOf).join();
  return loaderFor(context, place, edge, read);
}

/** The loader of values that are the same at every place of the operation. */
export function loaderAnywhere<V>(context: Context, what: string, read: Read<V>): PositionLoader<V> {
  return loaderFor(context, 'anywhere', what, read);
}

function loaderFor<V>(
  context: Context,
  place: FieldNode | string,
  edge: string,
  read: Read<V>,
): PositionLoader<V> {
  const ofRequest = loaders.get(context);
  let ofEdge = ofRequest.get(edge);
  if (!ofEdge) ofRequest.set(edge, (ofEdge = new Map()));
  let loader = ofEdge.get(place) as PositionLoader<V> | undefined;
  if (!loader) ofEdge.set(place, (loader = new PositionLoader<V>(read)));
  return loader;
}
