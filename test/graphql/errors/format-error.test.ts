// The last door on its own: what it lets through, what it masks, and that nothing makes it throw.
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/core/errors.ts';
import type { RequestNotes } from '../../../src/core/request-facts.ts';
import { createLogger } from '../../../src/core/logger.ts';
import { createErrorDoor, type ErrorDoor } from '../../../src/graphql/errors/format-error.ts';

function createDoor() {
  const lines: string[] = [];
  const door = createErrorDoor(
    createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
  );
  return { door, lines };
}

/** The error as it leaves in the answer to the request r1. */
function leave(door: ErrorDoor, error: unknown) {
  const text = door.stringify({ errors: [error] }, { requestId: 'r1' });
  return (JSON.parse(text) as { errors: [GraphQLFormattedError] }).errors[0];
}

const masked = {
  message: 'Internal server error.',
  extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'r1' },
};

describe('the error door', () => {
  it('finds an ApiError behind the errors that were wrapped around it', () => {
    const { door, lines } = createDoor();
    const inner = new ApiError('QUERY_TOO_EXPENSIVE', 'Too deep.', { details: { depth: 12, limit: 10 } });
    const outer = new GraphQLError('wrapped', {
      originalError: new GraphQLError('wrapped', { originalError: inner }),
      path: ['a'],
    });
    expect(leave(door, outer)).toEqual({
      message: 'Too deep.',
      path: ['a'],
      extensions: { code: 'QUERY_TOO_EXPENSIVE', depth: 12, limit: 10, requestId: 'r1' },
    });
    expect(lines).toEqual([]);
  });

  it.each([
    ['a text', 'secret'],
    ['nothing', undefined],
    [
      'an error with a code that is not ours',
      new GraphQLError('secret', { extensions: { code: 'DOWNSTREAM' } }),
    ],
    [
      'an error that says it is internal',
      new GraphQLError('secret', { extensions: { code: 'INTERNAL_SERVER_ERROR', sql: 'secret' } }),
    ],
    [
      'a name from Object.prototype as code',
      new GraphQLError('secret', { extensions: { code: 'constructor' } }),
    ],
  ])('masks %s', (_name, error) => {
    const { door, lines } = createDoor();
    expect(leave(door, error)).toEqual(masked);
    expect(lines).toHaveLength(1);
  });

  it('has one line for each cause, with the first of its places and their number', () => {
    const { door, lines } = createDoor();
    const [once, often] = [new Error('once'), new Error('often')];
    const at = (originalError: Error, ...path: (string | number)[]) =>
      new GraphQLError('wrapped', { originalError, path });
    const errors = [at(often, 'a', 0), at(once, 'b'), at(often, 'a', 1), at(often, 'a', 2)];
    const text = door.stringify({ errors }, { requestId: 'r1' });
    expect(JSON.parse(text)).toEqual({ errors: errors.map(({ path }) => ({ ...masked, path })) });
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.map(({ path, places }) => [path, places])).toEqual([
      [['a', 0], 3],
      [['b'], undefined],
    ]);
    // The next answer has its own.
    door.stringify({ errors: [at(often, 'a', 0)] }, { requestId: 'r2' });
    expect(lines).toHaveLength(3);
  });

  it('has the lines of the others when one of them cannot be described', () => {
    const { door, lines } = createDoor();
    const hostile = new Error('hostile');
    Object.defineProperty(hostile, 'code', {
      get() {
        throw new Error('from a getter');
      },
    });
    const at = (originalError: Error, path: string) =>
      new GraphQLError('wrapped', { originalError, path: [path] });
    door.stringify({ errors: [at(hostile, 'a'), at(new Error('x'), 'b')] }, { requestId: 'r1' });
    expect(lines.map((line) => (JSON.parse(line) as { path: unknown }).path)).toEqual([['b']]);
  });

  it('cannot throw', () => {
    const { door } = createDoor();
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('from a getter');
      },
    });
    expect(leave(door, hostile)).toEqual(masked);
    const circular = new GraphQLError('x');
    Object.defineProperty(circular, 'originalError', { value: circular });
    expect(leave(door, circular)).toEqual(masked);
    const deaf = createErrorDoor({
      error() {
        throw new Error('the log is full');
      },
    } as unknown as Parameters<typeof createErrorDoor>[0]);
    expect(leave(deaf, new Error('x'))).toEqual(masked);
  });

  it('never cuts a message in the middle of a character', () => {
    const { door } = createDoor();
    const { message } = leave(
      door,
      new GraphQLError(`Unknown "${'x'.repeat(99)}${'😀'.repeat(9)}". Ask for help.`, {
        extensions: { code: 'BAD_USER_INPUT' },
      }),
    );
    expect(message).toBe(`Unknown "${'x'.repeat(99)}…". Ask for help.`);
  });

  it('writes the whole answer, and notes how it went', () => {
    const { door, lines } = createDoor();
    const denied = new ApiError('FORBIDDEN', 'Not for you.', { reason: 'ADMIN_ONLY' });
    const [ok, partial, all]: RequestNotes[] = [
      { requestId: 'r0' },
      { requestId: 'r1' },
      { requestId: 'r2' },
    ];
    expect(door.stringify({ data: { a: 1 } }, ok!)).toBe('{"data":{"a":1}}');
    const text = door.stringify({ data: { a: null, b: 1 }, errors: [new Error('secret'), denied] }, partial!);
    const extensions = { code: 'FORBIDDEN', reason: 'ADMIN_ONLY', requestId: 'r1' };
    const errors = [masked, { message: 'Not for you.', extensions }];
    expect(JSON.parse(text)).toEqual({ errors, data: { a: null, b: 1 } });
    expect(lines.map((line) => (JSON.parse(line) as RequestNotes).requestId)).toEqual(['r1']);
    door.stringify({ data: { a: null }, errors: [denied] }, all!);
    expect([ok, partial, all].map((scope) => [scope?.outcome, scope?.reason])).toEqual([
      ['ok', undefined],
      ['partial', undefined],
      ['denied', 'ADMIN_ONLY'],
    ]);
  });
});
