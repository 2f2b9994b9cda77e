// Who calls: keys with every kind of set of scopes, signed-in users of each role, nobody.
import {
  getNamedType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { roleScopes, type Policy } from '../../../src/access/policy/index.ts';
import { anonymous, type Principal, type Role } from '../../../src/core/principal.ts';
import type { Draw } from './draw.ts';

/** Real rows behind the principals, for what the resolvers read about the caller. */
export interface Identities {
  readonly workspaceId: string;
  readonly apiKeyId: string;
  readonly secretId: string;
  readonly userId: string;
  readonly venueId: string;
}

export interface CallerOptions {
  readonly identities: Identities;
  readonly dataScopes: readonly string[];
  readonly policy: Policy;
  readonly schema: GraphQLSchema;
}

/** One way to be allowed everything that the document holds. A hint for the generator, no verdict. */
export function scopesIn(schema: GraphQLSchema, policy: Policy, document: DocumentNode): string[] {
  const info = new TypeInfo(schema);
  const found = new Set<string>();
  const add = (typeName: string, fieldName?: string) => {
    const { anyOf } = fieldName ? policy.ofField(typeName, fieldName) : policy.ofType(typeName);
    for (const scope of anyOf[0] ?? []) found.add(scope);
  };
  visit(
    document,
    visitWithTypeInfo(info, {
      Field(node) {
        const parent = info.getParentType();
        if (parent && 'getFields' in parent && node.name.value in parent.getFields() && info.getType()) {
          if (policy.coordinates.has(`${parent.name}.${node.name.value}`)) add(parent.name, node.name.value);
          add(getNamedType(info.getType()!).name);
        }
      },
      InlineFragment: (node) => void (node.typeCondition && add(node.typeCondition.name.value)),
      FragmentDefinition: (node) => add(node.typeCondition.name.value),
    }),
  );
  return [...found].sort();
}

export class CallerWriter {
  constructor(private readonly options: CallerOptions) {}

  /** `count` callers for one document, chosen so that most are refused little. */
  draw(draw: Draw, document: DocumentNode, count: number): Principal[] {
    const needed = scopesIn(this.options.schema, this.options.policy, document);
    return Array.from({ length: count }, () => this.one(draw, needed));
  }

  key(scopes: Iterable<string>, venueIds: readonly string[] | null = null): Principal {
    const { workspaceId, apiKeyId, secretId } = this.options.identities;
    return {
      kind: 'API_KEY',
      ip: '127.0.0.1',
      workspaceId,
      apiKeyId,
      label: 'test',
      secretId,
      venueIds,
      operationIds: null,
      scopes: new Set(scopes),
    };
  }

  user(role: Role): Principal {
    const { workspaceId, userId } = this.options.identities;
    const scopes = new Set([...this.options.dataScopes, ...roleScopes[role]]);
    return { kind: 'USER', name: null, workspaceId, userId, role, tokenVersion: 1, scopes, venueIds: null };
  }

  private one(draw: Draw, needed: readonly string[]): Principal {
    const { dataScopes, identities } = this.options;
    const roll = draw.below(100);
    if (roll < 12) return this.user(draw.pick(['OWNER', 'OWNER', 'ADMIN', 'MEMBER'] as const));
    if (roll < 14) return anonymous;
    const venues = draw.chance(10) ? [identities.venueId] : null;
    if (roll < 18) return this.key([], venues);
    if (roll < 23) return this.key(dataScopes, venues);
    if (roll < 55 && needed.length > 0) {
      const lacking = draw.pick(needed);
      return this.key(
        needed.filter((scope) => scope !== lacking),
        venues,
      );
    }
    if (roll < 65) return this.key(needed, venues);
    const share = draw.pick([30, 60, 85]);
    return this.key(
      dataScopes.filter(() => draw.chance(share)),
      venues,
    );
  }
}
