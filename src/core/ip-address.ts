// Texts that hold an IP address -> one spelling for each address. Lists of addresses are in access/credentials/ip-allowlist.ts.
import { isIP, SocketAddress } from 'node:net';

export interface IpAddress {
  /** In Node's own spelling. */
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** Bits that were written before an IPv4 address: 96 in its IPv6 form. */
  readonly bitsBefore: number;
}

const mappedPrefixBits = 96;

/**
 * `::ffff:192.0.2.1` is 192.0.2.1, however it is spelt: a dual-stack socket shows IPv4 callers so (RFC 4291, section
 * 2.5.5.2). Returns null for anything that is no address; an address with a zone (`fe80::1%eth0`) is none.
 */
export function readIpAddress(text: string): IpAddress | null {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return null;
  if (version === 4) return { address: text, family: 'ipv4', bitsBefore: 0 };
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  return mapped === undefined
    ? { address, family: 'ipv6', bitsBefore: 0 }
    : { address: mapped, family: 'ipv4', bitsBefore: mappedPrefixBits };
}

/** `[2001:db8::5]`, alone or with a port, which may be hidden too (RFC 7239, section 6). */
const bracketed = /^\[([^\]]{1,64})\](?::(?:\d{1,5}|_[\w.-]{1,64}))?$/;
const ipv4WithPort = /^([\d.]{7,15}):(?:\d{1,5}|_[\w.-]{1,64})$/;

/**
 * The address of a node as proxies write it: alone, in brackets, with a port. Returns null for `unknown`, for a hidden
 * name such as `_proxy1`, and for anything else that is no address.
 */
export function addressOfNode(text: string): string | null {
  const inside = bracketed.exec(text)?.[1];
  // Brackets hold IPv6 only.
  if (inside !== undefined && isIP(inside) !== 6) return null;
  const bare = inside ?? ipv4WithPort.exec(text)?.[1] ?? text;
  return readIpAddress(bare)?.address ?? null;
}
