// Holds what waits for it until a test says so.

/** A promise and the function that fulfils it. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  const { promise, resolve } = withResolvers();
  return { passed: promise, open: resolve };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}
