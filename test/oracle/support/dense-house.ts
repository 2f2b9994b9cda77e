// The server's enforcement and the oracle side by side over dense rows; and the places where a fault can be planted, so
// that the harness itself is tested.
import type { GraphQLSchema } from 'graphql';
import type { Context } from '../../../src/access/context.ts';
import { unlimited } from '../../../src/access/rate-limit/index.ts';
import { createGate, guardBoundaries, type Gate, type Policy } from '../../../src/access/policy/index.ts';
import type { Principal } from '../../../src/core/principal.ts';
import type { Feature } from '../../../src/resources/feature.ts';
import { assembleUnguarded } from '../../../src/graphql/schema.ts';
import { declarationsOf } from './declarations.ts';
import { answerEverything, type Runs } from './dense-rows.ts';
import type { Enforcement } from './enforced.ts';
import { ShieldOracle, type ConcreteType, type OracleOptions } from './shield-oracle.ts';

/** Each is a way to be wrong. */
export interface Faults {
  /** The policy that the guards are placed by. */
  readonly guards?: (policy: Policy) => Policy;
  /** The policy that the gate decides by. */
  readonly policy?: (policy: Policy) => Policy;
  readonly gate?: (gate: Gate) => Gate;
  readonly schema?: (schema: GraphQLSchema) => void;
  readonly oracle?: OracleOptions['faults'];
}

/** Two executions of one operation, to be compared. */
export interface Sides {
  readonly schema: GraphQLSchema;
  readonly policy: Policy;
  readonly enforcement: Enforcement;
  readonly oracle: ShieldOracle;
  contextFor(principal: Principal): Context;
  /** How often each field of the server's side ran; null where it is not counted. */
  readonly runs: Runs | null;
}

export async function openDenseHouse(
  features: readonly Feature[],
  concreteType: ConcreteType,
  faults: Faults = {},
): Promise<Sides> {
  const runs: Runs = new Map();
  const { schema, policy } = await assembleUnguarded(features);
  answerEverything(schema, concreteType, runs);
  faults.schema?.(schema);
  guardBoundaries(schema, faults.guards?.(policy) ?? policy);
  const gate = createGate(schema, faults.policy?.(policy) ?? policy);
  const other = await assembleUnguarded(features);
  answerEverything(other.schema, concreteType);
  const oracle = new ShieldOracle({
    ...{ ...other, concreteType, declared: declarationsOf(features) },
    ...(faults.oracle ? { faults: faults.oracle } : {}),
  });
  return {
    ...{ schema, policy, oracle, runs },
    enforcement: { schema, gate: faults.gate?.(gate) ?? gate },
    // Nothing behind these rows asks for more.
    contextFor: (principal) => ({ requestId: 'dense', principal, limits: unlimited }) as Context,
  };
}
