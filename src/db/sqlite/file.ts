// The file of a SQLite store.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Customers' data is for the owner of the file alone; SQLite gives the files beside it (-wal, -shm) the same mode. What
 * is there already keeps the mode that somebody chose for it.
 */
export function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}
