// How long each text may be that an argument or input field takes. Told once for the whole schema: each has a maximum before
// anything folds, normalizes, hashes, parses or searches it. Who asks for it is graphql/precheck/text-lengths.ts.
import {
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { maxSearchLength } from '../../core/page-size.ts';
import { ruledTextLength } from './input-limits.ts';

type TextPosition = GraphQLArgument | GraphQLInputField;

/** In UTF-16 code units. A scalar that takes texts is named here; the others take none. */
const lengthOfScalar: Readonly<Record<string, number | null>> = {
  ...{ String: 1_000, ID: 256, DateTime: 64, Scope: 200 },
  ...{ Int: null, SafeInt: null, Float: null, Boolean: null },
};

/** By the name of an argument or input field. */
const lengthOfName: Readonly<Record<string, number>> = {
  // Both are folded. The columns that they are compared with hold at most 254 characters.
  ...{ contains: 200, startsWith: 200 },
  // As resources/page.ts counts it.
  search: maxSearchLength,
  // The longest sort value as JSON in Base64, with room.
  ...{ after: 4_000, before: 4_000 },
  // GraphQL documents, which have limits of their own in tokens.
  ...{ document: 100_000, documents: 100_000, forOperations: 100_000 },
  timezone: 64,
};

/** By coordinate: a sign-in has no user errors for single fields. */
const lengthOfCoordinate: Readonly<Record<string, number>> = {
  'LoginInput.email': 320,
  'LoginInput.password': 1_024,
};

/**
 * The texts of a mutation's input. Its rules (resources/inputs/input.ts) set the limit that its caller reads about in userErrors, and
 * look at the length first; the longest text that any of them lets through has 20,000 characters.
 */
const maxRuledLength = 50_000;

function ruledTypes(schema: GraphQLSchema): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (type: GraphQLInputType): void => {
    const named = getNamedType(type);
    if (!isInputObjectType(named) || found.has(named.name)) return;
    found.add(named.name);
    for (const field of Object.values(named.getFields())) visit(field.type);
  };
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {}))
    for (const argument of field.args) visit(argument.type);
  return found;
}

/** The maximum of an argument or input field, or null where it takes no text. */
export function maxTextLength({ extensions }: TextPosition): number | null {
  const length = extensions['maxTextLength'];
  return typeof length === 'number' ? length : null;
}

/**
 * The limit to tell a caller whose text is over the maximum: that of the rules is lower where they are asked later, and a text
 * within the maximum alone would be refused by them.
 */
export function statedTextLength(place: TextPosition): number | null {
  const { ruledBy } = place.extensions;
  const ruled = typeof ruledBy === 'string' ? ruledTextLength(ruledBy, place.name) : null;
  return ruled ?? maxTextLength(place);
}

function limit(place: TextPosition, coordinate: string, isRuled: boolean): void {
  const named = getNamedType(place.type);
  if (!isScalarType(named)) return;
  const usual = lengthOfScalar[named.name];
  if (usual === undefined)
    throw new Error(`The scalar ${named.name} of ${coordinate} has no maximum in text-limits.ts.`);
  if (usual === null) return;
  const ruled = isRuled && named.name === 'String' ? maxRuledLength : usual;
  const length = lengthOfCoordinate[coordinate] ?? lengthOfName[place.name] ?? ruled;
  const ruledBy = isRuled ? { ruledBy: coordinate.split('.')[0] } : {};
  place.extensions = { ...place.extensions, ...ruledBy, maxTextLength: length };
}

/** Gives every argument and input field that takes text its maximum. Changes the schema it is given. */
export function limitTexts(schema: GraphQLSchema): void {
  const ruled = ruledTypes(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        limit(field, `${type.name}.${field.name}`, ruled.has(type.name));
    } else if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields()))
        for (const argument of field.args)
          limit(argument, `${type.name}.${field.name}(${argument.name})`, false);
    }
  }
}
