// Figures over the rows of one table: counts, counts by value, counts per span of time, and how long first answers took.
// All figures of a query are one statement, and each of them carries the conditions of workspace and venues.
import sql, { type Sql } from 'sql-template-tag';
import type { Instant } from '../../core/clock.ts';
import { columnSql, conditionSql, type Condition } from './condition.ts';
import { identifier, type Dialect } from '../store/dialect.ts';
import type { Table } from '../store/table.ts';
import { narrowedTo, tenantSql, type TenantScope } from './tenancy.ts';

/** How many rows. */
export interface Count {
  readonly kind: 'COUNT';
  readonly where: Condition;
}

/** How many rows of each value of a text column. Values without rows are left out. */
export interface CountBy {
  readonly kind: 'COUNT_BY';
  readonly property: string;
  readonly where: Condition;
}

/** How many rows in each span: from each boundary to right before the next one. Spans without rows count 0. */
export interface Series {
  readonly kind: 'SERIES';
  /** A timestamp column. */
  readonly property: string;
  /** Ascending, at least two; one more than there are spans. */
  readonly boundaries: readonly Instant[];
}

/** How long it took until a row's first answer: a row of another table that names it. */
export interface FirstAnswer {
  readonly kind: 'FIRST_ANSWER';
  /** The timestamp of a row from which the time runs. */
  readonly since: string;
  /** `key` holds the row's id, `at` when the answer was given; `where` leaves out what is no answer. */
  readonly answers: {
    readonly table: Table;
    readonly key: string;
    readonly at: string;
    readonly where: Condition;
  };
  readonly where: Condition;
}

export interface AnswerTimes {
  /** Rows that have an answer. */
  readonly count: number;
  /** Of those rows; the mean of the middle two when their number is even. null = there are none. */
  readonly medianMs: number | null;
}

export type Figure = Count | CountBy | Series | FirstAnswer;
export type Figures = Readonly<Record<string, Figure>>;

interface ValueOf {
  readonly COUNT: number;
  readonly COUNT_BY: ReadonlyMap<string, number>;
  readonly SERIES: readonly number[];
  readonly FIRST_ANSWER: AnswerTimes;
}
export type FigureValues<F> = {
  [Name in keyof F]: F[Name] extends Figure ? ValueOf[F[Name]['kind']] : never;
};

export interface AggregateQuery<F extends Figures> {
  readonly table: Table;
  /** Only rows of these venues, by the table's own venue rule; null = all venues of the caller. */
  readonly venueIds: readonly string[] | null;
  readonly figures: F;
}

/** What every figure of one statement is made of. */
interface Source {
  readonly table: Table;
  readonly scope: TenantScope;
  readonly dialect: Dialect;
}

const row = 't';

/** The tenant's conditions and the figure's own. */
function rowSql({ table, scope, dialect }: Source, where: Condition): Sql {
  return sql`${tenantSql(table, row, scope, dialect)} AND ${conditionSql(table, row, where, dialect)}`;
}

function rowsWhere(source: Source, where: Condition): Sql {
  return sql`FROM ${identifier(source.table.name)} AS ${identifier(row)} WHERE ${rowSql(source, where)}`;
}

function countBySql(source: Source, { property, where }: CountBy): Sql {
  const { table, dialect } = source;
  const column = columnSql(table, row, property);
  const groups = sql`SELECT ${column} AS "value", count(*) AS "count" ${rowsWhere(source, where)} GROUP BY ${column}`;
  const pair = dialect.jsonArray([sql`"g"."value"`, sql`"g"."count"`]);
  return sql`(SELECT ${dialect.jsonAggregate(pair)} FROM (${groups}) AS "g")`;
}

