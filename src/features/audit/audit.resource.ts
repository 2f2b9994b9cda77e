// The audit log as a resource of the graph: for owners and admins only.
import { Extensions, FieldResolver, Resolver, Root } from 'type-graphql';
import { adminOnly } from '../../access/policy/index.ts';
import { DateTimeFilter, ExactStringFilter, IdFilter } from '../../resources/inputs/comparators.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootFields } from '../../resources/root-fields.ts';
import { AuditActor, AuditEntry } from './audit.entity.ts';

export const auditEntries = defineResource({
  type: AuditEntry,
  prefix: 'aud',
  requirement: adminOnly,
  filter: { action: ExactStringFilter, targetId: IdFilter, actorId: IdFilter, at: DateTimeFilter },
  orderBy: { AT: 'at' },
  defaultOrder: { field: 'at', direction: 'DESC' },
});

export const auditQueries = rootFields(auditEntries, { one: 'auditEntry', list: 'auditLog' }, adminOnly);

@Resolver(() => AuditEntry)
export class AuditEntryFields {
  @FieldResolver(() => AuditActor, { description: 'Who made the change.' })
  @Extensions({ needs: ['actorKind', 'actorId', 'actorLabel'] })
  actor(@Root() entry: AuditEntry): AuditActor {
    return { kind: entry.actorKind, id: entry.actorId, label: entry.actorLabel };
  }
}
