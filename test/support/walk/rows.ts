// Rows to be found: one of each table, written from the tables' own columns, with texts that show where they come from.
import * as gql from 'graphql';
import sql from 'sql-template-tag';
import { systemContext } from '../../../src/access/system-context.ts';
import { allFeatures } from '../../../src/services.ts';
import { toInstant } from '../../../src/core/clock.ts';
import { newId } from '../../../src/core/ids.ts';
import type { Column, EntityClass } from '../../../src/db/store/columns.ts';
import { identifier } from '../../../src/db/store/dialect.ts';
import { tableOf } from '../../../src/db/store/table.ts';
import type { TestHouse, TestWorkspace } from '../house.ts';

export const resources = allFeatures.flatMap((feature) => feature.resources);
const allTables = [...new Set(allFeatures.flatMap((feature) => feature.tables))];
/** Tables that the rows of the test are written to: those of resources, and those that only link. */
export const entities = allTables.filter((entity) => resourceOf(entity) || isLink(entity));

function isLink(entity: EntityClass): boolean {
  return !tableOf(entity).columns.some(({ property }) => property === 'id');
}

function resourceOf(entity: EntityClass) {
  return resources.find((resource) => resource.table === tableOf(entity));
}

export const firstOf = (type: gql.GraphQLNamedType) =>
  gql.isEnumType(type) ? type.getValues()[0]!.name : undefined;

/** Texts that the server reads again, and would stumble over: a venue is open around the clock, so that it has slots. */
const readAgain: Readonly<Record<string, string>> = {
  timezone: 'Europe/Berlin',
  opens: '00:00',
  closes: '24:00',
  since: '2026-06-01T12:00:00.000Z',
};

type Json = Record<string, unknown>;
export type Ids = Record<string, string>;
/** One row of each table, and what the text of an answer shows when it shows it; both by the name of the table. */
export type Rows = { readonly ids: Ids; readonly words: Readonly<Record<string, readonly string[]>> };
export const wordsOf = (rows: Rows) => Object.values(rows.words).flat();

/** The id that a reference gets: of a row of the same set, or of another one. */
type Refer = (to: string, own: Ids, from: EntityClass, column: Column) => string;
const toOwn: Refer = (to, own) => own[to]!;

/** Names rows of another set; a row that only links names one of its own and one of the other. */
export const crossing =
  (others: Ids, kept: 0 | 1): Refer =>
  (to, own, from, column) => {
    const references = tableOf(from).columns.filter(({ references: target, primary }) => target && primary);
    return isLink(from) && references.indexOf(column) === kept ? own[to]! : others[to]!;
  };

/** Lies in one venue and names rows of another one; its customer lies where it does itself. */
export const acrossVenues =
  (venue: string, others: Ids): Refer =>
  (to, own, from) =>
    to === 'venues' ? venue : isLink(from) ? own[to]! : others[to]!;

export class RowWriter {
  private sets = 0;

  constructor(private readonly house: TestHouse) {}

  /** Writes one row of each table. */
  async write({ workspaceId }: TestWorkspace, refer = toOwn): Promise<Rows> {
    this.sets += 1;
    const ids: Ids = {};
    const words: Record<string, string[]> = {};
    await systemContext(this.house.app, workspaceId).db.transaction(async (tx) => {
      for (const entity of entities) {
        const { name, columns, workspace } = tableOf(entity);
        const row: Json = {};
        for (const column of columns)
          if (!column.derived && column.property !== workspace)
            row[column.property] = this.valueFor(entity, column, ids, refer);
        await tx.insert(entity, [row]);
        if (isLink(entity)) continue;
        ids[name] = row['id'] as string;
        words[name] = [ids[name], `"marker-${entity.name}-${this.sets}"`];
      }
    });
    return { ids, words };
  }

  /** Every row of a workspace, as text. */
  async rowsOf({ workspaceId }: TestWorkspace): Promise<string[]> {
    const found = [];
    for (const table of new Set(allTables.map((entity) => tableOf(entity)))) {
      const tenant = identifier(table.column(table.workspace).name);
      const rows = await this.house.app.database.query<Json>(
        sql`SELECT * FROM ${identifier(table.name)} WHERE ${tenant} = ${workspaceId}`,
      );
      // When a key was last used is written beside the requests, for the calling key only.
      found.push(...rows.map((row) => `${table.name} ${JSON.stringify({ ...row, last_used_at: null })}`));
    }
    return found.sort();
  }

  private textFor(entity: EntityClass, column: Column): unknown {
    const { schema } = this.house.app.schema;
    const type = schema.getType(resourceOf(entity)?.name ?? '');
    const field = gql.isObjectType(type) ? type.getFields()[column.property] : undefined;
    // A column behind a computed field says by its name which enum it holds: `actorKind`, an AuditActorKind.
    const enumName = new RegExp(`${column.property[0]!.toUpperCase()}${column.property.slice(1)}$`);
    const types = Object.values(schema.getTypeMap());
    const hidden = types.find((known) => gql.isEnumType(known) && enumName.test(known.name));
    const named = field ? gql.getNamedType(field.type) : hidden;
    if (gql.isEnumType(named)) return firstOf(named);
    const text = `marker-${entity.name}-${this.sets}`;
    if (column.kind === 'text') return readAgain[column.property] ?? text;
    if (!field) return column.nullable ? null : [];
    const inner = gql.isObjectType(named) ? Object.values(named.getFields()) : [];
    const listed = (type: gql.GraphQLOutputType, value: unknown) =>
      gql.isListType(gql.getNullableType(type)) ? [value] : value;
    const parts = inner.map((part) => [
      part.name,
      listed(part.type, firstOf(gql.getNamedType(part.type)) ?? readAgain[part.name] ?? text),
    ]);
    return listed(field.type, inner.length > 0 ? (Object.fromEntries(parts) as Json) : text);
  }

  private valueFor(entity: EntityClass, column: Column, own: Ids, refer: Refer): unknown {
    const { clock } = this.house;
    if (column.property === 'id') return newId(resourceOf(entity)!.prefix, clock);
    if (column.references) return refer(tableOf(column.references()).name, own, entity, column);
    const now = toInstant(clock.nowMs());
    // Minutes, cents, a price: small enough that a treatment fits into a day.
    const number = 500 + this.sets;
    const simple: Record<string, unknown> = {
      ...{ timestamp: now, boolean: true, integer: number, safeInteger: number },
    };
    return simple[column.kind] ?? this.textFor(entity, column);
  }
}
