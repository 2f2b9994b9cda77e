// A document without what its sender put into it: literals are blanked, aliases numbered. Two requests that differ in such
// things alone are the same operation, and no value of a customer is kept.
import {
  Kind,
  print,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { blankSecrets } from '../../../core/logger.ts';
import type { RanOperation } from '../../../core/recorder.ts';

/** An id as this server makes them: its prefix says what a selection leads to. */
const ownId = /^([a-z]{3})_[0-9a-z]{26}$/;

function blankText(text: string): string {
  const prefix = ownId.exec(text)?.[1];
  return prefix === undefined ? '' : `${prefix}_0`;
}

/** A key is a name by the rules of GraphQL: one that was pasted in the wrong place is not kept. */
function nameOf(name: string): string {
  return blankSecrets(name) === name ? name : 'redacted';
}

/** Each form of an element once: how many there were is no part of the operation. */
function distinct(values: readonly ValueNode[]): ValueNode[] {
  return [...new Map(values.map((value) => [print(value), value])).values()];
}

/** The fragments that a selection spreads, and those that these spread. */
function fragmentsBelow({ document, operation }: RanOperation): readonly FragmentDefinitionNode[] {
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const spread = new Set<string>();
  const follow = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread({ name: { value } }) {
        if (spread.has(value)) return;
        spread.add(value);
        const fragment = fragments.find(({ name }) => name.value === value);
        if (fragment) follow(fragment);
      },
    });
  };
  follow(operation);
  return fragments.filter(({ name }) => spread.has(name.value));
}

/**
 * The operation and its fragments, nothing else. Texts and numbers are blanked; booleans, names of enum values and null are the
 * schema's own and stay. Names of variables and fragments stay as well.
 */
export function normalisedDocument(ran: RanOperation): DocumentNode {
  let aliases = 0;
  const definitions = [ran.operation, ...fragmentsBelow(ran)];
  return visit({ kind: Kind.DOCUMENT, definitions } as DocumentNode, {
    // Their texts are the sender's own words.
    OperationDefinition: (node) => ({ ...node, description: undefined }),
    FragmentDefinition: (node) => ({ ...node, description: undefined }),
    VariableDefinition: (node) => ({ ...node, description: undefined }),
    Name: (node) => ({ ...node, value: nameOf(node.value) }),
    Field(node) {
      if (!node.alias) return undefined;
      aliases += 1;
      return { ...node, alias: { kind: Kind.NAME, value: `a${aliases}` } };
    },
    IntValue: (node) => ({ ...node, value: '0' }),
    FloatValue: (node) => ({ ...node, value: '0' }),
    StringValue: (node) => ({ ...node, value: blankText(node.value), block: false }),
    ListValue: { leave: (node) => ({ ...node, values: distinct(node.values) }) },
  });
}
