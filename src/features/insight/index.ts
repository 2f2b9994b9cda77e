// The manifest of the feature insight: what every key did. And the recorder, which the server tells of each answer.
import { adminOnly, open } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { KeyInsightFields } from './insight.resolver.ts';
import {
  operationPolicy,
  requestOperation,
  requestQueries,
  RequestFields,
  requests,
} from './request.resource.ts';
import {
  KeyLastSeen,
  KeyTrialCount,
  KeyUsageHour,
  KeyUsesDay,
  StoredRecordedOperation,
  StoredRecordedUse,
} from './recording.tables.ts';

export { Request } from './request.entity.ts';
export { createRecorder, type RequestRecorder } from './recording/recorder.ts';

export const insightFeature: Feature = {
  name: 'insight',
  tables: [KeyUsageHour, StoredRecordedOperation, KeyLastSeen, StoredRecordedUse, KeyUsesDay, KeyTrialCount],
  scopes: [],
  resources: [],
  resolvers: [KeyInsightFields, RequestFields, requestQueries.resolver, requestOperation],
  policy: {
    ...requests.policy,
    ...requestQueries.policy,
    ...operationPolicy,
    ...{ RequestCaller: adminOnly, KeyUsage: adminOnly },
    ...{ UsageBucket: open, RequestSurface: open, RequestSurfaceFilter: open, IntFilter: open },
  },
};
