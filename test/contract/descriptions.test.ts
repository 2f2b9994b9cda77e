// The schema explains itself: every type, field, argument, input field and enum value says what it is, and inputs say the
// limits that their rules check.
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  type GraphQLSchema,
} from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { allFeatures, scopeCatalogue } from '../../src/services.ts';
import { limitsOf, noteRules } from '../../src/resources/inputs/input-limits.ts';
import { optionalText, text } from '../../src/resources/inputs/input.ts';
import { assembleSchema } from '../../src/graphql/schema.ts';

let schema: GraphQLSchema;
beforeAll(async () => ({ schema } = await assembleSchema(allFeatures, scopeCatalogue())));

type Described = readonly [coordinate: string, description: string | null | undefined];

function everything(): Described[] {
  const found: Described[] = [];
  for (const directive of schema.getDirectives().filter((one) => !isSpecifiedDirective(one))) {
    found.push([`@${directive.name}`, directive.description]);
    for (const { name, description } of directive.args)
      found.push([`@${directive.name}(${name})`, description]);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
    found.push([type.name, type.description]);
    if (isEnumType(type))
      for (const { name, description } of type.getValues()) found.push([`${type.name}.${name}`, description]);
    if (isInputObjectType(type))
      for (const { name, description } of Object.values(type.getFields()))
        found.push([`${type.name}.${name}`, description]);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { name, description, args } of Object.values(type.getFields())) {
      found.push([`${type.name}.${name}`, description]);
      for (const argument of args)
        found.push([`${type.name}.${name}(${argument.name})`, argument.description]);
    }
  }
  return found;
}

it('says of everything what it is, and not only what it requires', () => {
  expect(everything().length).toBeGreaterThan(900);
  const bare = everything().filter(([, description]) => {
    const own = (description ?? '').replace(/ ?Requires [^.]*\.$/, '');
    return own.length < 5;
  });
  expect(bare.map(([coordinate]) => coordinate)).toEqual([]);
});

it('ends each description as a sentence', () => {
  const open = everything().filter(
    ([, description]) => !/[.`)?]$/.test((description ?? '').split('\n')[0] ?? ''),
  );
  expect(open.filter(([coordinate]) => coordinate !== 'Scope')).toEqual([]);
});

it('tells the limits of inputs by the numbers of their rules', () => {
  const described = new Map(everything());
  expect(described.get('CreateCustomerInput.name')).toContain('At most 200 characters.');
  expect(described.get('UpdateCustomerInput.notes')).toContain('At most 10,000 characters.');
  expect(described.get('CreateCustomerInput.tags')).toContain('At most 50, each of at most 50 characters.');
  expect(described.get('CreateApiKeyInput.rateLimitPerMinute')).toContain('1 to 1,000,000.');
  const inputs = Object.values(schema.getTypeMap()).filter(
    (type) => isInputObjectType(type) && /^(Create|Update|Reply)/.test(type.name),
  );
  for (const input of inputs) {
    for (const [field, limit] of limitsOf(input.name))
      expect(described.get(`${input.name}.${field}`)).toContain(limit);
  }
});

it('reads a limit from whatever holds it', () => {
  const rules = z.object({
    plain: text(7),
    optional: optionalText(8),
    list: z.array(text(3)).max(4).nullish(),
    range: z.number().int().min(2).max(1_500).optional(),
    least: z.number().int().min(1),
    free: z.number().int(),
    date: z.string(),
  });
  noteRules('LimitsOfATest', rules);
  expect(Object.fromEntries(limitsOf('LimitsOfATest'))).toEqual({
    plain: 'At most 7 characters.',
    optional: 'At most 8 characters.',
    list: 'At most 4, each of at most 3 characters.',
    range: '2 to 1,500.',
    least: 'At least 1.',
  });
});
