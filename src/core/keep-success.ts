// Values that are made once, on first use.

/**
 * A function that calls `make` once and gives everybody its result. A failure is given to those who wait for it and is not
 * kept: the next call tries again.
 */
export function keepSuccess<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
