// The manifest of the feature rate-limit.
import { authenticated } from '../../access/policy/index.ts';
import { KeyRowsDay } from '../../access/rate-limit/index.ts';
import type { Feature } from '../../resources/feature.ts';
import { RateLimitQueries } from './rate-limit.resolver.ts';

export const rateLimitFeature: Feature = {
  name: 'rate-limit',
  tables: [KeyRowsDay],
  scopes: [],
  resources: [],
  resolvers: [RateLimitQueries],
  policy: { 'Query.rateLimit': authenticated, RateLimit: authenticated },
};
