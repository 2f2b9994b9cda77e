// Which headers of the door an answer of a surface keeps.

/** Those that say something about the request, and not about the form of its answer. */
export function keptHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !/^(content-|cache-control$)/.test(name)));
}
