// What is listed to a caller is what accessCheck allows it, whatever scopes it has; and what is not listed is refused when it is called.
import fc from 'fast-check';
import { getNamedType, isEnumType, isListType, isNonNullType, type GraphQLInputType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readOperationFiles } from '../../src/rest/operation-files.ts';
import { parseOperations } from '../../src/rest/parse-operations.ts';
import type { StoredOperation } from '../../src/rest/stored-operation.ts';
import { allFeatures } from '../../src/services.ts';
import { describeEachEngine } from '../support/engines.ts';
import { bearer, openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { callOf, post } from './support/mcp.ts';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
/** As the file of the operation names it. */
const toolOf = ({ name }: StoredOperation) =>
  name.replaceAll(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '_' : ''}${letter.toLowerCase()}`);

describeEachEngine('For random sets of scopes', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let venueId: string;
  let operations: readonly StoredOperation[];
  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    venueId = await workspace.venue();
    const { explainer, schema } = house.app;
    operations = parseOperations(readOperationFiles(allFeatures), { schema: schema.schema, explainer });
  });
  afterAll(() => house.close());

  /** Names of the tools of which nothing is denied, asked one by one. */
  async function allowedOf(caller: Caller) {
    const query = 'query ($document: String!) { accessCheck(document: $document) { allowed } }';
    const allowed: string[] = [];
    for (const operation of operations) {
      const { data } = await caller.send(query, { document: operation.document.text });
      if (data.accessCheck.allowed) allowed.push(toolOf(operation));
    }
    return allowed;
  }

  it('tools/list is the set of operations that accessCheck allows, and a call of another one is refused', async () => {
    const scopes = fc.subarray([...house.app.scopes.dataScopes], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(scopes, fc.boolean(), fc.nat(), async (held, isBound, pick) => {
        const key = await (isBound ? workspace.venueKey([venueId], ...held) : workspace.key(...held));
        const { body } = await post(house.app, bearer(key.secret), list);
        const listed = body.result.tools.map(({ name }: { name: string }) => name).sort();
        const allowed = await allowedOf(key);
        expect(listed).toEqual([...allowed, 'explain_access'].sort());

        const hidden = operations.map(toolOf).filter((name) => !allowed.includes(name));
        const operation = operations.find((one) => toolOf(one) === hidden[pick % hidden.length])!;
        // Whatever the arguments are, so that what is missing is told and not what is wrong with them.
        const given = Object.fromEntries(
          operation.variables
            .filter(({ isRequired }) => isRequired)
            .map((one) => [one.restName, one.name === 'to' ? end : valueFor(one.type)]),
        );
        const refused = await post(house.app, bearer(key.secret), callOf(toolOf(operation), given));
        const told = JSON.parse(refused.body.result.content[0].text);
        expect([toolOf(operation), refused.body.result.isError, told.code, told.detail]).toEqual([
          ...[toolOf(operation), true, 'FORBIDDEN'],
          expect.any(String),
        ]);
        expect(told.missing ?? ['workspace:manage']).toEqual(
          operation.document.requiredScopes.filter((scope) => !held.includes(scope)),
        );
      }),
      { numRuns: 12 },
    );
  });

  it('an owner has every tool, a key none that manages keys', async () => {
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const input = { email: workspace.ownerEmail, password: workspace.ownerPassword };
    const { data } = await house.send({}, login, { input });
    const { body } = await post(house.app, bearer(data.login.token as string), list);
    const names = body.result.tools.map(({ name }: { name: string }) => name);
    expect(names.sort()).toEqual(['explain_access', ...operations.map(toolOf)].sort());
    const all = await workspace.key(...house.app.scopes.dataScopes);
    const ofKey = (await post(house.app, bearer(all.secret), list)).body.result.tools;
    expect(ofKey.filter(({ name }: { name: string }) => name.includes('api_key'))).toEqual([]);
  });
});

/** After `from`. */
const end = '2026-06-02T12:00:00Z';

/** A value that the type takes. */
function valueFor(type: GraphQLInputType): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return [];
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  const values: Readonly<Record<string, unknown>> = { Int: 1, SafeInt: 1, DateTime: '2026-06-01T12:00:00Z' };
  return values[getNamedType(inner).name] ?? 'x';
}
