// Which scopes a new or changed key gets. "Nothing given" is an error and never means "all".
import type { Context } from '../../access/context.ts';
import { roleScopes } from '../../access/policy/index.ts';
import type { ScopePreset } from '../../access/scope-catalogue.ts';
import { userError, UserErrors, type UserErrorItem } from '../../core/errors.ts';

const ofRoles = new Set(roleScopes.OWNER);

function scopeFault(text: string, index: number): UserErrorItem {
  const field = ['input', 'scopes', String(index)];
  const spelt = text.trim().toLowerCase();
  const isOfRole = ofRoles.has(spelt) || ofRoles.has(spelt.split(':').reverse().join(':'));
  return isOfRole
    ? { code: 'NOT_ALLOWED', field, message: 'This scope comes with a role; no key can have it.' }
    : { code: 'INVALID', field, message: 'There is no such scope. The query "scopes" lists them all.' };
}

/** The preset's scopes and those given, in their stored spelling, sorted. Throws UserErrors. */
export function chooseScopes(
  { scopes: catalogue }: Context,
  { scopes, preset }: { readonly scopes?: readonly string[] | null; readonly preset?: ScopePreset | null },
): string[] {
  if (!preset && !scopes?.length) {
    throw userError('REQUIRED', ['input', 'scopes'], 'Give at least one scope, or a preset.');
  }
  const faults: UserErrorItem[] = [];
  const chosen = (scopes ?? []).map((text, index) => {
    const scope = catalogue.normalize(text);
    if (scope === null) faults.push(scopeFault(text, index));
    return scope ?? text;
  });
  if (faults.length > 0) throw new UserErrors(faults);
  return [...new Set([...(preset ? catalogue.ofPreset(preset) : []), ...chosen])].sort();
}
