// Finds a name that stands twice in one object of JSON. JSON.parse takes the last one without a word, other parsers the first:
// two programs that read the same body would do different things.

/** A string, or one of the characters that begin and end objects and lists. The rest of JSON does not matter here. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

/**
 * The first name that an object has twice, or null. `text` is JSON, which JSON.parse has found: where a text does not end, each of
 * its escaped quotes would be tried as the beginning of another one, a freeze of 12 s for 256 KB.
 */
export function findRepeatedName(text: string): string | null {
  /** Names of each object that is open, null for a list. */
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (const [part] of text.matchAll(token)) {
    if (part === '{') open.push(new Set());
    else if (part === '[') open.push(null);
    else if (part === '}' || part === ']') open.pop();
    else if (part === ':') {
      const names = open.at(-1);
      // Escapes are undone: "\u0061" and "a" are the same name.
      const name = JSON.parse(last) as string;
      if (names?.has(name)) return name;
      names?.add(name);
    }
    last = part;
  }
  return null;
}
