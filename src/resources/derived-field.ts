// A field that is declared by code and not by a decorated method: what type-graphql and the schema have to know of it.
import { Ctx, Extensions, Info, Root, type Arg } from 'type-graphql';
import type { Context } from '../access/context.ts';
import type { FieldCost } from '../access/policy/index.ts';
import type { FieldPosition } from './batching/loaders.ts';
import type { ConnectionArguments } from './page.ts';
import type { ReadAhead } from './batching/read-ahead.ts';

interface DerivedField {
  readonly field: (prototype: object, name: string, descriptor: PropertyDescriptor) => void;
  readonly args?: ReturnType<typeof Arg>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- graphql-js hands over source and arguments as it read them.
  readonly resolve: (source: any, args: any, context: Context, place: FieldPosition) => unknown;
  readonly readAhead?: ReadAhead;
  /** Columns of the parent that the field reads. */
  readonly needs?: readonly string[];
  /** See edges.ts. */
  readonly isAlwaysThere?: boolean;
  /** Refuses arguments before execution, so that the whole answer is a 400. */
  readonly checkArguments?: (args: ConnectionArguments) => void;
  /** What a call costs beside the objects that it answers. */
  readonly cost?: FieldCost;
}

/**
 * Puts a derived field on a resolver class. type-graphql learns its name and types; at run time the schema calls
 * `resolve` directly (see graphql/schema.ts), because type-graphql's wrapper copies the arguments into classes each time.
 */
export function declareField(prototype: object, name: string, derived: DerivedField): void {
  const { field, args, resolve, readAhead, needs, checkArguments, cost, isAlwaysThere } = derived;
  const descriptor = { value: resolve, writable: true, configurable: true };
  Object.defineProperty(prototype, name, descriptor);
  field(prototype, name, descriptor);
  Root()(prototype, name, 0);
  args?.(prototype, name, 1);
  Ctx()(prototype, name, 2);
  Info()(prototype, name, 3);
  Extensions({
    resolveDirectly: resolve,
    ...(readAhead ? { readAhead } : {}),
    ...(needs ? { needs } : {}),
    ...(checkArguments ? { checkArguments } : {}),
    ...(cost ? { cost } : {}),
    ...(isAlwaysThere ? { isAlwaysThere } : {}),
  })(prototype, name, descriptor);
}
