// Which type an id belongs to, and records that become part of an answer by their id alone.
import type { Context } from '../access/context.ts';
import { prefixOf } from '../core/ids.ts';

const typeNames = new Map<string, string>();

/** Says once, when the schema is made, which type the ids with a prefix belong to. */
export function nameType(prefix: string, name: string): void {
  typeNames.set(prefix, name);
}

/** The name of the type that an id belongs to, or '' which is none. */
export function typeNameOf({ id }: { readonly id: string }): string {
  return typeNames.get(prefixOf(id) ?? '') ?? '';
}

/** Notes the records whose ids are among the values, as they are or in lists. Everything else is left alone. */
export function noteIds(context: Context, values: readonly unknown[]): void {
  for (const id of values.flat()) {
    const type = typeof id === 'string' ? typeNameOf({ id }) : '';
    if (type !== '') context.noteRecords(type, [{ id }]);
  }
}
