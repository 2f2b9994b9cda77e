// What a feature hands to the house: its tables, types, resolvers, scopes, rules and jobs. One manifest each, listed in features/index.ts.
import type { PolicyDeclaration } from '../access/policy/index.ts';
import type { ScopeEntry } from '../access/scope-catalogue.ts';
import type { EntityClass } from '../db/store/table.ts';
import type { Job } from '../jobs/job.ts';
import type { Resource } from './resource.ts';

export interface Feature {
  readonly name: string;
  readonly tables: readonly EntityClass[];
  readonly scopes: readonly ScopeEntry[];
  /** Resources that `node(id)` finds. */
  readonly resources: readonly Resource[];
  readonly resolvers: readonly EntityClass[];
  /** Rule of each type, field, argument and input field that the feature declares. */
  readonly policy: PolicyDeclaration;
  /** What is done from time to time. Default: nothing. */
  readonly jobs?: readonly Job[];
}
