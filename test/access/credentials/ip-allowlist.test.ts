// Address lists: which entries are understood, and which callers they let in.
import { describe, expect, it } from 'vitest';
import {
  addressGroup,
  isAddressAllowed,
  normalizeIpRange,
} from '../../../src/access/credentials/ip-allowlist.ts';

describe('An entry of an address list', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1 ', '192.0.2.1'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['::/0', '::/0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
  ])('%j is kept as %s', (text, kept) => {
    expect(normalizeIpRange(text)).toBe(kept);
  });

  it.each([
    ...[
      '',
      ' ',
      '/',
      '/24',
      'localhost',
      '*',
      '192.0.2',
      '192.0.2.256',
      '192.0.2.01',
      '192.0.2.1.1',
      '0x7f.1',
    ],
    ...['192.0.2.0/', '192.0.2.0/33', '192.0.2.0/-1', '192.0.2.0/1.5', '192.0.2.0/24/24', '192.0.2.0/ 24'],
    ...['192.0.2.0/1e1', '192.0.2.0/0x8', '192.0.2.0/255.255.255.0', '192.0.2.1:80', '[2001:db8::1]'],
    ...['2001:db8::/129', '2001:db8::1::2', 'fe80::1%eth0', '::ffff:192.0.2.0/95', '::ffff:0:0/64'],
    ...['192.0.2.1, 192.0.2.2', '192.0.2.1-192.0.2.9', '192.0.2.1\u0000', '１９２.0.2.1'],
  ])('%j is refused', (text) => {
    expect(normalizeIpRange(text)).toBeNull();
  });
});

describe('A caller and an address list', () => {
  it.each([
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1'], '192.0.2.2', false],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    // The bits behind the length do not count.
    [['192.0.2.77/24'], '192.0.2.1', true],
    [['10.0.0.0/31'], '10.0.0.1', true],
    [['10.0.0.0/31'], '10.0.0.2', false],
    [['128.0.0.0/1'], '127.255.255.255', false],
    [['128.0.0.0/1'], '255.255.255.255', true],
    [['0.0.0.0/0'], '203.0.113.9', true],
    [['2001:db8::/33'], '2001:db8:7fff::1', true],
    [['2001:db8::/33'], '2001:db8:8000::1', false],
    [['2001:db8::1'], '2001:DB8:0:0:0:0:0:1', true],
    [['::/0'], '2001:db8::1', true],
    [['198.51.100.0/24', '2001:db8::/32'], '2001:db8::9', true],
    [['198.51.100.0/24', '2001:db8::/32'], '198.51.100.9', true],
    [['198.51.100.0/24', '2001:db8::/32'], '203.0.113.9', false],
  ])('%j and %s: %s', (allowlist, ip, allowed) => {
    expect(isAddressAllowed(allowlist, ip)).toBe(allowed);
  });

  it.each(['::ffff:192.0.2.1', '::FFFF:192.0.2.1', '::ffff:c000:201', '0:0:0:0:0:ffff:c000:0201'])(
    'takes %s for the IPv4 address that it maps',
    (ip) => {
      expect(isAddressAllowed(['192.0.2.0/24'], ip)).toBe(true);
      expect(isAddressAllowed(['192.0.3.0/24'], ip)).toBe(false);
      expect(isAddressAllowed(['::ffff:192.0.2.1'], ip)).toBe(true);
    },
  );

  it.each([
    [['0.0.0.0/0'], '2001:db8::1'],
    [['0.0.0.0/0'], '::1'],
    // Of an IPv6 range every IPv4 address would be a part, by its mapped form: "any IPv6 caller" must not mean everybody.
    [['::/0'], '203.0.113.9'],
    [['::/0'], '::ffff:203.0.113.9'],
    [['::/64'], '203.0.113.9'],
    [['192.0.2.0/24', '::/0'], '203.0.113.9'],
  ])('a range of one family lets no caller of the other in: %j and %s', (allowlist, ip) => {
    expect(isAddressAllowed(allowlist, ip)).toBe(false);
  });

  it('lets anybody in when the list is empty, even without an address', () => {
    expect(isAddressAllowed([], '203.0.113.9')).toBe(true);
    expect(isAddressAllowed([], '')).toBe(true);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    '192.0.2.1:4711',
    '192.0.2.1, 192.0.2.2',
    'fe80::1%eth0',
    '192.0.2.0/24',
  ])('keeps out a caller whose address reads %j', (ip) => {
    expect(isAddressAllowed(['0.0.0.0/0', '::/0'], ip)).toBe(false);
  });

  it('keeps everybody out when a stored entry cannot be read', () => {
    expect(isAddressAllowed(['nonsense'], '192.0.2.1')).toBe(false);
  });
});

describe('addressGroup', () => {
  it.each([
    ['an IPv4 address is itself', '192.0.2.7', '192.0.2.7'],
    ['an IPv4 address in its IPv6 form as well', '::ffff:192.0.2.7', '192.0.2.7'],
    ['an IPv6 address is its /64 network', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['written short', '2001:db8::1', '2001:db8:0:0::/64'],
    ['without a beginning', '::1', '0:0:0:0::/64'],
    ['with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['what is no address is one group', 'somewhere', 'unknown'],
  ])('%s', (_case, ip, group) => expect(addressGroup(ip)).toBe(group));
});
