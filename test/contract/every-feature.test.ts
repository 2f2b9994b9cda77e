// Every feature, also the next one, is held to the same promises without being asked: no id, path or mutation reaches
// another workspace or another venue, and no type shows itself without its scope. What there is to try is read from the
// schema; what there is to find is written row by row from the tables' own columns.
import * as gql from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Requirement } from '../../src/access/policy/index.ts';
import { tableOf } from '../../src/db/store/table.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { countIdsOf } from '../support/id-places.ts';
import { countDirectIds, everyAttempt, isList, type Attempt } from '../support/walk/attempts.ts';
import { batchesOf, type Errand } from '../support/walk/documents.ts';
import { questionsOf, type Question } from '../support/walk/nested-ids.ts';
import {
  countIdsBelow,
  deepest,
  hasValues,
  leavesOf,
  Walk,
  type Path,
  type Step,
} from '../support/walk/paths.ts';
import {
  acrossVenues,
  crossing,
  entities,
  resources,
  RowWriter,
  wordsOf,
  type Ids,
  type Rows,
} from '../support/walk/rows.ts';
import { literalWith } from '../support/walk/values.ts';

/** Hundreds of requests: room for a slow and busy machine. */
const timeout = 300_000;
const unknownLike = (id: string) => `${id.slice(0, 3)}_${'0'.repeat(26)}`;

/** Paths of the lists that were asked for rows with these ids and have some, whatever the number of their parents. */
function listsWithRows(data: unknown): string[] {
  const found = new Set<string>();
  const look = (value: unknown, path: string): void => {
    if (Array.isArray(value)) return value.forEach((item) => look(item, path));
    if (value === null || typeof value !== 'object') return;
    for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
      const isAsked = name.startsWith('or_') && (inner as { totalCount?: number } | null)?.totalCount;
      if (isAsked) found.add(`${path}.${name}`);
      look(inner, `${path}.${name}`);
    }
  };
  look(data, '');
  return [...found];
}

