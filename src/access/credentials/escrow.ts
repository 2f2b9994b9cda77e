// Sealed copies of keys for workspaces whose operator wants to show a secret again. Off unless KEY_ESCROW_SECRET is set.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface KeyEscrow {
  /** Sealed text for the store. `secretId` is bound to it: a copy moved to another row does not open. */
  seal(key: string, secretId: string): string;
  /** null when it was not sealed under this setting, or was changed. */
  open(sealed: string, secretId: string): string | null;
}

/** NIST SP 800-38D: 96 bits of nonce, 128 bits of tag. */
const nonceBytes = 12;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';

export function createKeyEscrow(escrowSecret: string): KeyEscrow {
  const sealingKey = Buffer.from(hkdfSync('sha256', escrowSecret, '', 'latchkey key escrow', 32));
  return {
    seal(key, secretId) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, sealingKey, nonce).setAAD(Buffer.from(secretId));
      const text = Buffer.concat([cipher.update(key, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
    },
    open(sealed, secretId) {
      const bytes = Buffer.from(sealed, 'base64');
      try {
        const decipher = createDecipheriv(algorithm, sealingKey, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(secretId)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        return (
          decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        // Another setting sealed it, or somebody changed the row: there is nothing to show.
        return null;
      }
    },
  };
}
