// A key that was made from Dashboard alone runs Dashboard and nothing more: every field that the schema has is tried with
// it, each by a request of its own, and schema/scopes.json says which of them its scopes open.
import { readFileSync } from 'node:fs';
import * as gql from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Answer,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { argumentsText, batchesOf } from '../../support/walk/documents.ts';
import { Walk, type Path } from '../../support/walk/paths.ts';
import { RowWriter, type Ids } from '../../support/walk/rows.ts';
import { fill, literalWith } from '../../support/walk/values.ts';

const dashboard = contractOperation('Dashboard');
const dashboardScopes = ['read:customers', 'read:followups', 'read:inquiries'];
const listed = JSON.parse(
  readFileSync(new URL('../../../schema/scopes.json', import.meta.url), 'utf8'),
) as Record<string, string[][] | 'authenticated' | 'open'>;
function isOpened(coordinate: string): boolean {
  const asked = listed[coordinate]!;
  return (
    typeof asked === 'string' || asked.some((all) => all.every((scope) => dashboardScopes.includes(scope)))
  );
}

interface Trial {
  readonly document: string;
  /** What has to be open on the way and at its end. */
  readonly uses: readonly string[];
}

/** An interface asks what the type asks that it stands for. */
const usesOf = (path: Path) =>
  path.flatMap(({ owner, field, kind, target }) => [
    `${owner.name}.${field.name}`,
    ...(kind === 'node' ? [`${target.name}.id`] : []),
  ]);

/** Each field of each type that queries reach, on the shortest way; an interface once for each of its types. */
function trialsOf(schema: gql.GraphQLSchema, ids: Ids): { trials: Trial[]; missed: string[] } {
  const walk = new Walk(schema, literalWith(ids));
  const ways = new Map<string, Path>([['Query', []]]);
  for (const path of walk.pathsFrom(walk.rootSteps()).sort((x, y) => x.length - y.length)) {
    const { target, kind } = path.at(-1)!;
    if (kind !== 'node' && !ways.has(target.name)) ways.set(target.name, path);
  }
  const missed: string[] = [];
  const trials = [...ways].flatMap(([typeName, way]): Trial[] => {
    const type = schema.getType(typeName) as gql.GraphQLObjectType;
    const steps = walk.stepsFrom(type);
    return Object.values(type.getFields()).flatMap((field): Trial[] => {
      const leaf = { path: way, selection: field.name };
      const below = steps.filter((step) => step.field === field);
      const isLeaf = gql.isLeafType(gql.getNamedType(field.type));
      if (!isLeaf && below.length === 0) missed.push(`${typeName}.${field.name}`);
      const errands = isLeaf
        ? [leaf]
        : below.map((step) => ({ path: [...way, step], selection: '__typename' }));
      return errands.map((errand) => ({
        document: batchesOf([errand], 'query', 1)
          .map(({ document }) => document)
          .join(''),
        uses: [...usesOf(errand.path), `${typeName}.${field.name}`],
      }));
    });
  });
  return { trials, missed };
}

/** What an answer holds at the path of an error, `@` for each item of a list. */
function valuesAt(data: unknown, [name, ...rest]: readonly (string | number)[]): unknown[] {
  if (name === undefined || data === null || data === undefined) return [data ?? null];
  if (name === '@') return (data as unknown[]).flatMap((item) => valuesAt(item, rest));
  return valuesAt((data as Record<string, unknown>)[name], rest);
}

describeEachEngine('A key made from Dashboard alone', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let secret: string;
  /** One row of each table, so that what leaked would be seen. */
  let ids: Ids;
  const send = (document: string, variables = {}): Promise<Answer> =>
    house.send(bearer(secret), document, variables);
  const schema = () => house.app.schema.schema;

  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000' } });
    workspace = await house.workspace();
    const owner = await workspace.owner();
    ({ ids } = await new RowWriter(house).write(workspace));
    const input = { label: 'board', forOperations: [dashboard] };
    const { data } = await owner.send(contractOperation('CreateApiKey'), { input });
    expect(data.createApiKey.userErrors).toEqual([]);
    expect(data.createApiKey.apiKey.scopes).toEqual(dashboardScopes);
    secret = data.createApiKey.secret as string;
  });
  afterAll(() => house.close());

  it('runs Dashboard as a key with every scope does', async () => {
    const full = await workspace.key(...house.app.scopes.dataScopes);
    const [own, all] = [await send(dashboard), await full.send(dashboard)];
    expect(own.errors).toBeUndefined();
    expect(own.data).toEqual(all.data);
    expect(own.data.customers.nodes).toHaveLength(1);
  });

  it('gets a value from no field of a query that its scopes do not open, and from each that they do', async () => {
    const { trials, missed } = trialsOf(schema(), ids);
    const counts = { refused: 0, opened: 0 };
    for (const { document, uses } of trials) {
      const { errors, data } = await send(document);
      const isOpen = uses.every(isOpened);
      const code = errors?.[0]?.extensions['code'];
      expect({ document, code }).toEqual({ document, code: isOpen ? undefined : 'FORBIDDEN' });
      const shown = errors ? valuesAt(data, errors[0]!.path ?? []) : [];
      expect(new Set([null, ...shown]), document).toEqual(new Set([null]));
      counts[isOpen ? 'opened' : 'refused'] += 1;
    }
    expect(missed).toEqual([]);
    expect(counts.refused).toBeGreaterThan(100);
    expect(counts.opened).toBeGreaterThan(40);
    console.log(`dashboard key [${engine}]: ${counts.opened} fields opened, ${counts.refused} refused`);
  });

  it('does no mutation', async () => {
    const fields = Object.values(schema().getMutationType()!.getFields());
    const closed = fields.filter(({ name }) => !isOpened(`Mutation.${name}`));
    // Signing in takes no scope, and nothing from a key.
    expect(fields.length - closed.length).toBeLessThanOrEqual(1);
    for (const field of closed) {
      const head = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
      const given = Object.fromEntries(field.args.map(({ name }) => [name, `$${name}`]));
      const document = `mutation ${head ? `(${head})` : ''} { ${field.name}${argumentsText(given)} { __typename } }`;
      const variables = Object.fromEntries(
        field.args.map((argument) => [argument.name, fill(field.name, argument, [], '', ids)]),
      );
      const { status, errors } = await send(document, variables);
      const { code } = errors?.[0]?.extensions ?? {};
      expect({ field: field.name, status, code }).toEqual({
        field: field.name,
        status: 403,
        code: 'FORBIDDEN',
      });
    }
  });
});
