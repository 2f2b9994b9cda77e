// Which scopes a new or changed key gets. "Nothing given" is an error and never means "all".
import type { Context } from '../../access/context.ts';
import { chargeExplanation } from '../../access/explain-budget.ts';
import { roleScopes, type AccessExplainer } from '../../access/policy/index.ts';
import type { ScopePreset } from '../../access/scope-catalogue.ts';
import { ApiError, userError, UserErrors, type UserErrorItem } from '../../core/errors.ts';

interface ChosenScopes {
  readonly scopes?: readonly string[] | null;
  readonly preset?: ScopePreset | null;
  /** GraphQL documents. */
  readonly forOperations?: readonly string[] | null;
}

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
function scopesForOperations(ctx: Context, documents: readonly string[]): readonly string[] {
  chargeExplanation(ctx, documents.length);
  return documents.flatMap((document, index) => {
    const field = ['input', 'forOperations', String(index)];
    const needed = scopesOrFault(ctx.explainer, document, field);
    if (needed.some((scope) => ofRoles.has(scope))) {
      throw userError('NOT_ALLOWED', field, 'This document needs a role; no key can run it.');
    }
    return needed;
  });
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

/** The preset's scopes and those given, in their stored spelling, sorted. Throws UserErrors. */
export function chooseScopes(ctx: Context, { scopes, preset, forOperations }: ChosenScopes): string[] {
  const catalogue = ctx.scopes;
  if (!preset && !scopes?.length && !forOperations?.length) {
    throw userError('REQUIRED', ['input', 'scopes'], 'Give at least one scope, a preset, or operations.');
  }
  const faults: UserErrorItem[] = [];
  const chosen = (scopes ?? []).map((text, index) => {
    const scope = catalogue.normalize(text);
    if (scope === null) faults.push(scopeFault(text, index, catalogue.dataScopes));
    return scope ?? text;
  });
  if (faults.length > 0) throw new UserErrors(faults);
  const ofPreset = preset ? catalogue.ofPreset(preset) : [];
  return [...new Set([...ofPreset, ...chosen, ...scopesForOperations(ctx, forOperations ?? [])])].sort();
}
