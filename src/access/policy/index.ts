// What other rooms may import of the policy.
export {
  adminOnly,
  authenticated,
  ownerOnly,
  roleScopes,
  signedIn,
  open,
  scopes,
  type Requirement,
  implies,
  missingScopes,
} from './rules/requirement.ts';
export { compilePolicy, type Policy, type PolicyDeclaration } from './policy.ts';
export { PolicyError } from './policy-error.ts';
export { costOf, costOfSchema } from './cost.ts';
export { costOfCalling, documentCost, passwordCost, type FieldCost } from './limits/field-cost.ts';
export { createGate, fragmentsOf, measuredGate, type Gate } from './gate.ts';
export { createManagementCheck, mayManage, needsRole, type ManagementCheck } from './management.ts';
export { planOperation } from './planner.ts';
export { rootFieldNames, rootTypes } from './root-fields.ts';
export { guardBoundaries, isDenied, type GuardedContext } from './guard.ts';
export type { OperationPlan, PlannedField } from './operation-plan.ts';
export type { Decision } from './decide.ts';
export {
  assertLightDocument,
  assertShallowDocument,
  introspectionFields,
  maxTokens,
} from './limits/document-limits.ts';
export { operationError, pathError } from './denial-errors.ts';
export { shieldTree } from './rules/rules.ts';
export { shieldRoots } from './shield-roots.ts';
export { createExplainer, smallestSet, type AccessExplainer, type AccessReport } from './explain.ts';
export { closedToVenueKeys, keepsVenue, namesVenue } from './rules/venue-rule.ts';
export { withPartMarks, withWholeMark } from './part-marks.ts';
export { foretell, requirementOf, scopesLacking, usedCoordinates } from './used-coordinates.ts';
