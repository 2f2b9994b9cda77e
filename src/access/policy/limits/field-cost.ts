// What a field costs beside the objects that it may answer: declared beside the field, as its extension `cost`, charged by
// cost.ts and told by the field's description.
import { isInputObjectType, getNamedType, isListType, getNullableType, type GraphQLField } from 'graphql';

/** Arguments as they were sent, with the values of variables: enum values are their names. What is not known is absent. */
export type SentArguments = Readonly<Record<string, unknown>>;

export interface FieldCost {
  /** For the description of the field: `Costs 10 points for each day.` */
  readonly sentence: string;
  /**
   * Points for one call of the field. `count` tells how often a field of that name is selected somewhere below it.
   * Arguments were not validated yet: the function has to accept every value.
   */
  points(args: SentArguments, count: (fieldName: string) => number): number;
}

/** A written row costs more than a read one: its statements, its place in the queue of writers, its flush to the disk. */
const pointsPerWrite = 10;
/** Argon2id takes some 40 ms of a thread and 19 MiB. */
const pointsPerHash = 100;
/** Parsing, validating and planning 2,000 tokens takes some 20 ms. */
const charactersPerPoint = 10;
/** What a bulk mutation is charged for when its list is not known yet, as in an access check. */
const assumedItems = 50;

/** Of mutations that hash passwords, which is all that such a mutation costs worth mentioning. */
export function passwordCost(hashes: number): FieldCost {
  const points = hashes * pointsPerHash;
  return { sentence: `Costs ${points} points: passwords are slow to hash.`, points: () => points };
}

/** Of fields that are sent GraphQL documents to explain. */
export function documentCost(sent: (args: SentArguments) => unknown, plus = 0): FieldCost {
  const length = (text: unknown) => (typeof text === 'string' ? text.length : 0);
  const more = plus > 0 ? `${plus} points, and ` : '';
  return {
    sentence: `Costs ${more}a point for every ${charactersPerPoint} characters of the documents.`,
    points(args) {
      const documents = [sent(args)].flat();
      return (
        plus + documents.reduce((sum: number, text) => sum + Math.ceil(length(text) / charactersPerPoint), 0)
      );
    },
  };
}

/** The argument of a bulk mutation that holds its inputs. */
function bulkArgument({ args }: GraphQLField<unknown, unknown>): string | null {
  const isBulk = ({ type }: (typeof args)[number]) =>
    isListType(getNullableType(type)) && isInputObjectType(getNamedType(type));
  return args.find(isBulk)?.name ?? null;
}

function writeCost(field: GraphQLField<unknown, unknown>): FieldCost {
  const bulk = bulkArgument(field);
  if (bulk === null) return { sentence: `Costs ${pointsPerWrite} points.`, points: () => pointsPerWrite };
  return {
    sentence: `Costs ${pointsPerWrite} points for each input.`,
    points({ [bulk]: sent }) {
      const items = Array.isArray(sent) ? sent.length : sent === undefined ? assumedItems : 1;
      return items * pointsPerWrite;
    },
  };
}

/** What is declared; a mutation that declares nothing writes one row, or one for each input that it is sent. Null = nothing. */
export function costOfCalling(field: GraphQLField<unknown, unknown>, isMutation: boolean): FieldCost | null {
  const declared = field.extensions['cost'] as FieldCost | undefined;
  if (declared) return declared;
  return isMutation ? writeCost(field) : null;
}
