// The work that is measured: the operations that clients send, with their variables and the key they are sent with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, print } from 'graphql';
import type { BenchHouse } from './seed.ts';

export const operationNames = ['Dashboard', 'DashboardHalf', 'Inbox', 'Customer', 'CreateInquiry'] as const;
export type OperationName = (typeof operationNames)[number];

export interface Operation {
  readonly name: string;
  readonly key: string;
  /** Sent in turn, so that no answer is the same row over and over. */
  readonly bodies: readonly string[];
  /** A good answer holds this text: the load checks every answer, not only its status. */
  readonly mustContain: string;
  /** Places whose content is each server's own business (cursors, new ids), as `a.b.c` without list indexes. */
  readonly opaque: readonly string[];
}

/** Fields that the key of DashboardHalf may not see; with all below them 16 of the operation's 28 fields. */
export const deniedInHalf = ['Customer.inquiries', 'Customer.followUps'] as const;

/** From dist/scripts/bench/ to the top. */
const examples = join(import.meta.dirname, '../../../schema/examples/data.graphql');

/** One operation of schema/examples as a document of its own. */
export function exampleOperation(name: string): string {
  const { definitions } = parse(readFileSync(examples, 'utf8'));
  const found = definitions.find(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === name,
  );
  if (!found) throw new Error(`schema/examples/data.graphql has no operation "${name}".`);
  return print(found);
}

export function body(operationName: string, query: string, variables: object = {}): string {
  return JSON.stringify({ operationName, query, variables });
}

function inquiryInput(customerId: string, index: number): object {
  const subject = `Question ${index}`;
  return { customerId, subject, body: 'Is there a free hour on Tuesday afternoon?', channel: 'WEB' };
}

export function operation(name: OperationName, { keys, customerIds }: BenchHouse): Operation {
  const key = keys.full;
  switch (name) {
    case 'Dashboard':
    case 'DashboardHalf':
      return {
        name,
        key: name === 'Dashboard' ? key : keys.half,
        bodies: [body('Dashboard', exampleOperation('Dashboard'))],
        mustContain: '"endCursor"',
        opaque: ['customers.pageInfo.endCursor'],
      };
    case 'Inbox':
      return {
        ...{ name, key, bodies: [body(name, exampleOperation(name))], mustContain: '"cursor"' },
        opaque: ['inquiries.pageInfo.endCursor', 'inquiries.edges.cursor'],
      };
    case 'Customer': {
      const query = exampleOperation(name);
      const bodies = customerIds.map((id) => body(name, query, { id }));
      return { name, key, bodies, mustContain: '"updatedAt"', opaque: [] };
    }
    case 'CreateInquiry': {
      const query = exampleOperation(name);
      const bodies = customerIds.map((id, index) => body(name, query, { input: inquiryInput(id, index) }));
      const opaque = ['createInquiry.inquiryId', 'createInquiry.inquiry.id'];
      return { name, key, bodies, mustContain: '"inq_', opaque };
    }
  }
}
