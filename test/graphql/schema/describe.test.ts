// What a reader of the schema is told: each coordinate's scopes, in words and as @requiresScopes, are those of the policy,
// and schema/scopes.json lists every coordinate that there is.
import { readFileSync } from 'node:fs';
import {
  getDirectiveValues,
  isEnumType,
  isInputObjectType,
  isObjectType,
  buildSchema,
  type DirectiveNode,
  type GraphQLSchema,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { adminOnly, open, scopes, type Requirement } from '../../../src/access/policy/index.ts';
import { allFeatures, scopeCatalogue } from '../../../src/services.ts';
import { schemaText } from '../../../src/http/pages/schema-route.ts';
import { assembleSchema, type AssembledSchema } from '../../../src/graphql/schema.ts';
import { parcels } from '../../oracle/support/parcels.ts';

/** What the printed schema says of a coordinate. */
interface Shown {
  readonly description: string;
  readonly scopes: Requirement['anyOf'] | null;
}
interface Printed {
  readonly description?: string | null | undefined;
  readonly astNode?: { readonly directives?: readonly DirectiveNode[] } | null | undefined;
}

/** Every coordinate of a printed schema, read back as a client reads it. */
function shownBy(schema: GraphQLSchema): Map<string, Shown> {
  const directive = schema.getDirective('requiresScopes')!;
  const shown = new Map<string, Shown>();
  const note = (coordinate: string, { description, astNode }: Printed) => {
    const values = astNode ? getDirectiveValues(directive, astNode) : undefined;
    const said = (values?.['scopes'] ?? null) as Shown['scopes'];
    shown.set(coordinate, { description: description ?? '', scopes: said });
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      note(`${type.name}.${field.name}`, field);
      const args = 'args' in field ? field.args : [];
      for (const argument of args) note(`${type.name}.${field.name}(${argument.name})`, argument);
    }
  }
  return shown;
}

const sentence = ({ anyOf }: Requirement) =>
  `Requires ${anyOf.map((all) => all.map((scope) => `\`${scope}\``).join(' and ')).join(', or ')}.`;
const hasScopes = ({ anyOf }: Requirement) => anyOf.every((all) => all.length > 0);
const fieldOf = (coordinate: string) => coordinate.replace(/\(.*/, '');

describe('the printed schema', () => {
  let assembled: AssembledSchema;
  let shown: Map<string, Shown>;

  beforeAll(async () => {
    // The parcels of the oracle have arguments, input fields and enum values with rules of their own.
    assembled = await assembleSchema([...allFeatures, parcels], scopeCatalogue());
    shown = shownBy(buildSchema(schemaText(assembled.schema)));
  });

  it('says of each coordinate what the policy asks, and of an argument what it asks beyond its field', () => {
    const { coordinates } = assembled.policy;
    expect([...shown.keys()].sort()).toEqual([...coordinates.keys()].sort());
    const told = { arguments: 0, enumValues: 0, silent: 0 };
    for (const [coordinate, requirement] of coordinates) {
      const { description, scopes: said } = shown.get(coordinate)!;
      const isArgument = coordinate.endsWith(')');
      const isNews = !isArgument || coordinates.get(fieldOf(coordinate)) !== requirement;
      if (hasScopes(requirement) && isNews) {
        expect(said, coordinate).toEqual(requirement.anyOf);
        expect(description.endsWith(sentence(requirement)), coordinate).toBe(true);
        if (isArgument) told.arguments += 1;
        if (isEnumType(assembled.schema.getType(coordinate.split('.')[0]!))) told.enumValues += 1;
      } else {
        expect(said, coordinate).toBeNull();
        expect(description, coordinate).not.toMatch(/Requires `/);
        told.silent += 1;
      }
    }
    expect(told.arguments).toBeGreaterThanOrEqual(4);
    expect(told.enumValues).toBeGreaterThan(20);
    expect(told.silent).toBeGreaterThan(0);
  });

  it.each<[string, Requirement]>([
    ['Query.accessCheck(apiKeyId)', adminOnly],
    ['Query.parcels(search)', scopes('read:customers', 'read:followups', 'read:venues')],
    ['CustomerOrderField.EMAIL', scopes('read:customers')],
    ['ParcelSort.OWNER', scopes('read:customers')],
    ['ParcelOwnerFilter.email', scopes('read:inquiries')],
    ['ParcelSort.NEWEST', open],
  ])('shows the rule of %s', (coordinate, requirement) => {
    expect(shown.get(coordinate)!.scopes).toEqual(hasScopes(requirement) ? requirement.anyOf : null);
  });
});

describe('schema/scopes.json', () => {
  it('lists every coordinate of the served schema, arguments and enum values too, with its scopes', async () => {
    const { schema, policy } = await assembleSchema(allFeatures, scopeCatalogue());
    const file = readFileSync(new URL('../../../schema/scopes.json', import.meta.url), 'utf8');
    const listed = JSON.parse(file) as Record<string, unknown>;
    expect(Object.keys(listed).sort()).toEqual([...shownBy(schema).keys()].sort());
    for (const [coordinate, requirement] of policy.coordinates) {
      const word = requirement.authenticated ? 'authenticated' : 'open';
      expect(listed[coordinate], coordinate).toEqual(hasScopes(requirement) ? requirement.anyOf : word);
    }
  });
});
