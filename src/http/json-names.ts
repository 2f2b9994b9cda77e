// Finds a name that stands twice in one object of JSON. JSON.parse takes the last one without a word, other parsers the first:
// two programs that read the same body would do different things.

/** A string, or one of the characters that begin and end objects and lists. The rest of JSON does not matter here. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

/** The first name that an object has twice, or null. What is no JSON is told by JSON.parse. */
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
      const name = nameIn(last);
      if (names?.has(name)) return name;
      names?.add(name);
    }
    last = part;
  }
  return null;
}

/** Escapes are undone: "\u0061" and "a" are the same name. */
function nameIn(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    // No JSON: the parser says so.
    return text;
  }
}
