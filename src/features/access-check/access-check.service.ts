// What would this need, and would the caller be allowed? Answers without running anything.
import type { Context } from '../../access/context.ts';
import { chargeExplanation, chargeUses, explainInTurn } from '../../access/explain-budget.ts';
import { smallestSet, type Requirement } from '../../access/policy/index.ts';
import { StoredApiKey } from '../../access/authentication/tables.ts';
import type { AccessCheck } from './access-check.type.ts';

interface CheckArguments {
  readonly document: string;
  readonly operationName?: string | null;
  readonly apiKeyId?: string | null;
}

/** For the caller itself, or for a key of the workspace (the policy asks for an admin then). Null for an unknown key. */
export async function checkAccess(ctx: Context, args: CheckArguments): Promise<AccessCheck | null> {
  chargeExplanation(ctx, 1);
  const held = args.apiKeyId == null ? ctx.principal.scopes : await scopesOfKey(ctx, args.apiKeyId);
  if (!held) return null;
  const question = { document: args.document, operationName: args.operationName || null };
  const shown = await ctx.shownSchema();
  const report = await explainInTurn(ctx, () => ctx.explainer.explain(question, held, shown));
  chargeUses(ctx, report.fields.length);
  return report;
}

async function scopesOfKey(ctx: Context, id: string): Promise<ReadonlySet<string> | null> {
  const key = await ctx.db.find(StoredApiKey, id);
  return key && new Set(key.scopes);
}

/** The smallest set for all documents together. */
export async function suggestScopes(ctx: Context, documents: readonly string[]): Promise<readonly string[]> {
  chargeExplanation(ctx, documents.length);
  const shown = await ctx.shownSchema();
  const requirements: Requirement[] = [];
  for (const text of documents) {
    requirements.push(...(await explainInTurn(ctx, () => ctx.explainer.requirementsOf(text, shown))));
  }
  return smallestSet(requirements);
}
