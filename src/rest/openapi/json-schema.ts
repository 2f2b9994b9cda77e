// The parts of JSON Schema (2020-12) and of OpenAPI 3.1 that the description of REST uses, and how they are put together.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly const?: Json;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** A schema, and a value that it describes. */
export interface Described {
  readonly schema: JsonSchema;
  readonly example: Json;
}

export const refTo = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** The same or null. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values, ...rest } = schema;
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return { type: [type, 'null'], ...(values ? { enum: [...values, null] } : {}), ...rest };
}

/** With a description, unless it has none to get. */
export function described(schema: JsonSchema, description: string): JsonSchema {
  return description === '' ? schema : { ...schema, description };
}

export interface Property extends Described {
  readonly isRequired: boolean;
}

/** An object of these properties. */
export function objectOf(properties: Readonly<Record<string, Property>>): Described {
  const entries = Object.entries(properties);
  const required = entries.filter(([, { isRequired }]) => isRequired).map(([name]) => name);
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
      ...(required.length > 0 ? { required } : {}),
    },
    example: Object.fromEntries(entries.map(([name, { example }]) => [name, example])),
  };
}

/** Schemas that have a name in the document. */
export class Components {
  private readonly made = new Map<string, Described>();

  /** A reference to the schema of this name, which is made when it is asked for first. */
  named(name: string, make: () => Described): Described {
    let known = this.made.get(name);
    if (!known) {
      known = make();
      this.made.set(name, known);
    }
    return { schema: refTo(name), example: known.example };
  }

  schemas(): Readonly<Record<string, JsonSchema>> {
    const sorted = [...this.made].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([name, { schema }]) => [name, schema]));
  }
}
