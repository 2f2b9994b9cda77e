// The manifest of a feature: its tables, types, resolvers, scopes, rules, jobs and stored operations. The index.ts of each
// feature exports one, and features/index.ts lists them.
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
  /** Background jobs (see jobs/job.ts). Default: none. */
  readonly jobs?: readonly Job[];
  /**
   * Files of schema/operations, without their ending: documents with `@rest(method, path)` that the server stores. They are
   * its endpoints. Default: none.
   */
  readonly operations?: readonly string[];
}
