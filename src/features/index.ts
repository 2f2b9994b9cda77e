// Every feature of the product, one line each. A new one is a folder and a line here.
import type { Feature } from '../resources/feature.ts';
import { accessCheckFeature } from './access-check/index.ts';
import { apiKeysFeature } from './api-keys/index.ts';
import { auditFeature } from './audit/index.ts';
import { bookingsFeature } from './bookings/index.ts';
import { customersFeature } from './customers/index.ts';
import { followUpsFeature } from './follow-ups/index.ts';
import { inquiriesFeature } from './inquiries/index.ts';
import { insightFeature } from './insight/index.ts';
import { narrowingFeature } from './narrowing/index.ts';
import { operationsFeature } from './operations/index.ts';
import { rateLimitFeature } from './rate-limit/index.ts';
import { statisticsFeature } from './statistics/index.ts';
import { syncFeature } from './sync/index.ts';
import { treatmentsFeature } from './treatments/index.ts';
import { usersFeature } from './users/index.ts';
import { venuesFeature } from './venues/index.ts';
import { workspaceSettingsFeature } from './workspace-settings/index.ts';

export const features: readonly Feature[] = [
  accessCheckFeature,
  rateLimitFeature,
  auditFeature,
  usersFeature,
  workspaceSettingsFeature,
  operationsFeature,
  apiKeysFeature,
  insightFeature,
  narrowingFeature,
  venuesFeature,
  customersFeature,
  inquiriesFeature,
  followUpsFeature,
  statisticsFeature,
  syncFeature,
  treatmentsFeature,
  bookingsFeature,
];
