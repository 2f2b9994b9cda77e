// The real schema with its policy and gate, without a server: what a caller with some scopes is denied.
import { parse, validate, type DocumentNode } from 'graphql';
import { createGate, type Decision, type Gate } from '../../../src/access/policy/index.ts';
import { allFeatures, scopeCatalogue } from '../../../src/services.ts';
import { anonymous, type Principal } from '../../../src/core/principal.ts';
import { assembleSchema, type AssembledSchema } from '../../../src/graphql/schema.ts';

export function keyWith(scopes: readonly string[]): Principal {
  const ids = { workspaceId: 'wks_1', apiKeyId: 'key_1', label: 'test', secretId: '0123456789ab' };
  return {
    kind: 'API_KEY',
    ip: '127.0.0.1',
    ...ids,
    scopes: new Set(scopes),
    venueIds: null,
    operationIds: null,
  };
}

export interface Question {
  readonly document: string | DocumentNode;
  readonly scopes?: readonly string[];
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly isAnonymous?: boolean;
}

export interface Judge {
  readonly gate: Gate;
  decide(question: Question): Promise<Decision>;
  /** Denied paths, `@` for each list, with what they lack. */
  denied(question: Question): Promise<Record<string, readonly string[]>>;
}

/** Asks the gate of a schema, with documents that are checked to be valid. */
export function judgeOf({ schema, policy }: AssembledSchema): Judge {
  const gate = createGate(schema, policy);
  const decide = async (question: Question): Promise<Decision> => {
    const { document, scopes = [], variables = {}, operationName, isAnonymous = false } = question;
    const parsed = typeof document === 'string' ? parse(document) : document;
    const faults = validate(schema, parsed);
    if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
    const operations = parsed.definitions.filter((definition) => definition.kind === 'OperationDefinition');
    const operation = operationName
      ? operations.find(({ name }) => name?.value === operationName)
      : operations[0];
    const plan = gate.plan(parsed, operation!);
    return gate.decide(plan, isAnonymous ? anonymous : keyWith(scopes), variables);
  };
  return {
    gate,
    decide,
    async denied(question) {
      const { denials } = await decide(question);
      return Object.fromEntries(denials.map(({ pathKey, missing }) => [pathKey, missing]));
    },
  };
}

export function assembleRealSchema(): Promise<AssembledSchema> {
  return assembleSchema(allFeatures, scopeCatalogue());
}
