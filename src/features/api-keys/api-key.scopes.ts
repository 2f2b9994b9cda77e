// Which scopes a new or changed key gets. "Nothing given" is an error and never means "all".
import type { Context } from '../../access/context.ts';
import { chargeExplanation, explainInTurn } from '../../access/explain-budget.ts';
import { roleScopes, type AccessExplainer } from '../../access/policy/index.ts';
import type { ScopePreset } from '../../access/scope-catalogue.ts';
import { ApiError, userError, UserErrors, type UserErrorItem } from '../../core/errors.ts';

interface ChosenScopes {
  readonly scopes?: readonly string[] | null;
  readonly preset?: ScopePreset | null;
  /** GraphQL documents. */
  readonly forOperations?: readonly string[] | null;
  readonly operationIds?: readonly string[] | null;
}

/** What documents of either kind need; each throws UserErrors when there is something wrong with one of them. */
interface Needed {
  readonly forOperations: () => readonly string[];
  readonly operationIds: () => readonly string[];
}

const nothingNeeded: Needed = { forOperations: () => [], operationIds: () => [] };

/** GraphQL documents that one key is made for. */
export const maxOperations = 20;

const ofRoles = new Set(roleScopes.OWNER);

function scopeFault(text: string, index: number, ofKeys: readonly string[]): UserErrorItem {
  const field = ['input', 'scopes', String(index)];
  const spelt = text.trim().toLowerCase();
  const isOfRole = ofRoles.has(spelt) || ofRoles.has(spelt.split(':').reverse().join(':'));
  return isOfRole
    ? { code: 'NOT_ALLOWED', field, message: 'This scope comes with a role; no key can have it.' }
    : { code: 'INVALID', field, message: `There is no such scope. Accepted: ${ofKeys.join(', ')}.` };
}

/** Exactly what the documents need. A document that needs a role's scope cannot be run by any key. */
async function scopesForOperations(ctx: Context, documents: readonly string[]): Promise<readonly string[]> {
  chargeExplanation(ctx, documents.length);
  const all: string[] = [];
  for (const [index, document] of documents.entries()) {
    const field = ['input', 'forOperations', String(index)];
    const needed = await explainInTurn(ctx, () => scopesOrFault(ctx.explainer, document, field));
    if (needed.some((scope) => ofRoles.has(scope))) {
      throw userError('NOT_ALLOWED', field, 'This document needs a role; no key can run it.');
    }
    all.push(...needed);
  }
  return all;
}

/**
 * What the documents of a new key need, worked out before its transaction: meanwhile others could not write. What is
 * wrong with them is told when the scopes are asked for, after the faults of the other values.
 */
export async function explainOperations(
  ctx: Context,
  documents: readonly string[] | null | undefined,
): Promise<() => readonly string[]> {
  // More are refused with the rest of the input.
  if (!documents || documents.length > maxOperations) return () => [];
  try {
    const needed = await scopesForOperations(ctx, documents);
    return () => needed;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function scopesOrFault(
  explainer: AccessExplainer,
  document: string,
  field: readonly string[],
): readonly string[] {
  try {
    return explainer.scopesFor([document]);
  } catch (error) {
    if (error instanceof ApiError) throw userError('INVALID', field, error.message);
    throw error;
  }
}

/**
 * The preset's scopes and those given, in their stored spelling, sorted; of a key that is pinned and for which nothing else is
 * said, those that its operations need. Throws UserErrors.
 */
export function chooseScopes(
  ctx: Context,
  { scopes, preset, forOperations, operationIds }: ChosenScopes,
  needed = nothingNeeded,
): string[] {
  const catalogue = ctx.scopes;
  const isSaid = preset || scopes?.length || forOperations?.length;
  if (!isSaid && !operationIds?.length)
    throw userError('REQUIRED', ['input', 'scopes'], 'Give at least one scope, a preset, or operations.');
  const faults: UserErrorItem[] = [];
  const chosen = (scopes ?? []).map((text, index) => {
    const scope = catalogue.normalize(text);
    if (scope === null) faults.push(scopeFault(text, index, catalogue.dataScopes));
    return scope ?? text;
  });
  if (faults.length > 0) throw new UserErrors(faults);
  const ofPreset = preset ? catalogue.ofPreset(preset) : [];
  const ofDocuments = needed.forOperations();
  // Asked for in any case: what is wrong with an operation is told.
  const ofPins = needed.operationIds();
  return [...new Set([...ofPreset, ...chosen, ...ofDocuments, ...(isSaid ? [] : ofPins)])].sort();
}
