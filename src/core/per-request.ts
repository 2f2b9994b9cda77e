// State that lives as long as one request, kept off the context object: each room asks for its own.

/**
 * Makes a look-up of one value per context object, created on first use. `reset` forgets it, which a commit does to
 * loaders so that a later field of the same operation reads what the mutation wrote.
 */
export function perRequest<K extends object, V>(
  create: (key: K) => V,
): { get(key: K): V; reset(key: K): void } {
  const values = new WeakMap<K, V>();
  return {
    get(key) {
      let value = values.get(key);
      if (value === undefined) {
        value = create(key);
        values.set(key, value);
      }
      return value;
    },
    reset: (key) => void values.delete(key),
  };
}
