// Whose address counts: the connection's, or what trusted proxies wrote, in whichever way they write it.
import { afterEach, describe, expect, it } from 'vitest';
import { createToy, type Answer, type Toy } from '../support/toy-server.ts';

let toy: Toy | undefined;
afterEach(async () => {
  await toy?.server.close();
  toy = undefined;
});

async function addressOf(hops: number, headers: Record<string, string>, remoteAddress = '10.0.0.1') {
  toy = await createToy({ trustProxyHops: hops });
  const reply = await toy.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ query: '{ip}' }),
    remoteAddress,
  });
  return (JSON.parse(reply.body) as Answer).data?.['ip'];
}

/** As a proxy writes a node, and the address that it is. '' = not known. */
const nodes: readonly (readonly [string, string])[] = [
  ['203.0.113.5', '203.0.113.5'],
  ['203.0.113.5:51234', '203.0.113.5'],
  ['203.0.113.5:_port', '203.0.113.5'],
  ['2001:db8::5', '2001:db8::5'],
  ['2001:DB8:0:0:0:0:0:5', '2001:db8::5'],
  ['[2001:db8::5]', '2001:db8::5'],
  ['[2001:db8::5]:443', '2001:db8::5'],
  ['::ffff:203.0.113.5', '203.0.113.5'],
  ['[::ffff:203.0.113.5]:51234', '203.0.113.5'],
  ['::ffff:cb00:7105', '203.0.113.5'],
  ['unknown', ''],
  ['_hidden', ''],
  ['203.0.113.5:', ''],
  ['203.0.113.5:123456', ''],
  ['203.0.113.256:80', ''],
  ['[203.0.113.5]:80', ''],
  ['[2001:db8::5', ''],
  ['2001:db8::5]:443', ''],
  ['[]', ''],
  ['fe80::1%eth0', ''],
  ['localhost', ''],
];

describe('X-Forwarded-For', () => {
  it.each([
    // What proxies append stands at the end; everything before that, the caller may have written himself.
    [0, '6.6.6.6', '10.0.0.1'],
    [0, '6.6.6.6, 7.7.7.7', '10.0.0.1'],
    [1, '7.7.7.7', '7.7.7.7'],
    [1, '6.6.6.6, 7.7.7.7', '7.7.7.7'],
    [1, '5.5.5.5, 6.6.6.6, 7.7.7.7', '7.7.7.7'],
    [2, '6.6.6.6, 7.7.7.7', '6.6.6.6'],
    [2, '5.5.5.5, 6.6.6.6, 7.7.7.7', '6.6.6.6'],
    [2, '7.7.7.7', '7.7.7.7'],
  ])('counts as far as %d proxies are trusted, no more: %s is %s', async (hops, forwarded, ip) => {
    const headers = { 'x-forwarded-for': forwarded, 'x-real-ip': '9.9.9.9', forwarded: 'for=9.9.9.9' };
    expect(await addressOf(hops, headers)).toBe(ip);
  });

  it.each(nodes)('%s is the address "%s"', async (node, address) => {
    expect(await addressOf(1, { 'x-forwarded-for': node })).toBe(address);
    expect(await addressOf(1, { 'x-forwarded-for': `6.6.6.6:1, ${node}` })).toBe(address);
    expect(await addressOf(2, { 'x-forwarded-for': `6.6.6.6, ${node} ,10.0.0.2:80` })).toBe(address);
  });

  it.each(['', ' ', ',', ' , ,'])(
    'without an entry ("%s") leaves the address of the connection',
    async (list) => {
      expect(await addressOf(1, { 'x-forwarded-for': list })).toBe('10.0.0.1');
    },
  );
});

describe('Forwarded', () => {
  it.each(nodes)('for="%s" is the address "%s"', async (node, address) => {
    expect(await addressOf(1, { forwarded: `for="${node}"` })).toBe(address);
    expect(await addressOf(1, { forwarded: `for=6.6.6.6, For="${node}";proto=https;by=10.0.0.1` })).toBe(
      address,
    );
    expect(await addressOf(2, { forwarded: `for=6.6.6.6,proto=http;for="${node}", for=10.0.0.2` })).toBe(
      address,
    );
  });

  it.each([
    ['for=203.0.113.5', '203.0.113.5'],
    ['for="\\203.0.113.5"', '203.0.113.5'],
    ['for=203.0.113.5;for=6.6.6.6', '6.6.6.6'],
    // Who called that proxy is not said.
    ['for=6.6.6.6, proto=https', ''],
    // A caller who leaves a quote open would hide what the proxy appends.
    ['for="6.6.6.6, for=203.0.113.5', ''],
    ['6.6.6.6', ''],
    ['for', ''],
    ['', '10.0.0.1'],
  ])('%s is the address "%s"', async (forwarded, address) => {
    expect(await addressOf(1, { forwarded })).toBe(address);
  });

  it('does not count beside X-Forwarded-For, which most proxies write while they hand on a Forwarded of the caller', async () => {
    const forwarded = 'for=6.6.6.6';
    expect(await addressOf(1, { forwarded, 'x-forwarded-for': '203.0.113.5:1' })).toBe('203.0.113.5');
    expect(await addressOf(1, { forwarded, 'x-forwarded-for': 'unknown' })).toBe('');
  });
});

describe('without trusted proxies', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::1', '::1'],
  ])('the address is the one of the connection: %s', async (remoteAddress, address) => {
    const headers = { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6' };
    expect(await addressOf(0, headers, remoteAddress)).toBe(address);
  });
});
