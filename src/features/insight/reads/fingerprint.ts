// The fingerprint of a record's id: what is kept of a record that was read. It says nothing of the record itself.

/** Whole numbers up to this are fingerprints: 53 bits. */
const highBits = 2 ** 21 - 1;
const shift = 2 ** 32;

/**
 * A whole number of 53 bits, the same in every process. Not a secret: whoever has an id can find its fingerprint, and nobody
 * finds an id by its fingerprint but by trying all of them. Two ids of a set of 2,048 have the same one once in 10^9 sets.
 */
export function fingerprintOf(id: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < id.length; at += 1) {
    const code = id.charCodeAt(at);
    low = Math.imul(low ^ code, 0x9e3779b1);
    high = Math.imul(high ^ code, 0x5f356495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return shift * (highBits & high) + (low >>> 0);
}
