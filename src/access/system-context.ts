// The context of the operator: commands and demo data work on one workspace without a credential, through the same
// services as a request. Nothing here is reachable over HTTP.
import type { Clock } from '../core/clock.ts';
import { anonymous } from '../core/principal.ts';
import type { Database } from '../db/store/database.ts';
import { createTenantDb } from '../db/tenant/tenant-db.ts';
import type { Context, CredentialTools, OperationInspector } from './context.ts';
import type { AccessExplainer } from './policy/index.ts';
import { unlimited } from './rate-limit/index.ts';
import type { Recording } from './recording.ts';
import type { ScopeCatalogue } from './scope-catalogue.ts';

/** The store and what works on it without a server. */
export interface SystemServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly credentials: CredentialTools;
  readonly scopes: ScopeCatalogue;
  readonly explainer: AccessExplainer;
  readonly inspector: OperationInspector;
  readonly recording: Recording;
}

/** A context over all venues of one workspace. Whether the workspace exists is for its reader to find out. */
export function systemContext(
  { database, clock, credentials, scopes, explainer, inspector, recording }: SystemServices,
  workspaceId: string,
): Context {
  const db = createTenantDb({ database, scope: { workspaceId, venueIds: null }, clock });
  return {
    requestId: 'operator',
    ip: '',
    idempotencyKey: null,
    clock,
    arrivedMs: clock.nowMs(),
    principal: anonymous,
    db,
    credentials,
    scopes,
    explainer,
    inspector,
    shownSchema: async () => explainer.schema,
    limits: unlimited,
    recording,
    noteRows: () => undefined,
    noteRecords: () => undefined,
  };
}
