// The limits of an input's values in words, read from the very rules that check them: a number stands in one place.
import { z } from 'zod';

const rulesByType = new Map<string, z.ZodType>();

/** Notes the rules of an input class, whose name is that of its GraphQL type. */
export function noteRules(typeName: string, rules: z.ZodType): void {
  rulesByType.set(typeName, rules);
}

/** What is read of JSON Schema. */
interface Described {
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
  readonly properties?: Readonly<Record<string, Described>>;
}

const inFigures = (count: number) => count.toLocaleString('en');

/** Null of what has no limit. Bounds of a whole number alone, ±2^53, are none. */
function limitIn(schema: Described): string | null {
  const { maxLength, maxItems, minimum, maximum, items, anyOf } = schema;
  if (anyOf) return anyOf.map(limitIn).find((limit) => limit !== null) ?? null;
  if (maxLength !== undefined) return `At most ${inFigures(maxLength)} characters.`;
  if (maxItems !== undefined) {
    const each =
      items?.maxLength === undefined ? '' : `, each of at most ${inFigures(items.maxLength)} characters`;
    return `At most ${inFigures(maxItems)}${each}.`;
  }
  const isBound = (value: number | undefined) =>
    value !== undefined && Number.isSafeInteger(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  if (isBound(minimum) && isBound(maximum)) return `${inFigures(minimum!)} to ${inFigures(maximum!)}.`;
  return isBound(minimum) ? `At least ${inFigures(minimum!)}.` : null;
}

const describedTypes = new Map<z.ZodType, Described>();

/** The fields of an input type, none for a type without rules. Kept: a schema of JSON takes a while to make. */
function fieldsOf(typeName: string): Readonly<Record<string, Described>> {
  const rules = rulesByType.get(typeName);
  if (!rules) return {};
  const known = describedTypes.get(rules) ?? (z.toJSONSchema(rules, { unrepresentable: 'any' }) as Described);
  describedTypes.set(rules, known);
  return known.properties ?? {};
}

/** Field of an input type -> its limit, as a sentence; none for a type without rules. */
export function limitsOf(typeName: string): ReadonlyMap<string, string> {
  const limits = Object.entries(fieldsOf(typeName)).map(
    ([name, described]) => [name, limitIn(described)] as const,
  );
  return new Map(limits.filter((entry): entry is [string, string] => entry[1] !== null));
}

function textLengthIn({ maxLength, items, anyOf }: Described): number | null {
  if (anyOf) return anyOf.map(textLengthIn).find((length) => length !== null) ?? null;
  return maxLength ?? (items ? textLengthIn(items) : null);
}

/** The longest text that the rules of an input field, or of each of its items, let through; null = they set no limit. */
export function ruledTextLength(typeName: string, field: string): number | null {
  const described = fieldsOf(typeName)[field];
  return described ? textLengthIn(described) : null;
}
