// The secrets that local mode makes for itself and keeps. Production mode never comes here: its secrets are
// settings.
import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface LocalSecrets {
  readonly jwtSecret: string;
  readonly keyPepper: string;
}

/** Thrown when the file is damaged. The message is for the operator: it says what to do and holds no secret. */
export class LocalSecretsError extends Error {
  override readonly name = 'LocalSecretsError';
}

const fileName = 'local-secrets.json';
/** The length that config.ts requires of JWT_SECRET and KEY_PEPPER. */
const minSecretCharacters = 32;
const fileShape = z.strictObject({
  jwtSecret: z.string().min(minSecretCharacters),
  keyPepper: z.string().min(minSecretCharacters),
});

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function parseSecrets(path: string, text: string): LocalSecrets {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Handled just below; JSON.parse's own message quotes the text, which may hold half a secret.
  }
  const parsed = fileShape.safeParse(content);
  if (parsed.success) return Object.freeze(parsed.data);
  // Never replaced: a new pepper would silently end every API key there is.
  throw new LocalSecretsError(
    `${path}: is damaged, and without it no existing API key works. Restore it from a backup, or set ` +
      'KEY_PEPPER and JWT_SECRET. Only when no key is worth keeping: delete it, new secrets are then made.',
  );
}

/** The secrets in the file, or null when there is no file. */
function findSecrets(path: string): LocalSecrets | null {
  try {
    const secrets = parseSecrets(path, readFileSync(path, 'utf8'));
    // A copy or a backup may have widened the mode.
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return secrets;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Puts new secrets at `path` unless another process was first. */
function makeSecrets(path: string): void {
  const secret = (): string => randomBytes(32).toString('hex');
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const text = `${JSON.stringify({ jwtSecret: secret(), keyPepper: secret() }, null, 2)}\n`;
  try {
    // Written aside and then linked: `wx` on the file itself would let the other process read it while it is
    // still empty.
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    linkSync(draft, path); // fails when the name is taken, like wx, but with the content already there
  } catch (error) {
    // EEXIST: another process won, and its secrets are the ones to use.
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Reads `<directory>/local-secrets.json` (mode 0600), making it first when absent; a directory made for it
 * gets 0700. Processes that start at once get the same values. Throws LocalSecretsError when the file is
 * damaged, never replaces it.
 */
export function loadLocalSecrets(directory: string): LocalSecrets {
  const path = join(directory, fileName);
  const found = findSecrets(path);
  if (found) return found;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  makeSecrets(path);
  const made = findSecrets(path);
  if (!made) throw new LocalSecretsError(`${path}: was removed while the server was starting.`);
  return made;
}
