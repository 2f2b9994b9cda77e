// Random numbers that are the same in each run, so that two recordings of one server are equal byte for byte: ids, secrets of
// keys and everything that is sorted by an id. Call it in a process that does nothing else.
import { createHash } from 'node:crypto';
import { createRequire, syncBuiltinESMExports } from 'node:module';

/** Starts again: what follows draws the same numbers as after the last call with this seed. */
export function seedRandomness(seed: string): void {
  let drawn = 0;
  const bytes = (size: number): Buffer => {
    const blocks: Buffer[] = [];
    for (let made = 0; made < size; made += 32) {
      drawn += 1;
      blocks.push(createHash('sha256').update(`${seed} ${drawn}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, size);
  };
  const uuid = () => {
    const hex = bytes(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  const builtin = createRequire(import.meta.url)('node:crypto') as Record<string, unknown>;
  builtin['randomBytes'] = (size: number) => bytes(size);
  builtin['randomInt'] = (max: number) => bytes(4).readUInt32BE() % max;
  builtin['randomUUID'] = uuid;
  syncBuiltinESMExports();
  const web = globalThis.crypto as unknown as Record<string, unknown>;
  web['randomUUID'] = uuid;
  web['getRandomValues'] = <T extends Uint8Array>(into: T): T => {
    into.set(bytes(into.length));
    return into;
  };
}