function seriesSql(source: Source, { property, boundaries }: Series): Sql {
  const { table, dialect } = source;
  const column = columnSql(table, row, property);
  const spans = sql`SELECT value AS "start", lead(value) OVER (ORDER BY value) AS "end" FROM ${dialect.valuesTable(boundaries, 'b', 'timestamp')}`;
  // One look into the index per span, instead of comparing every row with every boundary.
  const count = sql`SELECT count(*) ${rowsWhere(source, { all: [] })} AND ${column} >= "span"."start" AND ${column} < "span"."end"`;
  const counts = sql`SELECT (${count}) AS "count" FROM (${spans}) AS "span" WHERE "span"."end" IS NOT NULL ORDER BY "span"."start"`;
  return sql`(SELECT ${dialect.jsonAggregate(sql`"s"."count"`)} FROM (${counts}) AS "s")`;
}

function firstAnswerSql(source: Source, { since, answers, where }: FirstAnswer): Sql {
  const { table, scope, dialect } = source;
  const own = (property: string) => columnSql(table, row, property);
  const answer = (property: string) => columnSql(answers.table, 'a', property);
  const isAnswer = sql`${answer(answers.key)} = ${own('id')} AND ${tenantSql(answers.table, 'a', scope, dialect)} AND ${conditionSql(answers.table, 'a', answers.where, dialect)}`;
  // A look into the index for each row, on both engines: a join may read the whole table of answers instead.
  const first = sql`(SELECT min(${answer(answers.at)}) FROM ${identifier(answers.table.name)} AS "a" WHERE ${isAnswer})`;
  const asked = sql`SELECT ${own(since)} AS "since", ${first} AS "first" FROM ${identifier(table.name)} AS ${identifier(row)} WHERE ${rowSql(source, where)}`;
  const elapsed = dialect.millisecondsBetween(sql`"q"."since"`, sql`"q"."first"`);
  const times = sql`SELECT ${elapsed} AS "ms" FROM (${asked}) AS "q" WHERE "q"."first" IS NOT NULL`;
  const ranked = sql`SELECT "ms", count(*) OVER () AS "all", row_number() OVER (ORDER BY "ms") AS "nth" FROM (${times}) AS "w"`;
  const median = sql`avg("ms") FILTER (WHERE "nth" IN (("all" + 1) / 2, ("all" + 2) / 2))`;
  return sql`(SELECT ${dialect.jsonArray([sql`count(*)`, median])} FROM (${ranked}) AS "f")`;
}

function figureSql(source: Source, figure: Figure): Sql {
  const { dialect } = source;
  switch (figure.kind) {
    case 'COUNT':
      return sql`(SELECT count(*) ${rowsWhere(source, figure.where)})`;
    case 'COUNT_BY':
      return dialect.nestedJson(countBySql(source, figure));
    case 'SERIES':
      return dialect.nestedJson(seriesSql(source, figure));
    case 'FIRST_ANSWER':
      return dialect.nestedJson(firstAnswerSql(source, figure));
  }
}

/** Answers one row `{figures}`: a JSON array in the order of the query's figures. */
export function aggregateStatement<F extends Figures>(
  { table, venueIds, figures }: AggregateQuery<F>,
  scope: TenantScope,
  dialect: Dialect,
): Sql {
  const source = { table, scope: narrowedTo(scope, venueIds), dialect };
  const parts = Object.values(figures).map((figure) => figureSql(source, figure));
  return sql`SELECT ${dialect.jsonArray(parts)} AS "figures"`;
}

function toValue({ kind }: Figure, answered: unknown): unknown {
  switch (kind) {
    case 'COUNT':
    case 'SERIES':
      return answered;
    case 'COUNT_BY':
      return new Map(answered as [string, number][]);
    case 'FIRST_ANSWER': {
      const [count, medianMs] = answered as [number, number | null];
      return { count, medianMs } satisfies AnswerTimes;
    }
  }
}

/** Turns what the statement answered under `figures` (JSON text on SQLite, parsed by pg on Postgres) into values by name. */
export function toFigures<F extends Figures>(
  { figures }: AggregateQuery<F>,
  answered: unknown,
): FigureValues<F> {
  const values = (typeof answered === 'string' ? JSON.parse(answered) : answered) as unknown[];
  const named = Object.entries(figures).map(([name, figure], index) => [
    name,
    toValue(figure, values[index]),
  ]);
  return Object.fromEntries(named) as FigureValues<F>;
}
