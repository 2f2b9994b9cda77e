// Behaviour of the three header styles: which credential a request carries.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeApiKey } from '../../../src/access/credentials/api-key.ts';
import { readCredential, type CredentialHeaders } from '../../../src/access/credentials/credential.ts';

const first = makeApiKey('LIVE');
const second = makeApiKey('TEST');
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl_-';
const asFirst = {
  kind: 'API_KEY',
  key: first.key,
  environment: 'LIVE',
  secretId: first.secretId,
  prefix: first.prefix,
};
const asSecond = {
  kind: 'API_KEY',
  key: second.key,
  environment: 'TEST',
  secretId: second.secretId,
  prefix: second.prefix,
};
const invalid = { kind: 'INVALID' };

function basic(text: string | Buffer): string {
  return `Basic ${Buffer.from(text as string).toString('base64')}`;
}
/** A wrong check digit: well-formed to the eye. */
function mistype(key: string): string {
  return key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
}

describe('readCredential', () => {
  it('finds nothing when neither header is there', () => {
    expect(readCredential({})).toEqual({ kind: 'NONE' });
    expect(readCredential({ authorization: undefined, 'x-api-key': undefined })).toEqual({ kind: 'NONE' });
  });

  it.each<[string, CredentialHeaders]>([
    ['Bearer', { authorization: `Bearer ${first.key}` }],
    ['bearer in lower case', { authorization: `bearer ${first.key}` }],
    ['Bearer with several spaces', { authorization: `BEARER   ${first.key}` }],
    ['X-API-Key', { 'x-api-key': first.key }],
    ['Basic with a user name', { authorization: basic(`anyone:${first.key}`) }],
    ['Basic without a user name', { authorization: basic(`:${first.key}`) }],
    ['Basic with a user name beyond ASCII', { authorization: basic(`Zoë 店:${first.key}`) }],
    ['basic in capitals', { authorization: basic(`a:${first.key}`).replace('Basic', 'BASIC') }],
    ['a list of one value', { authorization: [`Bearer ${first.key}`], 'x-api-key': [] }],
  ])('reads a key from %s', (_style, headers) => {
    expect(readCredential(headers)).toEqual(asFirst);
  });

  it('reads three Base64url segments in Bearer as a token', () => {
    expect(readCredential({ authorization: `Bearer ${jwt}` })).toEqual({ kind: 'TOKEN', token: jwt });
  });

  it('prefers Bearer to X-API-Key, and X-API-Key to Basic', () => {
    const both = { authorization: `Bearer ${first.key}`, 'x-api-key': second.key };
    expect(readCredential(both)).toEqual(asFirst);
    expect(readCredential({ ...both, authorization: `Bearer ${jwt}` })).toEqual({
      kind: 'TOKEN',
      token: jwt,
    });
    expect(readCredential({ ...both, authorization: basic(`a:${first.key}`) })).toEqual(asSecond);
  });

  it.each<[string, CredentialHeaders]>([
    ['an empty Authorization', { authorization: '' }],
    ['another scheme', { authorization: `Token ${first.key}` }],
    ['a key without scheme', { authorization: first.key }],
    ['Digest', { authorization: 'Digest username="a"' }],
    ['Bearer alone', { authorization: 'Bearer' }],
    ['an empty Bearer', { authorization: 'Bearer ' }],
    ['a tab after Bearer', { authorization: `Bearer\t${first.key}` }],
    ['Bearer with two words', { authorization: `Bearer ${first.key} ${second.key}` }],
    ['two credentials in one Bearer', { authorization: `Bearer ${first.key}, Bearer ${second.key}` }],
    ['a mistyped key', { authorization: `Bearer ${mistype(first.key)}` }],
    ['a key that tries to be a token', { authorization: 'Bearer lk_a.b.c' }],
    ['two segments', { authorization: 'Bearer a.b' }],
    ['four segments', { authorization: `Bearer ${jwt}.x` }],
    ['a token without signature', { authorization: 'Bearer a.b.' }],
    ['a segment that is not Base64url', { authorization: 'Bearer a.b+.c' }],
    ['Basic alone', { authorization: 'Basic' }],
    ['Basic that is not Base64', { authorization: 'Basic %%%' }],
    ['Basic in Base64url without padding', { authorization: basic(`ab:${first.key}`).replaceAll('=', '') }],
    ['Basic without a colon', { authorization: basic(first.key) }],
    ['Basic whose key is the user name', { authorization: basic(`${first.key}:`) }],
    ['Basic with a mistyped key', { authorization: basic(`a:${mistype(first.key)}`) }],
    ['Basic with a second colon before the key', { authorization: basic(`a:b:${first.key}`) }],
    ['Basic that is not UTF-8', { authorization: basic(Buffer.from(`\xff:${first.key}`, 'latin1')) }],
    ['Basic with a token as password', { authorization: basic(`a:${jwt}`) }],
    ['an empty X-API-Key', { 'x-api-key': '' }],
    ['a token in X-API-Key', { 'x-api-key': jwt }],
    ['Bearer in X-API-Key', { 'x-api-key': `Bearer ${first.key}` }],
    ['a mistyped X-API-Key', { 'x-api-key': mistype(first.key) }],
    ['X-API-Key twice, joined', { 'x-api-key': `${first.key}, ${first.key}` }],
    ['X-API-Key twice, as a list', { 'x-api-key': [first.key, first.key] }],
    ['Authorization twice', { authorization: [`Bearer ${first.key}`, `Bearer ${first.key}`] }],
  ])('refuses %s, alone and beside a good credential', (_fault, headers) => {
    expect(readCredential(headers)).toEqual(invalid);
    if (headers.authorization === undefined) {
      expect(readCredential({ ...headers, authorization: `Bearer ${first.key}` })).toEqual(invalid);
      expect(readCredential({ ...headers, authorization: `Bearer ${jwt}` })).toEqual(invalid);
      expect(readCredential({ ...headers, authorization: basic(`a:${first.key}`) })).toEqual(invalid);
    } else {
      expect(readCredential({ ...headers, 'x-api-key': second.key })).toEqual(invalid);
    }
  });

  it('never throws and never finds a credential in arbitrary headers', () => {
    const scheme = fc.constantFrom('', 'Bearer ', 'bearer', 'Basic ', 'BASIC  ', 'lk_live_', 'Token ');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.constantFrom('lk_live_', ':', '.'),
    );
    const value = fc.option(
      fc.tuple(scheme, text).map((parts) => parts.join('')),
      { nil: undefined },
    );
    fc.assert(
      fc.property(value, value, (authorization, apiKey) => {
        const { kind } = readCredential({ authorization, 'x-api-key': apiKey });
        expect(kind).toBe(authorization === undefined && apiKey === undefined ? 'NONE' : 'INVALID');
      }),
      { numRuns: 1000 },
    );
  });

  it('uses the highest present credential, and only if every present one is understood', () => {
    const good = { bearer: `Bearer ${first.key}`, token: `Bearer ${jwt}`, basic: basic(`a:${first.key}`) };
    const authorization = fc.constantFrom(
      undefined,
      good.bearer,
      good.token,
      good.basic,
      'Bearer x',
      'Basic x',
      'x',
    );
    const apiKey = fc.constantFrom(undefined, second.key, mistype(second.key), jwt);
    fc.assert(
      fc.property(authorization, apiKey, (sent, key) => {
        const understood = sent === undefined || Object.values(good).includes(sent);
        const expected =
          !understood || (key !== undefined && key !== second.key)
            ? invalid
            : sent === good.bearer
              ? asFirst
              : sent === good.token
                ? { kind: 'TOKEN', token: jwt }
                : key
                  ? asSecond
                  : sent
                    ? asFirst
                    : { kind: 'NONE' };
        expect(readCredential({ authorization: sent, 'x-api-key': key })).toEqual(expected);
      }),
    );
  });
});
