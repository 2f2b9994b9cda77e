// The rules of workspace settings: read, change. What they mean for keys is key-life.ts's business.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { userError } from '../../core/errors.ts';
import type { TenantReader, TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { assertUpdated, checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { writeAudit } from '../audit/index.ts';
import { updateSettingsRules, type UpdateWorkspaceSettingsInput } from './settings.inputs.ts';
import { WorkspaceSettings } from './settings.type.ts';

type Values = Pick<
  WorkspaceSettings,
  'maximumKeyLifeDays' | 'defaultKeyLifeDays' | 'requestLogRetentionDays'
>;

const nothingSet: Values = {
  maximumKeyLifeDays: null,
  defaultKeyLifeDays: null,
  requestLogRetentionDays: null,
};

/** The settings of the reader's workspace; the defaults where nothing was ever set. */
export async function describeSettings(
  db: TenantReader,
): Promise<Values & Pick<WorkspaceSettings, 'version' | 'updatedAt'>> {
  const row = await db.find(WorkspaceSettings, db.scope.workspaceId);
  return row ?? { ...nothingSet, version: 0, updatedAt: null };
}

function visible({ maximumKeyLifeDays, defaultKeyLifeDays, requestLogRetentionDays }: Values): Values {
  return { maximumKeyLifeDays, defaultKeyLifeDays, requestLogRetentionDays };
}

function assertDefaultFits({ maximumKeyLifeDays, defaultKeyLifeDays }: Values): void {
  if (maximumKeyLifeDays === null || defaultKeyLifeDays === null) return;
  if (defaultKeyLifeDays <= maximumKeyLifeDays) return;
  const message = `Must be at most maximumKeyLifeDays, which is ${maximumKeyLifeDays}.`;
  throw userError('INVALID', ['input', 'defaultKeyLifeDays'], message);
}

/** The first change makes the row. One at a time, so that it is made once. */
async function save(
  ctx: Context,
  tx: TenantTransaction,
  { known, after }: { readonly known: { readonly version: number }; readonly after: Values },
  expectedVersion: number | null | undefined,
): Promise<boolean> {
  const { workspaceId } = tx.scope;
  if (known.version > 0) {
    const outcome = await tx.update(WorkspaceSettings, workspaceId, after, expectedVersion);
    assertUpdated(outcome, 'set of settings');
    return outcome === 'UPDATED';
  }
  if (expectedVersion) assertUpdated('CONFLICT', 'set of settings');
  const isSame = JSON.stringify(after) === JSON.stringify(nothingSet);
  if (isSame) return false;
  const now = toInstant(ctx.clock.nowMs());
  const stamps = { version: 1, createdAt: now, updatedAt: now };
  await tx.insert(WorkspaceSettings, [{ id: workspaceId, ...after, ...stamps }]);
  return true;
}

/** What is left out stays; null clears. The same values again change nothing. */
export function updateSettings(ctx: Context, input: UpdateWorkspaceSettingsInput) {
  const work = async (tx: TenantTransaction) => {
    const { expectedVersion, ...given } = checkInput(updateSettingsRules, input);
    const known = await describeSettings(tx);
    const before = visible(known);
    const sent = Object.entries(given).filter(([, value]) => value !== undefined);
    const after: Values = { ...before, ...Object.fromEntries(sent) };
    assertDefaultFits(after);
    if (await save(ctx, tx, { known, after }, expectedVersion)) {
      const { workspaceId } = tx.scope;
      await writeAudit(ctx, tx, { action: 'workspace.updateSettings', targetId: workspaceId, before, after });
    }
    return { settings: await describeSettings(tx) };
  };
  return mutate(ctx, work, { oneAtATime: 'settings' });
}
