// Classes that are made by code: type-graphql and errors call them by a name.
import type { EntityClass } from '../db/store/table.ts';

export function named<C extends EntityClass>(type: C, name: string): C {
  return Object.defineProperty(type, 'name', { value: name });
}
