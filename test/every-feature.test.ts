// Every feature, also the next one, is held to the same promises without being asked: no id, path or mutation reaches
// another workspace or another venue, and no type shows itself without its scope. What there is to try is read from the
// schema; what there is to find is written row by row from the tables' own columns.
import * as gql from 'graphql';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorContext } from '../src/access/operator.ts';
import type { Requirement } from '../src/access/policy/index.ts';
import { allFeatures } from '../src/app.ts';
import { toInstant } from '../src/core/clock.ts';
import { newId } from '../src/core/ids.ts';
import type { Column, EntityClass } from '../src/db/columns.ts';
import { identifier } from '../src/db/dialect.ts';
import { tableOf } from '../src/db/table.ts';
import { describeEachEngine } from './support/engines.ts';
import { countIdsOf, idPlaces, type Argument } from './support/id-places.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from './support/house.ts';

const deepest = 4;
const aliasesAtOnce = 30;
/** Thousands of requests: room for a slow and busy machine. */
const timeout = 300_000;
const resources = allFeatures.flatMap((feature) => feature.resources);
const allTables = [...new Set(allFeatures.flatMap((feature) => feature.tables))];
/** Tables that the rows of the test are written to: those of resources, and those that only link. */
const entities = allTables.filter((entity) => resourceOf(entity) || isLink(entity));

function isLink(entity: EntityClass): boolean {
  return !tableOf(entity).columns.some(({ property }) => property === 'id');
}

function resourceOf(entity: EntityClass) {
  return resources.find((resource) => resource.table === tableOf(entity));
}
const firstOf = (type: gql.GraphQLNamedType) =>
  gql.isEnumType(type) ? type.getValues()[0]!.name : undefined;
const unknownLike = (id: string) => `${id.slice(0, 3)}_${'0'.repeat(26)}`;

