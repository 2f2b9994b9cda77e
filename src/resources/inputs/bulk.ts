// The inputs of a bulk mutation: at most a hundred, all done or none, and the faults of all of them said at once.
import type { z } from 'zod';
import { inSlices } from '../../core/slices.ts';
import { userError, UserErrors, type UserErrorItem } from '../../core/errors.ts';
import { checkInput } from './input.ts';

/** The most that one bulk mutation takes. */
export const maxBulk = 100;

/** Inputs that are checked in one go: a check takes some 30 microseconds. */
const perSlice = { size: () => 1, most: 25 };

/** An input after its rules, or what is wrong with it. */
type Checked<T> = { readonly input: T } | { readonly faults: readonly UserErrorItem[] };

/** Runs a look-up or a change for each input, one after the other. Throws the user errors of all together. */
export type ForEach<T> = <R>(work: (input: T) => Promise<R>) => Promise<R[]>;

/** The fault of one of several inputs: `["input", "email"]` becomes `["input", "7", "email"]`. */
function atIndex({ field, ...fault }: UserErrorItem, index: number): UserErrorItem {
  return { ...fault, field: [...field.slice(0, 1), String(index), ...field.slice(1)] };
}

function faultsOf(error: unknown): readonly UserErrorItem[] {
  if (error instanceof UserErrors) return error.items;
  throw error;
}

function checked<T>(rules: z.ZodType<T>, input: T): Checked<T> {
  try {
    return { input: checkInput(rules, input) };
  } catch (error) {
    return { faults: faultsOf(error) };
  }
}

async function workOn<T, R>(item: Checked<T>, work: (input: T) => Promise<R>) {
  if ('faults' in item) return item;
  try {
    return { result: await work(item.input) };
  } catch (error) {
    return { faults: faultsOf(error) };
  }
}

/**
 * Checks the inputs, slice by slice, by turns with what other workspaces have to do. It is done before the transaction begins:
 * on SQLite every other writer waits for the end of that.
 */
export async function checkInputs<T>(
  workspaceId: string,
  rules: z.ZodType<T>,
  inputs: readonly T[],
): Promise<ForEach<T>> {
  if (inputs.length === 0) throw userError('REQUIRED', ['input'], 'Give at least one.');
  if (inputs.length > maxBulk) {
    throw userError('INVALID', ['input'], `These are ${inputs.length}; at most ${maxBulk} go together.`);
  }
  const items = await inSlices(workspaceId, inputs, perSlice, (input) => checked(rules, input));
  return async function forEach<R>(work: (input: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    const faults: UserErrorItem[] = [];
    for (const [index, item] of items.entries()) {
      const done = await workOn(item, work);
      if ('result' in done) results.push(done.result);
      else faults.push(...done.faults.map((fault) => atIndex(fault, index)));
    }
    if (faults.length > 0) throw new UserErrors(faults);
    return results;
  };
}
