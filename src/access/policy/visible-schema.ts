// The schema as one caller may see it: what it may not use is not there, neither in introspection nor in the SDL.
import { createRequire } from 'node:module';
import type { GraphQLFieldConfig, GraphQLSchema } from 'graphql';
import type { Policy } from './policy.ts';
import type { Requirement } from './rules/requirement.ts';

const require = createRequire(import.meta.url);

type Verdict = (requirement: Requirement) => boolean;

function withVisibleArguments(
  config: GraphQLFieldConfig<unknown, unknown>,
  isVisible: (argument: string) => boolean,
): GraphQLFieldConfig<unknown, unknown> {
  const args = Object.entries(config.args ?? {}).filter(([name]) => isVisible(name));
  return { ...config, args: Object.fromEntries(args) };
}

/** A copy without the fields, arguments, input fields, enum values and types that the verdicts close. */
export function visibleSchema(schema: GraphQLSchema, policy: Policy, isMet: Verdict): GraphQLSchema {
  // As CommonJS, as Apollo loads it: once.
  const utils = require('@graphql-tools/utils') as typeof import('@graphql-tools/utils');
  const { MapperKind, mapSchema, pruneSchema } = utils;
  const mapped = mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (config, fieldName, typeName) => {
      // A type that cannot be reached is gone with all its fields, also those that lead to something open.
      if (!isMet(policy.ofType(typeName)) || !isMet(policy.ofField(typeName, fieldName))) return null;
      return withVisibleArguments(config, (argument) =>
        isMet(policy.ofArgument(typeName, fieldName, argument)),
      );
    },
    [MapperKind.INPUT_OBJECT_FIELD]: (config, fieldName, typeName) =>
      isMet(policy.ofMember(typeName, fieldName)) ? config : null,
    [MapperKind.ENUM_VALUE]: (config, typeName, _schema, value) =>
      isMet(policy.ofMember(typeName, value)) ? config : null,
  });
  return pruneSchema(mapped);
}
