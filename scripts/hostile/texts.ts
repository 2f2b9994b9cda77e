// Every argument and input field that takes a text, with the texts that are dear to fold, to search for or to hash.
import { getNamedType, type GraphQLSchema } from 'graphql';
import { operation, type Attack } from './attack.ts';
import { argumentsOf, selectionOf, sitesOf, textPlacesOf } from './schema-walk.ts';

const length = 65_000;
const texts: Readonly<Record<string, string>> = {
  'combining marks': `e${'\u0301'.repeat(length)}`,
  // Above and below by turns: to be put in order, which takes the square of their number.
  'unordered marks': `e${'\u0301\u0323'.repeat(length / 2)}`,
  spaces: ' '.repeat(length),
  'one letter': 'a'.repeat(length),
};

/** `everywhere`: also where an input type comes again, as the same filter on another list. */
export function textAttacks(schema: GraphQLSchema, everywhere: boolean): Attack[] {
  const seen = new Set<string>();
  return sitesOf(schema).flatMap((site) =>
    textPlacesOf(site).flatMap(({ argument, path, valueWith }) => {
      const kind = [getNamedType(argument.type).name, ...path].join('.');
      if (path.length > 0 && !everywhere && seen.has(kind)) return [];
      seen.add(kind);
      const { field, parent, before, after } = site;
      const called = `${field.name}${argumentsOf(field, { [argument.name]: '$v' })} ${selectionOf(field.type)}`;
      const query = `${site.operation} ($v: ${String(argument.type)}) { ${before}${called}${after} }`;
      const place = [`${parent.name}.${field.name}(${argument.name})`, ...path].join('.');
      return Object.entries(texts).map(([what, text]) =>
        operation(`${place}: ${what}`, 'owner', query, { v: valueWith(text) }),
      );
    }),
  );
}
