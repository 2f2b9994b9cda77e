// The manifest of the feature insight: what every key did. And the recorder, which the server tells of each answer.
import { adminOnly, open } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { hourMs } from '../../core/clock.ts';
import { KeyInsightFields, usedOperation } from './insight.resolver.ts';
import { forgetRequests, forgetUsage } from './recording/forget.ts';
import { KeyReadsFields, ReadsQueries } from './reads/reads.resolver.ts';
import {
  operationPolicy,
  requestOperation,
  requestQueries,
  RequestFields,
  requests,
} from './request.resource.ts';
import {
  KeyLastSeen,
  KeyReadsDay,
  KeyTrialCount,
  KeyUsageHour,
  KeyUsesDay,
  StoredRecordedOperation,
  StoredRecordedUse,
} from './recording.tables.ts';

export {
  KeyTrialCount,
  KeyUsageHour,
  KeyUsesDay,
  StoredRecordedOperation,
  StoredRecordedUse,
} from './recording.tables.ts';
export { unlistedOperation } from './recording/operation-book.ts';
export { LoggedRequest } from './request.entity.ts';
export { recordedOperations } from './request.resource.ts';
export { recordedSince } from './used-operations.service.ts';
export { noteWhatIsOff, readRecordedSince } from './recording/recording-state.ts';
export { noReads, ReadLog } from './reads/read-log.ts';
export { createRecorder, type RequestRecorder } from './recording/recorder.ts';

export const insightFeature: Feature = {
  name: 'insight',
  tables: [
    ...[KeyUsageHour, StoredRecordedOperation, KeyLastSeen, StoredRecordedUse, KeyUsesDay, KeyTrialCount],
    KeyReadsDay,
  ],
  scopes: [],
  resources: [],
  jobs: [
    { name: 'request-log.forget', everyMs: hourMs, scope: 'store', run: forgetRequests },
    { name: 'usage.forget', everyMs: hourMs, scope: 'store', run: forgetUsage },
  ],
  resolvers: [
    ...[KeyInsightFields, usedOperation, RequestFields, requestQueries.resolver, requestOperation],
    ...[KeyReadsFields, ReadsQueries],
  ],
  policy: {
    ...requests.policy,
    ...requestQueries.policy,
    ...operationPolicy,
    ...{ RequestCaller: adminOnly, KeyUsage: adminOnly, ScopeUse: adminOnly, UsedScope: adminOnly },
    ...{ UsedOperation: adminOnly, UsedOperationConnection: adminOnly, KeyHealth: adminOnly },
    ...{ RecordsRead: adminOnly, ReadDay: adminOnly, MayHaveRead: adminOnly },
    'Query.mayHaveRead': adminOnly,
    ...{ KeyHealthCode: open, MayHaveReadAnswer: open },
    ...{ UsageBucket: open, RequestSurface: open, RequestSurfaceFilter: open, IntFilter: open },
  },
};
