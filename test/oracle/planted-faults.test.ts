// The differential run on gates that are wrong on purpose: a harness that never shows red proves nothing.
import { Kind, visit, type DocumentNode, type GraphQLInterfaceType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { allFeatures, scopeCatalogue } from '../../src/services.ts';
import { open, type Decision, type Gate, type Policy } from '../../src/access/policy/index.ts';
import { typeById } from './support/declarations.ts';
import { openDenseHouse, type Faults } from './support/dense-house.ts';
import { Differential, report, smallest, type Figures } from './support/differential.ts';
import { holderByKind, parcels } from './support/parcels.ts';
import { seed } from './support/settings.ts';

const features = [...allFeatures, parcels];
const prefixes = ['cus', 'ven', 'inq', 'rep', 'fup', 'key', 'usr', 'aud', 'xyz'];
const { dataScopes } = scopeCatalogue();
const identities = {
  workspaceId: 'wks_1',
  apiKeyId: 'key_1',
  secretId: '0',
  userId: 'usr_1',
  venueId: 'ven_1',
};
/** Where the rules of their own are, and where the faults of edges are planted. */
const drawing = {
  preferred: ['Query.parcels', 'Mutation.sendParcel', 'Parcel.holder', 'Customer.inquiries'],
};
const pool = {
  ids: [...prefixes.map((prefix) => `${prefix}_1`), '', 'cus', 'cus_-'],
  own: {},
  scopes: dataScopes,
  documents: ['{ viewer { kind } }'],
};

async function run(faults: Faults, pairs: number, enough?: number): Promise<Figures> {
  const dense = await openDenseHouse(features, holderByKind(typeById(allFeatures)), faults);
  return new Differential({ dense, pool, identities, dataScopes, drawing }).run(pairs, seed, enough);
}

/** Decides by `plan` what the document would be after `change`. */
function planningAnother(gate: Gate, change: (document: DocumentNode) => DocumentNode): Gate {
  return {
    ...gate,
    plan(document, operation) {
      const changed = change(document);
      const same = changed.definitions.find(
        (one) => one.kind === Kind.OPERATION_DEFINITION && one.name?.value === operation.name?.value,
      );
      return gate.plan(changed, same as typeof operation);
    },
  };
}

function withoutDirectives(document: DocumentNode): DocumentNode {
  const literals = visit(document, {
    Directive: ({ arguments: [given] = [] }) => (given?.value.kind === Kind.BOOLEAN ? null : undefined),
  });
  return literals;
}

function forgettingScopes(gate: Gate): Gate {
  const decisions = new WeakMap<object, Promise<Decision>>();
  return {
    ...gate,
    async decide(plan, principal, variables) {
      const known = decisions.get(plan) ?? gate.decide(plan, principal, variables);
      decisions.set(plan, known);
      return known;
    },
  };
}

const withoutGuard =
  (coordinate: string) =>
  (policy: Policy): Policy => ({
    ...policy,
    isBoundary: (type, field) => `${type}.${field}` !== coordinate && policy.isBoundary(type, field),
  });

const withOpen =
  (coordinate: string) =>
  (policy: Policy): Policy => ({
    ...policy,
    ofField: (type, field) => (`${type}.${field}` === coordinate ? open : policy.ofField(type, field)),
  });

const planted: Readonly<Record<string, Faults>> = {
  'a guard is missing at an edge': { guards: withoutGuard('Customer.inquiries') },
  'an edge does not ask for the type it leads to': { policy: withOpen('Customer.inquiries') },
  'an interface is taken for its first implementer': {
    schema(schema) {
      const node = schema.getQueryType()!.getFields()['node']!;
      const [first] = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType);
      node.extensions = { ...node.extensions, concreteTypeOf: () => first!.name };
    },
  },
  'an interface asks for nothing': {
    policy: (policy) => ({ ...policy, ofType: () => open }),
  },
  'a cached verdict serves another set of scopes': { gate: forgettingScopes },
  '@include(if: false) is still counted': { gate: (gate) => planningAnother(gate, withoutDirectives) },
  'variables of conditions are taken for absent': {
    gate: (gate) => ({ ...gate, decide: (plan, principal) => gate.decide(plan, principal, {}) }),
  },
  'the rule of an argument is ignored': {
    policy: (policy) => ({ ...policy, ofArgument: (type, field) => policy.ofField(type, field) }),
  },
  'the rules of input fields and enum values are ignored': {
    policy: (policy) => ({ ...policy, ofMember: () => open }),
  },
  'named fragments are not entered': {
    gate: (gate) =>
      planningAnother(gate, (document) =>
        visit(document, { FragmentSpread: () => null, SelectionSet: { leave: (set) => set } }),
      ),
  },
  'aliases are not followed': {
    gate: (gate) =>
      planningAnother(gate, (document) =>
        visit(document, {
          Field: ({ alias: _alias, ...field }) => ({ ...field, alias: undefined }) as typeof field,
        }),
      ),
  },
  'the shield of a type falls back to allow': {
    oracle: { fallback: 'allow', withoutRules: ['Customer', 'Query'] },
  },
  'the shield lacks the rules of a type': { oracle: { withoutRules: ['Customer'] } },
};

describe('the differential run', () => {
  it('finds no disagreement where arguments, input fields and a union have rules of their own', async () => {
    const figures = await run({}, 3_000);
    console.log(report(figures, seed));
    expect(figures.invalid.slice(0, 3)).toEqual([]);
    expect(smallest(figures.disagreements)).toBe('none');
    const gated = Object.keys(parcels.policy).filter((coordinate) => coordinate.includes('.'));
    const unused = gated.filter((coordinate) => !figures.coordinates.has(coordinate));
    expect(unused).toEqual([]);
  });

  it.each(Object.keys(planted))('shows red when %s', async (fault) => {
    const { disagreements, pairs } = await run(planted[fault]!, 20_000, 1);
    console.log(`planted: ${fault}: red after ${pairs} pairs`);
    expect(disagreements.length).toBeGreaterThan(0);
  });
});
