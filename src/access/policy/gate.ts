// The gate of one schema: keeps plans per document and verdicts per set of scopes, and answers with a decision.
import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { secondsSince, type Meter } from '../../core/meter.ts';
import type { Principal } from '../../core/principal.ts';
import { decide, type Caller, type Decision } from './decide.ts';
import { assertEnforceable } from './guard.ts';
import type { OperationPlan } from './operation-plan.ts';
import type { Variables } from './variables.ts';
import { planOperation } from './planner.ts';
import type { Policy } from './policy.ts';
import type { Requirement } from './rules/requirement.ts';
import { judge } from './rules/rules.ts';
import { visibleSchema } from './visible-schema.ts';

/** More distinct sets of scopes than any workspace has keys in use; past it the least used is judged anew. */
const maxCallers = 1_000;
/** Views of the schema; measured, one takes 0.1 MB, and three times that once it was printed. */
const maxViewsKept = 100;
/** Planned fields of all plans together; measured, one takes about 600 bytes. */
const maxPlannedFieldsKept = 100_000;

export interface Gate {
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
  /** The plan of an operation of a VALID document; the most recently used are kept. */
  plan(document: DocumentNode, operation: OperationDefinitionNode): OperationPlan;
  decide(plan: OperationPlan, principal: Principal, variables: Variables): Promise<Decision>;
  /** The schema without what this principal may not use. For showing, not for running. The most recently used are kept. */
  visibleTo(principal: Principal): Promise<GraphQLSchema>;
}

/** Everything that the rules may look at, as one text: callers with the same text get the same verdicts. */
function callerKey(principal: Principal): string {
  return JSON.stringify([principal.kind === 'ANONYMOUS', ...[...principal.scopes].sort()]);
}

async function judgeAll(policy: Policy, principal: Principal): Promise<Caller> {
  const requirements = [...policy.requirements];
  const verdicts = await Promise.all(requirements.map((requirement) => judge(requirement, principal)));
  return {
    verdicts: new Map(requirements.map((requirement, index) => [requirement, verdicts[index] === true])),
    scopes: principal.scopes,
  };
}

/** By name. Does NOT validate: of two with one name the last one is meant. */
export function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

/** The verdicts of every rule for a principal, judged once for each set of scopes. */
function createCallers(policy: Policy): (principal: Principal) => Promise<Caller> {
  const callers = new LRUCache<string, Promise<Caller>>({ max: maxCallers });
  return (principal) => {
    const key = callerKey(principal);
    let caller = callers.get(key);
    if (!caller) {
      caller = judgeAll(policy, principal);
      callers.set(key, caller);
    }
    return caller;
  };
}

export function createGate(schema: GraphQLSchema, policy: Policy): Gate {
  const plans = new LRUCache<OperationDefinitionNode, OperationPlan>({
    maxSize: maxPlannedFieldsKept,
    sizeCalculation: ({ size }) => size + 1,
  });
  const decisions = new WeakMap<OperationPlan, WeakMap<Caller, Decision>>();
  const visible = new LRUCache<Caller, GraphQLSchema>({ max: maxViewsKept });

  const callerOf = createCallers(policy);
  const decideAnew = (plan: OperationPlan, caller: Caller, variables: Variables): Decision => {
    const decision = decide(policy, plan, caller, variables);
    assertEnforceable(schema, policy, decision);
    return decision;
  };

  return {
    schema,
    policy,
    plan(document, operation) {
      let plan = plans.get(operation);
      if (!plan) {
        plan = planOperation(schema, policy, operation, fragmentsOf(document));
        plans.set(operation, plan);
        decisions.set(plan, new WeakMap());
      }
      return plan;
    },
    async visibleTo(principal) {
      const caller = await callerOf(principal);
      const isMet = (requirement: Requirement) => caller.verdicts.get(requirement) === true;
      const view = visible.get(caller) ?? visibleSchema(schema, policy, isMet);
      visible.set(caller, view);
      return view;
    },
    async decide(plan, principal, variables) {
      const caller = await callerOf(principal);
      if (!plan.isStatic) return decideAnew(plan, caller, variables);
      // Keyed by the caller object, which stands for one set of scopes: a verdict can never serve another set.
      const known = decisions.get(plan);
      const decision = known?.get(caller) ?? decideAnew(plan, caller, variables);
      known?.set(caller, decision);
      return decision;
    },
  };
}

/** A gate that tells a meter how long its decisions take. */
export function measuredGate(gate: Gate, meter: Meter | undefined): Gate {
  if (!meter) return gate;
  return {
    ...gate,
    async decide(plan, principal, variables) {
      const startMs = performance.now();
      const decision = await gate.decide(plan, principal, variables);
      meter.decision(secondsSince(startMs));
      return decision;
    },
  };
}
