// Address lists of keys: single addresses and CIDR ranges, IPv4 and IPv6. Pure.
import { BlockList, isIP } from 'node:net';

interface Range {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
}

const mappedPrefixBits = 96;

/** `::ffff:192.0.2.1` is 192.0.2.1: a dual-stack socket shows IPv4 callers so (RFC 4291, section 2.5.5.2). */
function unmapped(address: string): string {
  const match = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return match?.[1] ?? address;
}

function parse(text: string): Range | null {
  const [written = '', length, ...rest] = text.trim().split('/');
  const address = unmapped(written);
  const version = isIP(address);
  if (rest.length > 0 || version === 0 || address.includes('%')) return null;
  const widest = version === 4 ? 32 : 128;
  if (length === undefined) return { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix: widest };
  if (!/^\d{1,3}$/.test(length)) return null;
  // The length of a mapped range counts the 96 bits before the IPv4 address.
  const prefix = Number(length) - (address === written ? 0 : mappedPrefixBits);
  if (prefix < 0 || prefix > widest) return null;
  return { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix };
}

/** The entry in its short form (`192.0.2.0/24`, `2001:db8::1`), or null when it is no address and no range. */
export function normalizeIpRange(text: string): string | null {
  const range = parse(text);
  if (!range) return null;
  const { address, family, prefix } = range;
  const widest = family === 'ipv4' ? 32 : 128;
  return prefix === widest ? address.toLowerCase() : `${address.toLowerCase()}/${prefix}`;
}

/** True when the list is empty or holds the address. An address that cannot be read is on no list. */
export function isAddressAllowed(allowlist: readonly string[], ip: string): boolean {
  if (allowlist.length === 0) return true;
  const caller = parse(ip);
  if (!caller) return false;
  const list = new BlockList();
  for (const entry of allowlist) {
    const range = parse(entry);
    if (range) list.addSubnet(range.address, range.prefix, range.family);
  }
  return list.check(caller.address, caller.family);
}
