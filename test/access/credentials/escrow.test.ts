// Sealed copies of keys: they open for their own row, under their own setting, and for nothing else.
import { describe, expect, it } from 'vitest';
import { makeApiKey } from '../../../src/access/credentials/api-key.ts';
import { createKeyEscrow } from '../../../src/access/credentials/escrow.ts';

const escrow = createKeyEscrow('an-escrow-secret-of-more-than-32-characters');
const { key, secretId } = makeApiKey('LIVE');

describe('A sealed key', () => {
  it('opens for the row that it was sealed for, in another process too', () => {
    const sealed = escrow.seal(key, secretId);
    expect(escrow.open(sealed, secretId)).toBe(key);
    const again = createKeyEscrow('an-escrow-secret-of-more-than-32-characters');
    expect(again.open(sealed, secretId)).toBe(key);
  });

  it('shows nothing of the key, and is another text each time', () => {
    const sealed = [escrow.seal(key, secretId), escrow.seal(key, secretId)];
    expect(sealed[0]).not.toBe(sealed[1]);
    for (const text of sealed) {
      const bytes = Buffer.from(text, 'base64').toString('latin1');
      for (const part of [key, secretId, key.slice(-38), key.slice(0, 8)]) expect(bytes).not.toContain(part);
    }
  });

  it('does not open for another row', () => {
    const sealed = escrow.seal(key, secretId);
    expect(escrow.open(sealed, makeApiKey('LIVE').secretId)).toBeNull();
    expect(escrow.open(sealed, '')).toBeNull();
    expect(escrow.open(sealed, `${secretId} `)).toBeNull();
  });

  it('does not open under another setting', () => {
    const other = createKeyEscrow('another-escrow-secret-of-more-than-32-characters');
    expect(other.open(escrow.seal(key, secretId), secretId)).toBeNull();
  });

  it('does not open when any of its bytes was changed', () => {
    const bytes = Buffer.from(escrow.seal(key, secretId), 'base64');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index]! ^= 1;
      expect(escrow.open(changed.toString('base64'), secretId)).toBeNull();
    }
  });

  it('does not open when it was cut, lengthened, or is no sealed text at all', () => {
    const bytes = Buffer.from(escrow.seal(key, secretId), 'base64');
    // Every length: a tag that is cut short must not be taken for a short tag.
    for (let length = 0; length < bytes.length; length += 1) {
      expect(escrow.open(bytes.subarray(0, length).toString('base64'), secretId)).toBeNull();
    }
    expect(escrow.open(Buffer.concat([bytes, Buffer.from('x')]).toString('base64'), secretId)).toBeNull();
    for (const text of ['', 'nonsense', key]) expect(escrow.open(text, secretId)).toBeNull();
  });
});
