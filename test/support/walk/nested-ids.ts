// Ids that fields at the end of a path take. Near the root each id is tried in each place alone; deeper, one filter holds
// every id in every place. That is as strict: unknown ids match no row, so `or` over foreign ids answers the same only
// when none of them matches, and `and` over their negations only when none of them takes a row away.
import * as gql from 'graphql';
import { idPlaces } from '../id-places.ts';
import { argumentsText, batchesOf, wrap, type Batch, type Errand } from './documents.ts';
import { hasValues, type Path, type Step } from './paths.ts';

/** Down to here each pair has a field of its own. */
const aloneTo = 2;
const fieldsAtOnce = 20;

type Place = readonly string[];
type Json = Record<string, unknown>;

export interface Question {
  readonly document: string;
  /** With these ids in every place. */
  variables(as: (id: string) => string): Json;
  /** Pairs of a place and an id that the variables hold, counted in their values. */
  readonly pairs: number;
  /** Lists that are asked for rows with these ids. */
  readonly lists: number;
}

const shown = (path: Path) => {
  const step = path.at(-1)!;
  const id = 'id' in step.target.getFields() ? 'id' : '';
  return wrap(step, hasValues(path) ? `__typename ${id}` : '');
};

/** Comparators that take a list. */
const many = ['in', 'nin', 'hasAny', 'hasAll', 'hasNone'];
const takesMany = (place: Place) => many.includes(place.at(-1)!);

/** `{ venueId: { in: ["…"] } }` */
function nested(place: Place, ids: readonly string[]): unknown {
  const isMany = takesMany(place);
  return place.reduceRight<unknown>((inner, name) => ({ [name]: inner }), isMany ? ids : ids[0]);
}

function isNegative(place: Place): boolean {
  const comparator = place.at(-1)!;
  if (['neq', 'nin', 'hasNone'].includes(comparator)) return true;
  if (['eq', 'in', 'hasAny', 'hasAll'].includes(comparator)) return false;
  throw new Error(`Does "${place.join('.')}" choose rows or leave them out?`);
}

/** Every id in every place, joined. */
function joined(places: readonly Place[], ids: readonly string[]): Json {
  const each = (isWanted: boolean) =>
    places
      .filter((place) => isNegative(place) === isWanted)
      .flatMap(([, ...rest]) =>
        // No row has all of them.
        takesMany(rest) && rest.at(-1) !== 'hasAll'
          ? [nested(rest, ids)]
          : ids.map((id) => nested(rest, [id])),
      );
  return { or: each(false), and: each(true) };
}

function countTexts(value: unknown): number {
  if (typeof value === 'string') return 1;
  return Object.values(value as object).reduce<number>((sum, inner) => sum + countTexts(inner), 0);
}

const isFilter = ({ field, kind }: Step) => {
  const filter = field.args.find(({ name }) => name === 'filter');
  const type = filter && gql.getNamedType(filter.type);
  const isOnly = idPlaces(field.args).every(([name]) => name === 'filter');
  return kind === 'list' && isOnly && gql.isInputObjectType(type) && 'or' in type.getFields();
};

/** Each pair with a field of its own. */
function aloneQuestions(path: Path, ids: readonly string[]): Question[] {
  const step = path.at(-1)!;
  const pairs = idPlaces(step.field.args).flatMap((place) => ids.map((id) => ({ place, id })));
  const questions: Question[] = [];
  for (let from = 0; from < pairs.length; from += fieldsAtOnce) {
    const some = pairs.slice(from, from + fieldsAtOnce);
    const fields = some.map(({ place: [name, ...rest] }, index) => {
      const isMany = takesMany(rest);
      const value = rest.reduceRight(
        (inner, key) => `{ ${key}: ${inner} }`,
        isMany ? `[$v${index}]` : `$v${index}`,
      );
      const given = { ...step.required, ...(step.kind === 'list' ? { first: 2 } : {}), [name!]: value };
      return `p${index}: ${step.field.name}${argumentsText(given)} ${shown(path)}`;
    });
    const head = `query (${some.map((_, index) => `$v${index}: ID!`).join(', ')})`;
    const selection = fields.join(' ');
    const document =
      path.length > 1
        ? batchesOf([{ path: path.slice(0, -1), selection }], head, 1)[0]!.document
        : `${head} { ${selection} }`;
    const variables: Question['variables'] = (as) =>
      Object.fromEntries(some.map(({ id }, index) => [`v${index}`, as(id)]));
    questions.push({ document, variables, pairs: some.length, lists: 0 });
  }
  return questions;
}

/** Every pair of these lists, two fields for each list. */
function joinedQuestions(paths: readonly Path[], ids: readonly string[]): Question[] {
  const filterOf = (step: Step) =>
    gql.getNamedType(step.field.args.find(({ name }) => name === 'filter')!.type).name;
  const errands = paths.map((path): Errand & { readonly last: Step } => {
    const last = path.at(-1)!;
    const { name } = last.field;
    const fields = ['or', 'and'].map(
      (word) => `${word}_${name}: ${name}(first: 2, filter: $${word}_${filterOf(last)}) ${shown(path)}`,
    );
    return { path: path.slice(0, -1), selection: fields.join(' '), aliases: 2, last };
  });
  const steps = new Map(paths.map((path) => [filterOf(path.at(-1)!), path.at(-1)!]));
  const valueOf = (step: Step, as: (id: string) => string) => joined(idPlaces(step.field.args), ids.map(as));
  // Every document declares every filter, and the unused ones are cut out below: they would be refused.
  return batchesOf(errands, headFor([...steps.keys()]), 1).map(
    ({ document, errands: some }: Batch): Question => {
      const lasts = some.map((errand) => (errand as (typeof errands)[number]).last);
      const names = [...new Set(lasts.map(filterOf))];
      return {
        document: document.replace(headFor([...steps.keys()]), headFor(names)),
        variables: (as) =>
          Object.fromEntries(
            names.flatMap((name) => {
              const value = valueOf(steps.get(name)!, as);
              return [
                [`or_${name}`, { or: value['or'] }],
                [`and_${name}`, { and: value['and'] }],
              ];
            }),
          ),
        pairs: lasts.reduce((sum, step) => sum + countTexts(valueOf(step, (id) => id)), 0),
        lists: lasts.length,
      };
    },
  );
}

const headFor = (filters: readonly string[]) =>
  `query (${filters.flatMap((name) => [`$or_${name}: ${name}`, `$and_${name}: ${name}`]).join(', ')})`;

/** Every pair of a place at the end of a path and an id. */
export function questionsOf(paths: readonly Path[], ids: readonly string[]): Question[] {
  const taking = paths.filter((path) => idPlaces(path.at(-1)!.field.args).length > 0);
  const isJoined = (path: Path) => path.length > aloneTo && isFilter(path.at(-1)!);
  return [
    ...taking.filter((path) => !isJoined(path)).flatMap((path) => aloneQuestions(path, ids)),
    ...joinedQuestions(taking.filter(isJoined), ids),
  ];
}