// --- Values that an input needs beside the id that is tried; a new field that refuses its text gets a line here.
const valueOf: Record<string, unknown> = {
  ...{ timezone: 'Europe/Berlin', dueAt: '2026-07-01T09:00:00Z', scopes: ['read:customers'] },
  ...{ startsAt: '2026-07-01T09:00:00Z', durationMinutes: 60, priceCents: 5_000, currency: 'EUR' },
  ...{ from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' },
  ...{ document: '{ __typename }', email: 'new@test.example', password: 'a long password' },
};

type Json = Record<string, unknown>;
const isRequired = ({ type, defaultValue }: { type: gql.GraphQLInputType; defaultValue?: unknown }) =>
  gql.isNonNullType(type) && defaultValue === undefined;

type Field = gql.GraphQLField<unknown, unknown>;
type Step = { readonly field: Field; readonly target: gql.GraphQLObjectType; readonly isList: boolean };
type Path = readonly Step[];

/** The object types that a type leads to; a connection leads to its rows. */
function stepsFrom(type: gql.GraphQLObjectType): Step[] {
  return Object.values(type.getFields()).flatMap((field): Step[] => {
    const named = gql.getNamedType(field.type);
    if (!gql.isObjectType(named)) return [];
    const rows = named.name.endsWith('Connection')
      ? gql.getNamedType(named.getFields()['nodes']!.type)
      : named;
    if (field.args.some(isRequired)) return [];
    return [{ field, target: rows as gql.GraphQLObjectType, isList: rows !== named }];
  });
}

const isListed = (steps: Step[]) => steps.filter((step) => step.isList);

/** Every way from a root list down to `deepest` fields. */
function pathsFrom(steps: readonly Step[]): Path[] {
  const below = (path: Path) => (path.length < deepest ? stepsFrom(path.at(-1)!.target) : []);
  const extend = (path: Path): Path[] => [path, ...below(path).flatMap((step) => extend([...path, step]))];
  return steps.flatMap((step) => extend([step]));
}

/** Ids that the lists at and below a type take, counted without walking the paths one by one. */
function countListIds(steps: readonly Step[], left: number): number {
  const below = (step: Step) => (left > 1 ? countListIds(stepsFrom(step.target), left - 1) : 0);
  return steps.reduce((sum, step) => sum + countIdsOf(step.field) + below(step), 0);
}

function leavesOf(type: gql.GraphQLObjectType): string {
  const fields = Object.values(type.getFields()).filter((field) =>
    gql.isLeafType(gql.getNamedType(field.type)),
  );
  return ['__typename', ...fields.map((field) => field.name)].join(' ');
}

const wrap = (step: Step, inner: string) =>
  step.isList ? `{ totalCount nodes { ${inner} } }` : `{ ${inner} }`;

/** Every value on the way. */
function everything(path: Path): string {
  const [step, ...rest] = path;
  const page = step!.isList ? '(first: 100)' : '';
  const below = rest.length > 0 ? everything(rest) : '';
  return `${step!.field.name}${page} ${wrap(step!, `${leavesOf(step!.target)} ${below}`)}`;
}

// --- Rows, from the columns of each table and the types of its fields.

type Ids = Record<string, string>;
/** One row of each table, and what the text of an answer shows when it shows it; both by the name of the table. */
type Rows = { readonly ids: Ids; readonly words: Readonly<Record<string, readonly string[]>> };
const wordsOf = (rows: Rows) => Object.values(rows.words).flat();

/** The id that a reference gets: of a row of the same set, or of another one. */
type Refer = (to: string, own: Ids, from: EntityClass, column: Column) => string;
const toOwn: Refer = (to, own) => own[to]!;
/** Names rows of another set; a row that only links names one of its own and one of the other. */
const crossing =
  (others: Ids, kept: 0 | 1): Refer =>
  (to, own, from, column) => {
    const references = tableOf(from).columns.filter(({ references: target, primary }) => target && primary);
    return isLink(from) && references.indexOf(column) === kept ? own[to]! : others[to]!;
  };
/** Lies in one venue and names rows of another one; its customer lies where it does itself. */
const acrossVenues =
  (venue: string, others: Ids): Refer =>
  (to, own, from) =>
    to === 'venues' ? venue : isLink(from) ? own[to]! : others[to]!;

describeEachEngine('Every feature', (engine) => {
  let house: TestHouse;
  let [a, b] = [null, null] as unknown as [TestWorkspace, TestWorkspace];
  let owner: Caller;
  let key: Caller;
  /** One row of each table: in A, in another venue of B, in the venue of the restricted key of B. */
  let [inA, inB, inVenue] = [] as unknown as [Rows, Rows, Rows];
  let restricted: Caller;
  let sets = 0;

  const schema = () => house.app.schema.schema;
  const policy = () => house.app.schema.policy;
  /** Nothing that a key can have is enough. */
  const needsManager = (requirement: Requirement) =>
    !requirement.anyOf.some((all) => all.every((scope) => dataScopes().includes(scope)));
  const dataScopes = () => house.app.scopes.dataScopes;
  const rootSteps = (isManagers: boolean) => {
    const isWanted = ({ field }: Step) => needsManager(policy().ofField('Query', field.name)) === isManagers;
    return isListed(stepsFrom(schema().getQueryType()!)).filter(isWanted);
  };

  function textFor(entity: EntityClass, column: Column): unknown {
    const type = schema().getType(resourceOf(entity)?.name ?? '');
    const field = gql.isObjectType(type) ? type.getFields()[column.property] : undefined;
    // A column behind a computed field says by its name which enum it holds: `actorKind`, an AuditActorKind.
    const enumName = new RegExp(`${column.property[0]!.toUpperCase()}${column.property.slice(1)}$`);
    const types = Object.values(schema().getTypeMap());
    const hidden = types.find((known) => gql.isEnumType(known) && enumName.test(known.name));
    const named = field ? gql.getNamedType(field.type) : hidden;
    if (gql.isEnumType(named)) return firstOf(named);
    const text = `marker-${entity.name}-${sets}`;
    if (column.kind === 'text') return text;
    if (!field) return column.nullable ? null : [];
    const inner = gql.isObjectType(named) ? Object.values(named.getFields()) : [];
    const parts = inner.map((part) => [part.name, firstOf(gql.getNamedType(part.type)) ?? text]);
    const item = inner.length > 0 ? (Object.fromEntries(parts) as Json) : text;
    return gql.isListType(gql.getNullableType(field.type)) ? [item] : item;
  }

  function valueFor(entity: EntityClass, column: Column, own: Ids, refer: Refer): unknown {
    if (column.property === 'id') return newId(resourceOf(entity)!.prefix, house.clock);
    if (column.references) return refer(tableOf(column.references()).name, own, entity, column);
    const now = toInstant(house.clock.nowMs());
    const simple: Record<string, unknown> = { timestamp: now, integer: 1_000 + sets, boolean: true };
    return simple[column.kind] ?? textFor(entity, column);
  }

  /** Writes one row of each table. */
  async function write({ workspaceId }: TestWorkspace, refer = toOwn): Promise<Rows> {
    sets += 1;
    const ids: Ids = {};
    const words: Record<string, string[]> = {};
    await operatorContext(house.app, workspaceId).db.transaction(async (tx) => {
      for (const entity of entities) {
        const { name, columns, workspace } = tableOf(entity);
        const row: Json = {};
        for (const column of columns)
          if (!column.foldOf && column.property !== workspace)
            row[column.property] = valueFor(entity, column, ids, refer);
        await tx.insert(entity, [row]);
        if (isLink(entity)) continue;
        ids[name] = row['id'] as string;
        words[name] = [ids[name], `"marker-${entity.name}-${sets}"`];
      }
    });
    return { ids, words };
  }

  async function rowsOf({ workspaceId }: TestWorkspace): Promise<string[]> {
    const found = [];
    for (const table of new Set(allTables.map((entity) => tableOf(entity)))) {
      const tenant = identifier(table.column(table.workspace).name);
      const rows = await house.app.database.query<Json>(
        sql`SELECT * FROM ${identifier(table.name)} WHERE ${tenant} = ${workspaceId}`,
      );
      // When a key was last used is written beside the requests, for the calling key only.
      found.push(...rows.map((row) => `${table.name} ${JSON.stringify({ ...row, last_used_at: null })}`));
    }
    return found.sort();
  }

  /** The whole answer without the number of the request. */
  const answer = async (caller: Caller, document: string, variables: Json = {}) =>
    (await caller.send(document, variables)).text.replace(/"requestId":"[^"]*"/g, '"requestId":""');

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: {
        ...{ RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000', RATE_LIMIT_COST_PER_MINUTE: '1000000000' },
        KEY_ESCROW_SECRET: 'an-escrow-secret-for-tests-of-32-characters',
      },
    });
    [a, b] = [await house.workspace(), await house.workspace()];
    owner = await b.owner();
    key = await b.key(...dataScopes());
    [inA, inB, inVenue] = [await write(a), await write(b), await write(b)];
    restricted = await b.venueKey([inVenue.ids['venues']!], ...dataScopes());
  });
  afterAll(() => house.close());

  // --- What is tried: each place for an id, as a function from an id to a document and its variables.

  const callerOf = (attempt: Attempt) => (attempt.isManagers ? owner : key);
  interface Attempt {
    readonly name: string;
    readonly isManagers: boolean;
    readonly document: string;
    variables(id: string, own: Ids): Json;
  }

  /** The own row that a field such as `customerId`, `venueIds`, or `id` of `updateCustomer` speaks of. */
  function ownId(field: string, operation: string, own: Ids): string {
    const thing = (field === 'id' ? operation : field.replace(/Ids?$/, '')).toLowerCase();
    const isMeant = (name: string) => (field === 'id' ? thing.includes(name) : thing === name);
    const found = [...resources]
      .sort((x, y) => y.name.length - x.name.length)
      .find((resource) => isMeant(resource.name.toLowerCase()));
    if (!found) throw new Error(`${operation}: which row does "${field}" name? Name it after its type.`);
    return own[found.table.name]!;
  }

  type Place = readonly string[];
  function fill(operation: string, { name, type }: Argument, place: Place, id: string, own: Ids): unknown {
    const named = gql.getNamedType(type);
    const [next, ...rest] = place;
    const asList = (value: unknown) => (gql.isListType(gql.getNullableType(type)) ? [value] : value);
    if (named === gql.GraphQLID) return asList(next === name ? id : ownId(name, operation, own));
    if (gql.isEnumType(named)) return asList(firstOf(named));
    if (!gql.isInputObjectType(named)) return valueOf[name] ?? asList('text');
    const below = next === name ? rest : [];
    const isWanted = (field: gql.GraphQLInputField) =>
      isRequired(field) || field.name === below[0] || field.name in valueOf;
    const fields = Object.values(named.getFields()).filter(isWanted);
    return asList(
      Object.fromEntries(fields.map((field) => [field.name, fill(operation, field, below, id, own)])),
    );
  }

  function attemptsOn(kind: 'query' | 'mutation'): Attempt[] {
    const root = kind === 'query' ? schema().getQueryType()! : schema().getMutationType()!;
    return Object.values(root.getFields()).flatMap((field) =>
      idPlaces(field.args)
        .filter(() => kind === 'mutation' || !isListed(stepsFrom(root)).some((step) => step.field === field))
        .map((place): Attempt => {
          const used = field.args.filter((argument) => isRequired(argument) || argument.name === place[0]);
          const head = used.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
          const given = used.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
          const target = gql.getNamedType(field.type);
          // Statistics have no values of their own, but sections that have.
          const sections = kind === 'query' && gql.isObjectType(target) ? stepsFrom(target) : [];
          const inner = sections.filter((step) => !step.isList).map((step) => everything([step]));
          const leaves = gql.isObjectType(target) ? leavesOf(target) : '__typename id';
          const shown = [leaves, ...inner].join(' ');
          const errors = kind === 'mutation' ? 'userErrors { code field message }' : '';
          const asked = used.map((argument) => policy().ofArgument(root.name, field.name, argument.name));
          return {
            name: `${field.name}(${place.join('.')})`,
            isManagers: [policy().ofField(root.name, field.name), ...asked].some(needsManager),
            document: `${kind} (${head}) { ${field.name}(${given}) { ${shown} ${errors} } }`,
            variables: (id, own) =>
              Object.fromEntries(used.map((arg) => [arg.name, fill(field.name, arg, place, id, own)])),
          };
        }),
    );
  }

  /** One document that tries an id at each of these places of the list at the end of a path. */
  function listDocument(path: Path, pairs: readonly { readonly place: Place }[]): string {
    const last = path.at(-1)!;
    const fields = pairs.map(({ place }, index) => {
      const isMany = ['in', 'nin'].includes(place.at(-1)!);
      const value = isMany ? `[$v${index}]` : `$v${index}`;
      const given = place.slice(1).reduceRight((inner, name) => `{ ${name}: ${inner} }`, value);
      return `p${index}: ${last.field.name}(first: 2, ${place[0]!}: ${given}) ${wrap(last, '__typename id')}`;
    });
    const above = (inner: string, step: Step) =>
      `${step.field.name}${step.isList ? '(first: 1)' : ''} ${wrap(step, inner)}`;
    const head = pairs.map((_, index) => `$v${index}: ID!`).join(', ');
    return `query (${head}) { ${path.slice(0, -1).reduceRight(above, fields.join(' '))} }`;
  }

  async function tryLists(caller: Caller, steps: readonly Step[], ids: readonly string[]): Promise<number> {
    let tried = 0;
    for (const path of pathsFrom(steps)) {
      const pairs = idPlaces(path.at(-1)!.field.args).flatMap((place) => ids.map((id) => ({ place, id })));
      for (let from = 0; from < pairs.length; from += aliasesAtOnce) {
        const some = pairs.slice(from, from + aliasesAtOnce);
        const document = listDocument(path, some);
        const ask = (as: (id: string) => string) =>
          answer(caller, document, Object.fromEntries(some.map(({ id }, index) => [`v${index}`, as(id)])));
        const found = await ask((id) => id);
        expect(found, document).toBe(await ask(unknownLike));
        expect(found).toContain('"data":{');
        tried += some.length;
      }
    }
    return tried;
  }

  async function tryAll(attempts: readonly Attempt[], ids: readonly string[], own: Ids, caller?: Caller) {
    const pairs = attempts.flatMap((attempt) => ids.map((id) => ({ attempt, id })));
    for (const { attempt, id } of pairs) {
      const ask = (tryId: string) =>
        answer(caller ?? callerOf(attempt), attempt.document, attempt.variables(tryId, own));
      const found = await ask(id);
      expect(found, `${attempt.name} with ${id}`).toBe(await ask(unknownLike(id)));
      if (attempt.document.startsWith('mutation')) expect(found, attempt.name).toContain('"NOT_FOUND"');
    }
    return pairs.length;
  }

  /** Ids that the fields of Query and Mutation take, but for those of lists. */
  function countDirectIds(): number {
    const lists = new Set([...rootSteps(true), ...rootSteps(false)].map((step) => step.field));
    const roots = [schema().getQueryType()!, schema().getMutationType()!];
    const fields = roots.flatMap((type) => Object.values(type.getFields()));
    return fields.filter((field) => !lists.has(field)).reduce((sum, field) => sum + countIdsOf(field), 0);
  }

  describe('ids of another workspace', () => {
    it(
      'are answered like unknown ids wherever the schema takes an id, and nothing there changes',
      { timeout },
      async () => {
        const ids = [...Object.values(inA.ids), a.workspaceId];
        const before = await rowsOf(a);
        const attempts = [...attemptsOn('query'), ...attemptsOn('mutation')];
        const direct = await tryAll(attempts, ids, inB.ids);
        const nested =
          (await tryLists(key, rootSteps(false), ids)) + (await tryLists(owner, rootSteps(true), ids));
        const places = countDirectIds();
        const lists = countListIds([...rootSteps(true), ...rootSteps(false)], deepest);
        expect(ids).toHaveLength(resources.length + 1);
        expect({ direct, nested }).toEqual({ direct: places * ids.length, nested: lists * ids.length });
        expect(direct).toBeGreaterThan(200);
        expect(nested).toBeGreaterThan(1_000);
        expect(await rowsOf(a)).toEqual(before);
      },
    );

    it('are not what makes those answers alike: own ids are found', async () => {
      for (const attempt of attemptsOn('query')) {
        const ask = (id: string) =>
          answer(callerOf(attempt), attempt.document, attempt.variables(id, inB.ids));
        const isFound = async (id: string) => (await ask(id)) !== (await ask(unknownLike(id)));
        expect(await Promise.all(Object.values(inB.ids).map(isFound)), attempt.name).toContain(true);
      }
    });
  });

  describe('ids of another venue', () => {
    it(
      'are answered like unknown ids wherever a venue-restricted key may give an id, and nothing changes',
      { timeout },
      async () => {
        const ids = Object.values(inB.ids);
        const before = await rowsOf(b);
        const attempts = [...attemptsOn('query'), ...attemptsOn('mutation')];
        const own = attempts.filter((attempt) => !attempt.isManagers);
        expect(await tryAll(own, ids, inVenue.ids, restricted)).toBe(own.length * ids.length);
        const lists = countListIds(rootSteps(false), deepest);
        expect(await tryLists(restricted, rootSteps(false), ids)).toBe(lists * ids.length);
        expect(await rowsOf(b)).toEqual(before);
      },
    );
  });

  describe('nested paths', () => {
    const readAll = async (caller: Caller, steps: readonly Step[], forbidden: readonly string[]) => {
      const isWhole = (path: Path) => path.length === deepest || stepsFrom(path.at(-1)!.target).length === 0;
      const shown = new Set<string>();
      for (const path of pathsFrom(steps).filter(isWhole)) {
        const document = `{ ${everything(path)} }`;
        const { text, errors } = await caller.send(document);
        expect(errors, document).toBeUndefined();
        for (const word of forbidden) expect(text, document).not.toContain(word);
        // A row without a text of its own shows itself by its id.
        for (const [word] of text.matchAll(/marker-\w+-\d+|\b[a-z]{3}_[0-9a-z]{26}\b/g)) shown.add(word);
      }
      return shown;
    };
    it('show no row of another workspace, even where rows name each other across workspaces', async () => {
      const [theirs, own] = [await house.workspace(), await house.workspace()];
      const [inTheirs, inOwn] = [await write(theirs), await write(own)];
      const forbidden = wordsOf(inTheirs);
      for (const kept of [0, 1] as const) {
        await write(own, crossing(inTheirs.ids, kept));
        forbidden.push(...wordsOf(await write(theirs, crossing(inOwn.ids, kept))));
      }
      const shown = await readAll(await own.key(...dataScopes()), rootSteps(false), forbidden);
      for (const { name, table } of resources) {
        const isMarked = [...shown].some((marker) => marker.startsWith(`marker-${table.entity.name}-`));
        const isShown = isMarked || shown.has(inOwn.ids[table.name]!);
        expect(isShown, name).toBe(!needsManager(policy().ofType(name)));
      }
      await readAll(await own.owner(), rootSteps(true), forbidden);
    });

    it('show a venue-restricted key no row of another venue, even where rows name each other across venues', async () => {
      const workspace = await house.workspace();
      const [inOther, inOwn] = [await write(workspace), await write(workspace)];
      await write(workspace, acrossVenues(inOwn.ids['venues']!, inOther.ids));
      const { words } = await write(workspace, acrossVenues(inOther.ids['venues']!, inOwn.ids));
      // Whoever sees an inquiry sees its replies: such rows lie where their parent does.
      const hidden = entities.filter((entity) => tableOf(entity).venues.by !== 'parent');
      const hiddenWords = hidden.flatMap((entity) => words[tableOf(entity).name] ?? []);
      const caller = await workspace.venueKey([inOwn.ids['venues']!], ...dataScopes());
      const shown = await readAll(caller, rootSteps(false), [...wordsOf(inOther), ...hiddenWords]);
      const readable = resources.filter(({ name }) => !needsManager(policy().ofType(name)));
      const markers = [...shown].filter((word) => word.startsWith('marker-'));
      expect(markers.length).toBeGreaterThan(readable.length);
    });

    it('show no value of a type to a key that has every scope but the one of the type', async () => {
      const asked = resources.map(({ name }) => policy().ofType(name).anyOf.flat());
      for (const scope of new Set(asked.flat())) {
        const lacking = await b.key(...dataScopes().filter((name) => name !== scope));
        const closed = resources.filter((_, index) => asked[index]!.includes(scope));
        const words = closed.flatMap(({ table }) => [
          ...inB.words[table.name]!,
          ...inVenue.words[table.name]!,
        ]);
        const nodes = closed.map((resource) => {
          const type = schema().getType(resource.name) as gql.GraphQLObjectType;
          return `{ node(id: "${inB.ids[resource.table.name]!}") { __typename id ... on ${resource.name} { ${leavesOf(type)} } } }`;
        });
        const paths = pathsFrom([...rootSteps(false), ...rootSteps(true)]);
        for (const document of [...nodes, ...paths.map((path) => `{ ${everything(path)} }`)]) {
          const { text } = await lacking.send(document);
          for (const word of words) expect(text, `${scope}: ${document}`).not.toContain(word);
        }
      }
    });
  });
});
