// Names of types and orders of lists in the middle of a sentence.
import type { Order } from './page.ts';

/** `FollowUp` -> "follow-up". */
export function inWords(typeName: string): string {
  return typeName
    .replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase()
    .replace('api-key', 'API key')
    .replace('audit-entry', 'audit entry')
    .replace('logged-request', 'logged request')
    .replace('stored-operation', 'stored operation');
}

/** "inquiry" -> "inquiries", "API key" -> "API keys". */
export function several(thing: string): string {
  return `${thing.replace(/(?<=[^aeiou])y$/, 'ie')}s`;
}

/** "by `createdAt`, latest first". Of the orders that lists have by themselves: instants and numbers. */
export function orderInWords({ field, direction }: Order): string {
  const ends = field === 'number' ? ['lowest', 'highest'] : ['earliest', 'latest'];
  return `by \`${field}\`, ${ends[direction === 'ASC' ? 0 : 1]} first`;
}
