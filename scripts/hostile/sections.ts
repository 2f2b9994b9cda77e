// All attacks, in the order in which they are tried.
import type { GraphQLSchema } from 'graphql';
import type { Attack } from './attack.ts';
import { doorAttacks } from './doors.ts';
import { headerAttacks } from './headers.ts';
import { heavyAttacks } from './heavy.ts';
import { listAttacks } from './lists.ts';
import { textAttacks } from './texts.ts';

export const sectionNames = ['headers', 'doors', 'texts', 'lists', 'heavy'] as const;
export type SectionName = (typeof sectionNames)[number];

/** `everywhere`: see textAttacks. */
export function attacksOf(
  section: SectionName,
  schema: GraphQLSchema,
  everywhere: boolean,
): readonly Attack[] {
  switch (section) {
    case 'headers':
      return headerAttacks();
    case 'doors':
      return doorAttacks();
    case 'texts':
      return textAttacks(schema, everywhere);
    case 'lists':
      return listAttacks(schema);
    case 'heavy':
      return heavyAttacks();
  }
}

const namesOfWorst = [
  /^Content-Type: application\/json; charset=" " x .*x"y$/,
  /^POST \/api\/v1\/customers: a text of escaped quotes that does not end, by nobody$/,
  /^Mutation\.login\(input\)\.email: unordered marks$/,
  /^Query\.customers\(filter\)\.name\.contains: unordered marks$/,
  /^venues\.customers: plain$/,
  /^availability of a month/,
];

/** One of each kind, for what is tried with few. */
export function worstAttacks(schema: GraphQLSchema): Attack[] {
  const all = sectionNames.flatMap((section) => attacksOf(section, schema, true));
  return namesOfWorst.map((pattern) => {
    const found = all.find(({ name }) => pattern.test(name));
    if (!found) throw new Error(`There is no attack ${String(pattern)}.`);
    return found;
  });
}
