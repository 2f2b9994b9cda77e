// The request log as a list of the graph: for owners and admins only.
import { Extensions, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { adminOnly, type PolicyDeclaration } from '../../access/policy/index.ts';
import { readerOf } from '../../db/tenant/reader.ts';
import { toOne } from '../../resources/edges.ts';
import {
  DateTimeFilter,
  enumFilter,
  ExactStringFilter,
  IdFilter,
  IntFilter,
} from '../../resources/inputs/comparators.ts';
import { defineResource } from '../../resources/resource.ts';
import { rootList } from '../../resources/root-fields.ts';
import { ViewerKind } from '../api-keys/index.ts';
import { RecordedOperation } from './recorded-operation.type.ts';
import { LoggedRequest, RequestCaller, RequestSurface } from './request.entity.ts';
import { auditReading } from './request-log-audit.ts';

export const requests = defineResource({
  type: LoggedRequest,
  filterName: 'RequestFilter',
  prefix: 'req',
  requirement: adminOnly,
  filter: {
    ...{ callerId: IdFilter, operationId: IdFilter, operationName: ExactStringFilter },
    ...{ surface: enumFilter(RequestSurface, 'RequestSurface'), status: IntFilter },
    ...{ outcome: ExactStringFilter, reason: ExactStringFilter, requestId: ExactStringFilter },
    at: DateTimeFilter,
  },
  orderBy: { AT: 'at' },
  defaultOrder: { field: 'at', direction: 'DESC' },
  reader: ({ db, recording }: Context) => readerOf(recording.log.reading(db.scope.workspaceId), db.scope),
  beforeRead: auditReading,
});

export const requestQueries = rootList(
  requests,
  'requests',
  adminOnly,
  'Reading it is written to the audit log, once a minute for each reader. Empty where `workspaceSettings { requestLogRetentionDays }` is 0: counters such as `ApiKey.usage` go on.',
);

export const recordedOperations = defineResource({
  type: RecordedOperation,
  prefix: 'rop',
  requirement: adminOnly,
  filter: { id: IdFilter },
  orderBy: { CREATED_AT: 'createdAt' },
  defaultOrder: { field: 'createdAt', direction: 'DESC' },
});

export const requestOperation = toOne({
  from: LoggedRequest,
  field: 'operation',
  to: recordedOperations,
  key: 'operationId',
  description:
    'What was run, without its values. Null when the request was refused before, or when the workspace has more operations than are kept.',
});

/** Nothing lists operations: of all that a resource derives the type alone is in the schema. */
export const operationPolicy: PolicyDeclaration = { RecordedOperation: adminOnly };

@Resolver(() => LoggedRequest)
export class RequestFields {
  @FieldResolver(() => RequestCaller, { description: 'Who sent it.' })
  @Extensions({ needs: ['callerKind', 'callerId', 'callerLabel'] })
  caller(@Root() { callerKind, callerId, callerLabel }: LoggedRequest): RequestCaller {
    return { kind: ViewerKind[callerKind], id: callerId, label: callerLabel };
  }
}
