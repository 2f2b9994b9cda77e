// Who calls: the address of the connection or, behind proxies, the one that TRUST_PROXY_HOPS points at.
import type { IncomingHttpHeaders } from 'node:http';
import parseForwarded from 'forwarded-parse';
import { addressOfNode } from '../core/ip-address.ts';

interface Connection {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** What the proxies wrote, the nearest caller of theirs last. */
function nodesOf({ 'x-forwarded-for': list, forwarded }: IncomingHttpHeaders): readonly string[] {
  const text = Array.isArray(list) ? list.join(',') : list;
  const nodes = (text ?? '').split(',').map((node) => node.trim());
  const named = nodes.filter((node) => node !== '');
  // Most proxies write X-Forwarded-For and hand on whatever Forwarded the caller sent: it counts alone only.
  if (named.length > 0 || (forwarded ?? '').trim() === '') return named;
  try {
    return parseForwarded(forwarded ?? '').map((element) => element['for'] ?? 'unknown');
  } catch {
    // Which part of it is the proxy's cannot be told any more.
    return ['unknown'];
  }
}

/**
 * The caller's address in one spelling: without port and brackets, IPv4 also where it was written as IPv6. With no hops it
 * is the connection's. `''` when it is not known, because a proxy hides it or wrote no address: such a caller is on no list,
 * and all of them count as one.
 */
export function callerAddress({ headers, socket }: Connection, hops: number): string {
  const connected = socket.remoteAddress ?? '';
  const nodes = hops > 0 ? nodesOf(headers) : [];
  // Each proxy appends whom it was called by; what stands before the trusted ones' entries, callers wrote themselves.
  const node = nodes[Math.max(0, nodes.length - hops)];
  if (node !== undefined) return addressOfNode(node) ?? '';
  return addressOfNode(connected) ?? connected;
}
