// A value that the operation itself refuses is told in `fields` by the name that the endpoint has for it. Which value it is, the error
// says in `argument`: its text is for people.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { UserErrorCode } from '../../src/core/errors.ts';
import { toRestError } from '../../src/rest/answer/error-answer.ts';
import { toRefusal } from '../../src/rest/answer/user-errors.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { restOf, type Rest } from './support/rest.ts';

const day = (number: number) => `2026-06-${String(number).padStart(2, '0')}T00:00:00Z`;
const range = `from=${day(1)}&to=${day(8)}`;

describeEachEngine('A refused value', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let rest: Rest;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    rest = restOf(house.app, (await workspace.key(...house.app.scopes.dataScopes)).secret);
  });
  afterAll(() => house.close());

  it.each([
    ['limit', '/customers?limit=101'],
    ['limit', '/customers?limit=0'],
    ['cursor', '/customers?cursor=nothing'],
    ['search', `/customers?search=${'x'.repeat(201)}`],
    ['name', `/customers?name=${'x'.repeat(5_000)}`],
    ['timezone', `/statistics?${range}&timezone=Mars`],
    ['from', `/statistics?from=${day(8)}&to=${day(1)}`],
    [
      'venue_ids',
      `/statistics?${range}&venue_ids=${Array.from({ length: 101 }, (_, n) => `ven_${n}`).join(',')}`,
    ],
  ])('is told as the field %s, case %#', async (field, path) => {
    const { status, body } = await rest('GET', path);
    expect([status, body.fields]).toEqual([400, [{ field, code: 'INVALID', message: body.detail }]]);
  });

  it('of a range of free times is told as one of its ends', async () => {
    const path = `/venues/${await workspace.venue()}/availability`;
    const fieldOf = async (query: string) => (await rest('GET', `${path}?${query}`)).body.fields[0].field;
    expect(await fieldOf(`from=${day(8)}&to=${day(1)}`)).toBe('to');
    expect(await fieldOf(`from=${day(1)}&to=2028-06-01T00:00:00Z`)).toBe('from');
  });

  it('is found by the argument, whatever the text says', () => {
    const operation = house.app.operations.find(({ name }) => name === 'ListCustomers')!;
    const toldOf = (message: string, facts: object) =>
      toRestError(400, { message, extensions: { code: 'BAD_USER_INPUT', ...facts } }, operation).fields;
    expect(toldOf('It is too much.', { argument: 'first' })).toEqual([
      { field: 'limit', code: 'INVALID', message: 'It is too much.' },
    ]);
    expect(toldOf('"limit" is too much.', {})).toBeUndefined();
    // Of no value of this endpoint.
    expect(toldOf('"last" is too much.', { argument: 'last' })).toBeUndefined();
  });

  it('decides the status with the others: what other values can mend goes first, in whatever order they are told', () => {
    const operation = house.app.operations.find(({ name }) => name === 'CreateInquiry')!;
    const fault = (code: UserErrorCode, name = 'subject') => ({
      code,
      field: ['input', name],
      message: 'No.',
    });
    const cases: readonly (readonly [readonly UserErrorCode[], number, string])[] = [
      [['NOT_FOUND', 'INVALID'], 400, 'BAD_USER_INPUT'],
      [['TAKEN', 'REQUIRED'], 400, 'BAD_USER_INPUT'],
      [['TAKEN', 'NOT_FOUND'], 404, 'NOT_FOUND'],
      [['NOT_ALLOWED', 'NOT_FOUND', 'TOO_LONG'], 400, 'BAD_USER_INPUT'],
    ];
    for (const [codes, status, code] of cases)
      for (const told of [codes, codes.toReversed()]) {
        const refusal = toRefusal(
          told.map((one) => fault(one)),
          operation,
        );
        expect([told, refusal.status, refusal.code]).toEqual([told, status, code]);
        expect(refusal.fields!.map((field) => field.code)).toEqual(told);
      }
    // A version that is not there any more is a 412 where nothing else is to be mended first.
    const stale = fault('CONFLICT', 'expectedVersion');
    expect(toRefusal([stale], operation).status).toBe(412);
    expect(toRefusal([stale, fault('INVALID')], operation).status).toBe(400);
  });

  it('that is no JSON has a reason of its own, at each door', async () => {
    const { secret } = await workspace.key('read:customers');
    const send = async (url: string, payload: string) => {
      const headers = {
        ...{ authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        accept: 'application/json, text/event-stream',
      };
      const { statusCode, body } = await house.app.http.inject({ method: 'POST', url, headers, payload });
      return { status: statusCode, body: JSON.parse(body) };
    };
    const [graphql, endpoint, tools] = [
      await send('/graphql', '{'),
      await send('/api/v1/customers', '{'),
      await send('/mcp', '{'),
    ];
    expect([graphql.status, graphql.body.errors[0].extensions]).toMatchObject([
      ...[400, { code: 'BAD_REQUEST', reason: 'INVALID_JSON' }],
    ]);
    expect([endpoint.status, endpoint.body]).toMatchObject([
      ...[400, { code: 'BAD_REQUEST', reason: 'INVALID_JSON' }],
    ]);
    expect([tools.status, tools.body.error]).toMatchObject([
      ...[400, { code: -32_700, data: { reason: 'INVALID_JSON' } }],
    ]);
    // What says JSON in its text is not for that a fault of the JSON.
    const twice = await send('/mcp', '{"JSON":1,"JSON":2}');
    expect([twice.status, twice.body.error.code]).toEqual([400, -32_600]);
    expect(twice.body.error.message).toContain('JSON');
  });
});
