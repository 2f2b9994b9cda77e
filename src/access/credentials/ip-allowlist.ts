// Address lists of keys: single addresses and CIDR ranges, IPv4 and IPv6. Pure.
import { BlockList } from 'node:net';
import { readIpAddress } from '../../core/ip-address.ts';

interface Range {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
}

const widestOf = { ipv4: 32, ipv6: 128 } as const;
/** The longest entry: IPv6 with an IPv4 ending (45 characters) and `/128`. */
const maxEntryLength = 49;

function readRange(text: string): Range | null {
  const entry = text.trim();
  if (entry.length > maxEntryLength) return null;
  const [written = '', length, ...rest] = entry.split('/');
  const read = readIpAddress(written);
  if (rest.length > 0 || !read) return null;
  const { address, family, bitsBefore } = read;
  const widest = widestOf[family];
  if (length === undefined) return { address, family, prefix: widest };
  if (!/^\d{1,3}$/.test(length)) return null;
  const prefix = Number(length) - bitsBefore;
  return prefix < 0 || prefix > widest ? null : { address, family, prefix };
}

/** The entry in its short form (`192.0.2.0/24`, `2001:db8::1`), or null when it is no address and no range. */
export function normalizeIpRange(text: string): string | null {
  const range = readRange(text);
  if (!range) return null;
  const { address, family, prefix } = range;
  return prefix === widestOf[family] ? address : `${address}/${prefix}`;
}

/** True when the list is empty or holds the address. An address that cannot be read is on no list. */
export function isAddressAllowed(allowlist: readonly string[], ip: string): boolean {
  if (allowlist.length === 0) return true;
  const caller = readIpAddress(ip);
  if (!caller) return false;
  const list = new BlockList();
  for (const entry of allowlist) {
    const range = readRange(entry);
    // Node counts every IPv4 address as part of ::/0; an entry ::/0 means callers over IPv6, not everybody.
    if (range?.family === caller.family) list.addSubnet(range.address, range.prefix, range.family);
  }
  return list.check(caller.address, caller.family);
}

const groupsOfSubnet = 4;

/**
 * What counts as one caller when addresses are counted: an IPv4 address, or the /64 network of an IPv6 address, which is
 * what one household or server has. Texts that are no address count as one together.
 */
export function addressGroup(ip: string): string {
  const read = readIpAddress(ip.split('%', 1)[0] ?? '');
  if (!read) return 'unknown';
  if (read.family === 'ipv4') return read.address;
  const [head = [], tail] = read.address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = tail === undefined ? [] : Array<string>(8 - head.length - tail.length).fill('0');
  return `${[...head, ...zeros, ...(tail ?? [])].slice(0, groupsOfSubnet).join(':')}::/64`;
}
