// What a request gives -> variables of its operation, and everything that is wrong with it. Nothing is dropped silently: a name
// that the operation does not know is a fault.
import type { StoredOperation, StoredVariable } from '../stored-operation.ts';
import { pathValue } from '../paths.ts';
import { coerce, coerceText } from './coerce.ts';
import { expectedVersion } from './conditions.ts';
import { isNo, refuseUnknown, requiredFault, type FieldFault } from './faults.ts';
import { allPages, formatsOf } from './format.ts';

export interface Given {
  /** Decoded parts of the path. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  /** Undefined when none was sent. */
  readonly body: unknown;
  /** The header If-Match. */
  readonly ifMatch: string | undefined;
}

export interface ReadRequest {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly faults: readonly FieldFault[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const needsRows = `"${allPages}" needs Accept: text/csv or application/x-ndjson.`;

class Reader {
  readonly variables: Record<string, unknown> = {};
  readonly faults: FieldFault[] = [];

  constructor(
    private readonly operation: StoredOperation,
    private readonly given: Given,
    private readonly isRows: boolean,
  ) {}

  read(): this {
    const { body, query, ifMatch } = this.given;
    if (body !== undefined && !isObject(body)) {
      this.faults.push({ field: '', code: 'INVALID', message: 'The body must be a JSON object.' });
      return this;
    }
    for (const variable of this.operation.variables) this.readOne(variable);
    if (this.isRows) this.readSwitch(query.getAll(allPages), allPages);
    this.refuseUnknown(query.keys(), 'query', 'query parameter');
    this.refuseUnknown(Object.keys(body ?? {}), 'body', 'field');
    // A condition that protects nothing must not look as if it did.
    if (ifMatch !== undefined && ifMatch.trim() !== '*' && !this.takes('header'))
      this.faults.push({ field: 'If-Match', code: 'UNKNOWN', message: '"If-Match" has no effect here.' });
    return this;
  }

  private takes(where: StoredVariable['in']): boolean {
    return this.operation.variables.some((variable) => variable.in === where);
  }

  private readOne(variable: StoredVariable): void {
    const { name, restName, isRequired } = variable;
    const before = this.faults.length;
    const value = this.valueOf(variable);
    if (value !== undefined) this.variables[name] = value;
    else if (isRequired && this.faults.length === before) this.faults.push(requiredFault(restName));
  }

  private valueOf({ name, type, in: where }: StoredVariable): unknown {
    const { given, faults } = this;
    const place = { field: name, faults };
    switch (where) {
      case 'path':
        return coerceText(type, [pathValue(this.operation, given.parts, name)], place);
      case 'header':
        return given.ifMatch === undefined ? undefined : expectedVersion(given.ifMatch, place);
      case 'query': {
        // A form sends an empty text for what was not filled in.
        const texts = given.query.getAll(name).filter((text) => text !== '');
        return texts.length === 0 ? undefined : coerceText(type, texts, place);
      }
      case 'body': {
        const sent = isObject(given.body) && Object.hasOwn(given.body, name);
        return sent ? coerce(type, (given.body as Record<string, unknown>)[name], place) : undefined;
      }
    }
  }

  private readSwitch(texts: readonly string[], name: string): void {
    const isSwitch = texts.length < 2 && ['true', 'false', ''].includes(texts[0] ?? '');
    if (isSwitch) return;
    this.faults.push({ field: name, code: 'INVALID', message: `"${name}" must be true or false.` });
  }

  private refuseUnknown(names: Iterable<string>, where: StoredVariable['in'], what: string): void {
    const known = this.operation.variables.filter((variable) => variable.in === where);
    const isKnown = (name: string) => known.some((variable) => variable.name === name);
    const others = [...new Set(names)].filter((name) => !isKnown(name));
    if (others.length === 0) return;
    const hasRows = where === 'query' && formatsOf(this.operation).length > 1;
    const unknown = hasRows ? others.filter((name) => name !== allPages) : others;
    if (unknown.length < others.length && !this.isRows)
      this.faults.push({ field: allPages, code: 'UNKNOWN', message: needsRows });
    const says = isNo(
      `${what} of this endpoint`,
      known.map(({ name }) => name),
    );
    refuseUnknown(this.faults, unknown, { isKnown, says });
  }
}

/** Reads a request. `isRows` = its answer is written row by row, so that it may ask for every page. */
export function readRequest(operation: StoredOperation, given: Given, isRows: boolean): ReadRequest {
  return new Reader(operation, given, isRows).read();
}
