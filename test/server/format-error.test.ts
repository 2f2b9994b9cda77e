// The last door on its own: what it lets through, what it masks, and that nothing makes it throw.
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/core/logger.ts';
import { createErrorDoor } from '../../src/server/format-error.ts';

function createDoor() {
  const lines: string[] = [];
  const door = createErrorDoor(
    createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
  );
  return { door, lines };
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
    expect(door.format(outer, 'r1')).toEqual({
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
    expect(door.format(error, 'r1')).toEqual(masked);
    expect(lines).toHaveLength(1);
  });

  it('cannot throw', () => {
    const { door } = createDoor();
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('from a getter');
      },
    });
    expect(door.format(hostile, 'r1')).toEqual(masked);
    const circular = new GraphQLError('x');
    Object.defineProperty(circular, 'originalError', { value: circular });
    expect(door.format(circular, 'r1')).toEqual(masked);
    const deaf = createErrorDoor({
      error() {
        throw new Error('the log is full');
      },
    } as unknown as Parameters<typeof createErrorDoor>[0]);
    expect(deaf.format(new Error('x'), 'r1')).toEqual(masked);
  });

  it('never cuts a message in the middle of a character', () => {
    const { door } = createDoor();
    const { message } = door.format(
      new GraphQLError('x'.repeat(299) + '😀'.repeat(9), { extensions: { code: 'BAD_USER_INPUT' } }),
      'r1',
    );
    expect(message).toBe(`${'x'.repeat(299)}…`);
  });

  it('formats errors that reach a result unformatted, and each only once', () => {
    const { door, lines } = createDoor();
    const first = door.format(new Error('secret'), 'r1');
    const text = door.stringify({ data: { a: null }, errors: [first, new Error('secret')] }, 'r1');
    expect(JSON.parse(text)).toEqual({ errors: [masked, masked], data: { a: null } });
    expect(lines).toHaveLength(2);
  });
});
