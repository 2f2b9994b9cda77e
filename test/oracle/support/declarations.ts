// What the features declare, read without the compiled policy: the rules by coordinate, and the types behind ids.
import type { PolicyDeclaration } from '../../../src/access/policy/index.ts';
import type { Feature } from '../../../src/resources/feature.ts';
import { sharedPolicy } from '../../../src/resources/shared-policy.ts';
import type { ConcreteType } from './shield-oracle.ts';

export function declarationsOf(features: readonly Feature[]): PolicyDeclaration {
  return Object.assign({}, sharedPolicy, ...features.map(({ policy }) => policy)) as PolicyDeclaration;
}

/** The type that an id names by its prefix: three letters, `_`, then lower-case letters and digits. */
export function typeById(features: readonly Feature[]): ConcreteType {
  const names = new Map(
    features.flatMap(({ resources }) => resources.map(({ prefix, name }) => [prefix, name] as const)),
  );
  return (field, { id }) => {
    if (field !== 'Query.node') throw new Error(`How does ${field} tell its type? Say it to the oracle.`);
    const [prefix = '', rest = '', ...more] = String(id).split('_');
    const isId = more.length === 0 && rest.length > 0 && rest.length <= 40 && !/[^a-z0-9]/.test(rest);
    return isId ? (names.get(prefix) ?? null) : null;
  };
}