describeEachEngine('Every feature', (engine) => {
  let house: TestHouse;
  let rows: RowWriter;
  let [a, b] = [null, null] as unknown as [TestWorkspace, TestWorkspace];
  let owner: Caller;
  let key: Caller;
  /** One row of each table: in A, in a venue of B, in another venue of B. */
  let [inA, inB, inVenue] = [] as unknown as [Rows, Rows, Rows];

  const schema = () => house.app.schema.schema;
  const policy = () => house.app.schema.policy;
  const dataScopes = () => house.app.scopes.dataScopes;
  /** Nothing that a key can have is enough. */
  const needsManager = (requirement: Requirement) =>
    !requirement.anyOf.some((all) => all.every((scope) => dataScopes().includes(scope)));

  const walkOf = (own: Ids) => new Walk(schema(), literalWith(own));
  const isManagers = ({ field, target }: Step) =>
    [policy().ofField('Query', field.name), policy().ofType(target.name)].some(needsManager);
  /**
   * Every path of those who manage, or of keys. `node(id)` is read by the very function that reads `customer(id)` and its
   * like, so what is below it is below them; its ids are tried as they are.
   */
  const pathsOf = (own: Ids, forManagers: boolean): Path[] => {
    const walk = walkOf(own);
    const steps = walk.rootSteps().filter(({ kind }) => kind !== 'node');
    return walk.pathsFrom(steps.filter((step) => isManagers(step) === forManagers));
  };

  /** The whole answer without the number of the request. */
  const answer = async (caller: Caller, document: string, variables: Record<string, unknown> = {}) =>
    (await caller.send(document, variables)).text.replace(/"requestId":"[^"]*"/g, '"requestId":""');

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: {
        ...{ RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000', RATE_LIMIT_COST_PER_MINUTE: '999999999999' },
        KEY_ESCROW_SECRET: 'an-escrow-secret-for-tests-of-32-characters',
      },
    });
    rows = new RowWriter(house);
    [a, b] = [await house.workspace(), await house.workspace()];
    owner = await b.owner();
    key = await b.key(...dataScopes());
    [inA, inB, inVenue] = [await rows.write(a), await rows.write(b), await rows.write(b)];
  });
  afterAll(() => house.close());

  const isForManagers = ({ uses }: Attempt) =>
    uses
      .map(({ field, argument }) =>
        argument === undefined
          ? policy().ofField(rootOf(field), field)
          : policy().ofArgument(rootOf(field), field, argument),
      )
      .some(needsManager);
  const rootOf = (field: string) => (field in schema().getQueryType()!.getFields() ? 'Query' : 'Mutation');
  const callerOf = (attempt: Attempt) => (isForManagers(attempt) ? owner : key);

  async function tryDirect(attempts: readonly Attempt[], ids: readonly string[], own: Ids, caller?: Caller) {
    const pairs = attempts.flatMap((attempt) => ids.map((id) => ({ attempt, id })));
    for (const { attempt, id } of pairs) {
      const ask = (tryId: string) =>
        answer(caller ?? callerOf(attempt), attempt.document, attempt.variables(tryId, own));
      const found = await ask(id);
      expect(found, `${attempt.name} with ${id}`).toBe(await ask(unknownLike(id)));
      if (attempt.kind === 'mutation') expect(found, attempt.name).toContain('"NOT_FOUND"');
    }
    return pairs.length;
  }

  /** The number of pairs that were tried. */
  async function tryNested(caller: Caller, questions: readonly Question[]): Promise<number> {
    for (const { document, variables } of questions) {
      const found = await answer(
        caller,
        document,
        variables((id) => id),
      );
      expect(found, document).toBe(await answer(caller, document, variables(unknownLike)));
      expect(found, document).toContain('"data":{');
      expect(found, document).not.toContain('"errors"');
    }
    return questions.reduce((sum, { pairs }) => sum + pairs, 0);
  }

  /** Fields of the root that lists stand for: their own ids are tried with those below. */
  const nestedPaths = (own: Ids, forManagers: boolean) =>
    pathsOf(own, forManagers).filter((path) => path.length > 1 || path[0]!.kind === 'list');

  /** Ids that lists of the root, and everything below the root, take: counted from the types. */
  function countNestedIds(forManagers: boolean): number {
    const fields = Object.values(schema().getQueryType()!.getFields());
    const targetsOf = (field: Step['field']): gql.GraphQLObjectType[] => {
      const named = gql.getNamedType(field.type);
      if (!gql.isObjectType(named)) return [];
      const type = isList(field) ? gql.getNamedType(named.getFields()['nodes']!.type) : named;
      return [type as gql.GraphQLObjectType];
    };
    const isTheirs = (field: Step['field'], type: gql.GraphQLObjectType) =>
      [policy().ofField('Query', field.name), policy().ofType(type.name)].some(needsManager) === forManagers;
    return fields
      .flatMap((field) => targetsOf(field).map((type) => ({ field, type })))
      .filter(({ field, type }) => isTheirs(field, type))
      .map(
        ({ field, type }) =>
          (isList(field) ? countIdsOf(field) : 0) + countIdsBelow(schema(), type, deepest - 1),
      )
      .reduce((sum, count) => sum + count, 0);
  }

  describe('ids of another workspace', () => {
    it(
      'are answered like unknown ids wherever the schema takes an id, and nothing there changes',
      { timeout },
      async () => {
        const ids = [...Object.values(inA.ids), a.workspaceId];
        const before = await rows.rowsOf(a);
        const direct = await tryDirect(everyAttempt(schema(), walkOf(inB.ids)), ids, inB.ids);
        const nested =
          (await tryNested(key, questionsOf(nestedPaths(inB.ids, false), ids))) +
          (await tryNested(owner, questionsOf(nestedPaths(inB.ids, true), ids)));
        const places = countDirectIds(schema());
        const below = countNestedIds(false) + countNestedIds(true);
        expect(ids).toHaveLength(resources.length + 1);
        expect({ direct, nested }).toEqual({ direct: places * ids.length, nested: below * ids.length });
        expect(direct).toBeGreaterThan(200);
        expect(nested).toBeGreaterThan(50_000);
        expect(await rows.rowsOf(a)).toEqual(before);
        console.log(
          `walk [${engine}]: depth ${deepest}, another workspace: ${direct + nested} pairs tried of ${(places + below) * ids.length} in the schema (${ids.length} ids in ${places + below} places), leaks 0`,
        );
      },
    );

    it('are not what makes those answers alike: own ids are found', { timeout }, async () => {
      // It tells what a key read, and this one read nothing: of a record that is there it says the same as of any other.
      const tellsNothing = ({ name }: { readonly name: string }) => name === 'mayHaveRead(recordId)';
      const attempts = everyAttempt(schema(), walkOf(inB.ids)).filter(
        (attempt) => attempt.kind === 'query' && !tellsNothing(attempt),
      );
      for (const attempt of attempts) {
        const ask = (id: string) =>
          answer(callerOf(attempt), attempt.document, attempt.variables(id, inB.ids));
        const isFound = async (id: string) => (await ask(id)) !== (await ask(unknownLike(id)));
        expect(await Promise.all(Object.values(inB.ids).map(isFound)), attempt.name).toContain(true);
      }
    });

    it('would be found at the end of every path: own ids are', { timeout }, async () => {
      const ids = [...Object.values(inB.ids), ...Object.values(inVenue.ids)];
      for (const [caller, isTheirs] of [
        [key, false],
        [owner, true],
      ] as const) {
        const questions = questionsOf(nestedPaths(inB.ids, isTheirs), ids).filter(({ lists }) => lists > 0);
        for (const { document, variables, lists } of questions) {
          const { data } = await caller.send(
            document,
            variables((id) => id),
          );
          expect(listsWithRows(data), document).toHaveLength(lists);
        }
      }
    });
  });

  describe('ids of another venue', () => {
    it(
      'are answered like unknown ids wherever a venue-restricted key may give an id, and nothing changes',
      { timeout },
      async () => {
        const workspace = await house.workspace();
        const [inOther, inOwn] = [await rows.write(workspace), await rows.write(workspace)];
        // In the venue of the key, but naming rows of the other: a filter by those must not find it.
        await rows.write(workspace, acrossVenues(inOwn.ids['venues']!, inOther.ids));
        const restricted = await workspace.venueKey([inOwn.ids['venues']!], ...dataScopes());
        const ids = Object.values(inOther.ids);
        const before = await rows.rowsOf(workspace);
        const own = everyAttempt(schema(), walkOf(inOwn.ids)).filter((attempt) => !isForManagers(attempt));
        const direct = await tryDirect(own, ids, inOwn.ids, restricted);
        expect(direct).toBe(own.length * ids.length);
        const nested = await tryNested(restricted, questionsOf(nestedPaths(inOwn.ids, false), ids));
        expect(nested).toBe(countNestedIds(false) * ids.length);
        expect(await rows.rowsOf(workspace)).toEqual(before);
        console.log(
          `walk [${engine}]: depth ${deepest}, another venue: ${direct + nested} pairs tried of ${(own.length + countNestedIds(false)) * ids.length} in the schema, leaks 0`,
        );
      },
    );
  });

  describe('nested paths', () => {
    /** Every value on these paths, as far down as the server answers. */
    const everything = (paths: readonly Path[]) =>
      batchesOf(
        paths.map((path): Errand => ({
          path,
          selection: hasValues(path) ? leavesOf(path.at(-1)!.target) : '',
        })),
        'query',
        100,
      );
    const readAll = async (caller: Caller, paths: readonly Path[], forbidden: readonly string[]) => {
      const shown = new Set<string>();
      for (const { document } of everything(paths)) {
        const { text, errors } = await caller.send(document);
        expect(errors, document).toBeUndefined();
        for (const word of forbidden) expect(text, document).not.toContain(word);
        // A row without a text of its own shows itself by its id.
        for (const [word] of text.matchAll(/marker-\w+-\d+|\b[a-z]{3}_[0-9a-z]{26}\b/g)) shown.add(word);
      }
      return shown;
    };

    it("end where the server refuses to go deeper: what was left out there is nobody's to see", async () => {
      const tooDeep = pathsOf(inB.ids, false).find((path) => !hasValues(path))!;
      const errand = { path: tooDeep, selection: leavesOf(tooDeep.at(-1)!.target) };
      const { status, errors } = await key.send(batchesOf([errand], 'query', 1)[0]!.document);
      expect({ status, code: errors?.[0]?.extensions['code'] }).toEqual({
        status: 400,
        code: 'QUERY_TOO_EXPENSIVE',
      });
    });

    it(
      'show no row of another workspace, even where rows name each other across workspaces',
      { timeout },
      async () => {
        const [theirs, own] = [await house.workspace(), await house.workspace()];
        const [inTheirs, inOwn] = [await rows.write(theirs), await rows.write(own)];
        const forbidden = wordsOf(inTheirs);
        for (const kept of [0, 1] as const) {
          await rows.write(own, crossing(inTheirs.ids, kept));
          forbidden.push(...wordsOf(await rows.write(theirs, crossing(inOwn.ids, kept))));
        }
        const shown = await readAll(await own.key(...dataScopes()), pathsOf(inOwn.ids, false), forbidden);
        for (const { name, table } of resources) {
          const isMarked = [...shown].some((marker) => marker.startsWith(`marker-${table.entity.name}-`));
          const isShown = isMarked || shown.has(inOwn.ids[table.name]!);
          expect(isShown, name).toBe(!needsManager(policy().ofType(name)));
        }
        await readAll(await own.owner(), pathsOf(inOwn.ids, true), forbidden);
      },
    );

    it(
      'show a venue-restricted key no row of another venue, even where rows name each other across venues',
      { timeout },
      async () => {
        const workspace = await house.workspace();
        const [inOther, inOwn] = [await rows.write(workspace), await rows.write(workspace)];
        await rows.write(workspace, acrossVenues(inOwn.ids['venues']!, inOther.ids));
        const { words } = await rows.write(workspace, acrossVenues(inOther.ids['venues']!, inOwn.ids));
        // Whoever sees an inquiry sees its replies: such rows lie where their parent does.
        const hidden = entities.filter((entity) => tableOf(entity).venues.by !== 'parent');
        const hiddenWords = hidden.flatMap((entity) => words[tableOf(entity).name] ?? []);
        const caller = await workspace.venueKey([inOwn.ids['venues']!], ...dataScopes());
        const shown = await readAll(caller, pathsOf(inOwn.ids, false), [...wordsOf(inOther), ...hiddenWords]);
        const readable = resources.filter(({ name }) => !needsManager(policy().ofType(name)));
        const markers = [...shown].filter((word) => word.startsWith('marker-'));
        expect(markers.length).toBeGreaterThan(readable.length);
      },
    );

    it(
      'show no value of a type to a key that has every scope but the one of the type',
      { timeout },
      async () => {
        const asked = resources.map(({ name }) => policy().ofType(name).anyOf.flat());
        const documents = everything([...pathsOf(inB.ids, false), ...pathsOf(inB.ids, true)]);
        for (const scope of new Set(asked.flat())) {
          const lacking = await b.key(...dataScopes().filter((name) => name !== scope));
          const closed = resources.filter((_, index) => asked[index]!.includes(scope));
          const words = closed.flatMap(({ table }) => [
            ...inB.words[table.name]!,
            ...inVenue.words[table.name]!,
          ]);
          for (const { document } of documents) {
            const { text, status } = await lacking.send(document);
            expect([200, 403], document).toContain(status);
            for (const word of words) expect(text, `${scope}: ${document}`).not.toContain(word);
          }
        }
      },
    );
  });
});
