// State that lives as long as one request: each room asks for its own, and no room sees another's.

/**
 * Makes a look-up of one value per request or context object, created on first use. `reset` forgets it, which a commit
 * does to loaders so that a later field of the same operation reads what the mutation wrote.
 *
 * The value stands on the object itself, under a symbol. Not in a WeakMap: V8's young collections take the values of an
 * old WeakMap for alive, so that all of a request outlived it, was copied twice and waited for a full collection.
 */
export function perRequest<K extends object, V>(
  create: (key: K) => V,
): { get(key: K): V; reset(key: K): void } {
  const slot = Symbol('perRequest');
  // Optional by type as well: what was reset is not there.
  const holderOf = (key: K): { [slot]?: V | undefined } => key;
  return {
    get: (key) => (holderOf(key)[slot] ??= create(key)),
    reset: (key) => void (holderOf(key)[slot] = undefined),
  };
}
