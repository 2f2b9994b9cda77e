// The log keeps nothing secret, wherever it stands.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankSecrets, createLogger } from '../../src/core/logger.ts';

function record(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  write(createLogger({ level: 'debug', destination: { write: (line) => void (text += line) } }));
  return text;
}

const key = 'lk_test_0123456789ab_ABCDEFGHIJKLMNOPQRSTUVWXYZ012345abcdef';
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl';

describe('the logger', () => {
  it('blanks credentials by the name of their field', () => {
    const text = record((logger) =>
      logger.info({
        headers: { authorization: 'hush', 'x-api-key': 'hush', cookie: 'hush' },
        req: { headers: { cookie: 'hush' } },
      }),
    );
    expect(text).not.toContain('hush');
  });

  it('blanks keys and tokens by their form, in messages, errors, causes and deep fields', () => {
    const text = record((logger) => {
      logger.info(`key ${key} token ${token}`);
      logger.error({ err: new Error(`bad ${key}`, { cause: new Error(`worse ${token}`) }) });
      logger.info({ a: { b: { c: { d: [key, token] } } } });
    });
    expect(text).not.toMatch(/ABCDEFGH|eyJ|c2lnbmF0dXJl/);
    expect(text).toContain('lk_test_[redacted]');
    for (const line of text.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('keeps the public beginning of a key, and nothing that follows it', () => {
    const prefix = key.slice(0, 20);
    expect(blankSecrets(`${prefix} (${prefix}) "${prefix}"`)).toBe(`${prefix} (${prefix}) "${prefix}"`);
    for (const text of [`${prefix}_`, `${prefix}_A`, `${prefix}A`, `n${key}`, prefix.slice(0, -1)]) {
      expect(blankSecrets(text)).toMatch(/^n?lk_test_\[redacted\]$/);
    }
  });

  it('blanks HTTP credentials and the password of a database URL', () => {
    expect(blankSecrets('Authorization: Basic dXNlcjpodXNoaHVzaA==')).not.toContain('dXNl');
    expect(blankSecrets('postgres://app:hush@db:5432/x')).toBe('postgres://app:[redacted]@db:5432/x');
    expect(blankSecrets('http://127.0.0.1:4000/graphql a@b.example')).toBe(
      'http://127.0.0.1:4000/graphql a@b.example',
    );
  });

  it('finds the same tokens as the pattern that says what a token is', () => {
    const pattern = /eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?/g;
    const pieces = fc.constantFrom('eyJ', '.', 'a', '_', '-', ' ', 'ey', '"');
    const texts = fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(blankSecrets(text)).toBe(text.replace(pattern, '[redacted]'));
      }),
      { numRuns: 3_000 },
    );
  });

  // With a pattern that begins anew at each `eyJ` this takes minutes.
  it('takes no longer over a text that begins a token at each place', () => {
    const text = 'eyJ'.repeat(300_000);
    expect(blankSecrets(text)).toBe(text);
    expect(blankSecrets(`${text}.a`)).toBe('[redacted]');
  });

  it("keeps an error's text, stack and code, and drops the rest, such as a statement's parameters", () => {
    const error = Object.assign(new Error('constraint failed'), {
      code: 'SQLITE_CONSTRAINT',
      parameters: ['hush'],
    });
    const text = record((logger) => logger.error({ err: error }, 'defect'));
    expect(text).not.toContain('hush');
    expect(JSON.parse(text)).toMatchObject({
      level: 'error',
      msg: 'defect',
      err: { type: 'Error', message: 'constraint failed', code: 'SQLITE_CONSTRAINT' },
    });
  });
});
