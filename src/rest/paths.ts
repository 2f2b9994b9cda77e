// Which stored operation a path means. A part of a path is decoded after the path was cut, so `%2F` stays within its part.
import { allowedMethods, type RestMethod, type StoredOperation } from './stored-operation.ts';

export interface PathMatch {
  readonly byMethod: ReadonlyMap<RestMethod, StoredOperation>;
  /** By the name in the path, decoded. Each method has its own names at the same place, so they are kept by place. */
  readonly parts: readonly string[];
}

interface Template {
  /** null = any text. */
  readonly parts: readonly (string | null)[];
  readonly byMethod: Map<RestMethod, StoredOperation>;
}

function partsOf(path: string): (string | null)[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => (part.startsWith('{') ? null : part));
}

/** Null when a part is no text in UTF-8. */
function decoded(path: string): string[] | null {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
}

const fits = ({ parts }: Template, given: readonly string[]) =>
  parts.length === given.length && parts.every((part, index) => part === null || part === given[index]);

/** The text of one of the path's variables. */
export function pathValue({ path }: StoredOperation, parts: readonly string[], name: string): string {
  const place = path.split('/').indexOf(`{${name}}`);
  if (place === -1) throw new Error(`${path} has no {${name}}.`);
  return parts[place - 1]!;
}

/** GET, with HEAD, and the others in the order in which they are read. */
export function allowOf({ byMethod }: PathMatch): string {
  return allowedMethods
    .filter((method) => byMethod.has(method))
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method))
    .join(', ');
}

/** Finds the operations at a path below the base. One last slash is no part of a path. */
export function createPaths(operations: readonly StoredOperation[]): (path: string) => PathMatch | null {
  const templates = new Map<string, Template>();
  for (const operation of operations) {
    const parts = partsOf(operation.path);
    const key = JSON.stringify(parts);
    const template = templates.get(key) ?? { parts, byMethod: new Map() };
    template.byMethod.set(operation.method, operation);
    templates.set(key, template);
  }
  // A fixed part wins over one that takes any text: /customers/bulk is no customer.
  const open = ({ parts }: Template) => parts.filter((part) => part === null).length;
  const ordered = [...templates.values()].sort((a, b) => open(a) - open(b));
  return (path) => {
    const parts = decoded(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
    const found = parts && ordered.find((template) => fits(template, parts));
    return found ? { byMethod: found.byMethod, parts: parts } : null;
  };
}
