// Which arguments of a list go together, and what is read for them: decided before anything is asked of the store.
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/core/errors.ts';
import { defaultPageSize, maxPageSize, maxSearchLength } from '../../src/core/page-size.ts';
import { tableOf } from '../../src/db/store/table.ts';
import { Customer } from '../../src/features/customers/index.ts';
import { encodeCursor } from '../../src/resources/cursor.ts';
import { Page, planPage, type ConnectionArguments } from '../../src/resources/page.ts';

const listed = { name: 'customers', table: tableOf(Customer) };
const plan = (args: ConnectionArguments) => planPage(listed, args, { field: 'name', direction: 'ASC' });

const cursor = encodeCursor(plan({}).print(), { value: 'Anna', id: 'cus_06gzr9m4sssrzer5sxbt3mnrd0' }, null);
const position = { value: 'Anna', id: 'cus_06gzr9m4sssrzer5sxbt3mnrd0' };

function refusalOf(args: ConnectionArguments): Record<string, unknown> {
  try {
    plan(args);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { http: _http, ...facts } = error.extensions;
    return { ...facts, message: error.message };
  }
  return {};
}

describe('A list refuses', () => {
  it.each(['first', 'last'] as const)('a size "%s" that no page has, and names the limit', (name) => {
    const message = expect.stringContaining(`"${name}"`) as string;
    for (const size of [0, -1])
      expect(refusalOf({ [name]: size })).toEqual({
        ...{ code: 'BAD_USER_INPUT', argument: name, limit: 1, message },
      });
    expect(refusalOf({ [name]: maxPageSize + 1 })).toEqual({
      argument: name,
      ...{ code: 'QUERY_TOO_EXPENSIVE', requested: maxPageSize + 1, limit: maxPageSize, message },
    });
    for (const size of [1, maxPageSize, null, undefined]) expect(refusalOf({ [name]: size })).toEqual({});
  });

  it('a search that is longer than what is looked for', () => {
    expect(refusalOf({ search: 'a'.repeat(maxSearchLength) })).toEqual({});
    expect(refusalOf({ search: 'a'.repeat(maxSearchLength + 1) })).toMatchObject({
      argument: 'search',
      ...{ code: 'BAD_USER_INPUT', requested: maxSearchLength + 1, limit: maxSearchLength },
    });
  });

  it.each([
    { first: 1, last: 1 },
    { after: cursor, before: cursor },
    { first: 1, before: cursor },
    { last: 1, after: cursor },
  ])('arguments of two directions: %o', (args) => {
    expect(refusalOf(args)).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('a cursor that is none, and names the argument', () => {
    for (const name of ['after', 'before'])
      expect(refusalOf({ [name]: 'x' })).toMatchObject({
        ...{ code: 'BAD_USER_INPUT', argument: name },
        message: expect.stringContaining(`"${name}"`) as string,
      });
  });
});

describe('A list reads', () => {
  it.each([
    [{}, 'ASC', defaultPageSize, undefined],
    [{ first: 2, after: cursor }, 'ASC', 2, position],
    [{ after: cursor, last: null, before: null }, 'ASC', defaultPageSize, position],
    [{ last: 2, before: cursor }, 'DESC', 2, position],
    [{ last: 2 }, 'DESC', 2, undefined],
    [{ before: cursor, first: null, after: null }, 'DESC', defaultPageSize, position],
  ] as const)('in its direction and one row more than it shows: %o', (args, direction, size, after) => {
    const { window, isBackward } = plan(args);
    expect(window).toEqual({ orderBy: 'name', direction, limit: size + 1, after });
    expect(isBackward).toBe(direction === 'DESC');
  });

  it('what every term of the search finds, and everything when there is none', () => {
    expect(plan({ search: 'Anna Berg' }).terms).toHaveLength(2);
    for (const search of [null, '', ' - ']) expect(plan({ search }).terms).toEqual([]);
  });
});

it('A page makes its cursors and its information once, whoever looks again', () => {
  const rows = [{ id: 'cus_06gzr9m4sssrzer5sxbt3mnrd0', name: 'Anna' }];
  const page = new Page(plan({}), { rows, total: null }, () => null);
  expect(page.edges).toBe(page.edges);
  expect(page.pageInfo).toBe(page.pageInfo);
  expect(page.edges[0]!.cursor).toBe(cursor);
});
