// The manifest of the feature audit, and the one function by which other rooms write to the log.
import { adminOnly } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { AuditEntry } from './audit.entity.ts';
import { auditEntries, AuditEntryFields, auditQueries } from './audit.resource.ts';

export { AuditActorKind, AuditEntry } from './audit.entity.ts';
export { writeAudit } from './audit.service.ts';

export const auditFeature: Feature = {
  name: 'audit',
  tables: [AuditEntry],
  resources: [auditEntries],
  resolvers: [auditQueries.resolver, AuditEntryFields],
  scopes: [],
  policy: { ...auditEntries.policy, ...auditQueries.policy, AuditActor: adminOnly, AuditChange: adminOnly },
};
