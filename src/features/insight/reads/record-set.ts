// A set of records, by their fingerprints: exact while it is small, a Bloom filter when it is large. Merging the same records a
// second time changes nothing. Does NOT hold an id.

/** Eight bytes each: 16 KiB. */
export const maxExact = 2_048;

/** 2^20 bits, 128 KiB. */
const filterBits = 2 ** 20;
const filterMask = filterBits - 1;
/** Bits of one record. Least errors at 100,000 records: 0.67 % of the records that are not in it seem to be. */
const bitsOfRecord = 7;

export type Membership = 'YES' | 'MAYBE' | 'NO';

/** Calls `visit` with the bits of a record, until it returns false. Made of the fingerprint alone, so that a set can grow. */
function everyBit(fingerprint: number, visit: (bit: number) => boolean): boolean {
  let bit = fingerprint % filterBits;
  // Odd, so that the bits of one record differ.
  let step = (Math.floor(fingerprint / filterBits) % filterBits) | 1;
  const last = Math.floor(fingerprint / filterBits ** 2);
  for (let count = 0; count < bitsOfRecord; count += 1) {
    if (!visit(bit)) return false;
    bit = (bit + step) & filterMask;
    step = (step + count + last) & filterMask;
  }
  return true;
}

function countBits(filter: Uint8Array): number {
  let count = 0;
  for (const byte of filter) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

export class RecordSet {
  private constructor(
    private exact: Set<number> | null,
    private filter: Uint8Array | null,
  ) {}

  static empty(): RecordSet {
    return new RecordSet(new Set(), null);
  }

  /** Of what encode() wrote. */
  static decode(text: string): RecordSet {
    const bytes = new Uint8Array(Buffer.from(text.slice(1), 'base64'));
    if (text.startsWith('f')) return new RecordSet(null, bytes);
    return new RecordSet(new Set(new Float64Array(bytes.buffer)), null);
  }

  /** Base64 behind one letter: `e` of an exact set, in its order, or `f` of a filter. */
  encode(): string {
    if (this.filter) return `f${Buffer.from(this.filter).toString('base64')}`;
    const sorted = Float64Array.from(this.exact ?? []).sort();
    return `e${Buffer.from(sorted.buffer).toString('base64')}`;
  }

  get isExact(): boolean {
    return this.exact !== null;
  }

  /** How many records it holds; of a filter what its bits say, which is wrong by less than a hundredth up to 200,000. */
  get size(): number {
    if (this.exact) return this.exact.size;
    const set = Math.min(countBits(this.filter!), filterBits - 1);
    return Math.round((-filterBits / bitsOfRecord) * Math.log(1 - set / filterBits));
  }

  /** Returns whether the set is another one now. */
  add(fingerprint: number): boolean {
    if (!this.exact) return this.setBits(fingerprint);
    const before = this.exact.size;
    this.exact.add(fingerprint);
    if (this.exact.size > maxExact) this.becomeFilter(this.exact);
    return (this.exact?.size ?? before + 1) > before;
  }

  /** Adds what the other one holds. */
  merge({ exact, filter }: RecordSet): void {
    for (const fingerprint of exact ?? []) this.add(fingerprint);
    if (!filter) return;
    if (this.exact) this.becomeFilter(this.exact);
    const own = this.filter!;
    for (let at = 0; at < own.length; at += 1) own[at]! |= filter[at]!;
  }

  /** NO is certain. */
  find(fingerprint: number): Membership {
    if (this.exact) return this.exact.has(fingerprint) ? 'YES' : 'NO';
    const filter = this.filter!;
    return everyBit(fingerprint, (bit) => (filter[bit >> 3]! & (1 << (bit & 7))) !== 0) ? 'MAYBE' : 'NO';
  }

  private becomeFilter(exact: ReadonlySet<number>): void {
    this.filter = new Uint8Array(filterBits / 8);
    this.exact = null;
    for (const fingerprint of exact) this.setBits(fingerprint);
  }

  private setBits(fingerprint: number): boolean {
    const filter = this.filter!;
    let isNew = false;
    everyBit(fingerprint, (bit) => {
      const [at, mask] = [bit >> 3, 1 << (bit & 7)];
      isNew ||= (filter[at]! & mask) === 0;
      filter[at]! |= mask;
      return true;
    });
    return isNew;
  }
}
