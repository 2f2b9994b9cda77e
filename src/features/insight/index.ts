// The manifest of the feature insight: what every key did. And the recorder, which the server tells of each answer.
import { adminOnly, open } from '../../access/policy/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { KeyInsightFields } from './insight.resolver.ts';
import { KeyLastSeen, KeyUsageHour, StoredRecordedOperation } from './recording.tables.ts';

export { createRecorder, type RequestRecorder } from './recording/recorder.ts';

export const insightFeature: Feature = {
  name: 'insight',
  tables: [KeyUsageHour, StoredRecordedOperation, KeyLastSeen],
  scopes: [],
  resources: [],
  resolvers: [KeyInsightFields],
  policy: { KeyUsage: adminOnly, UsageBucket: open },
};
