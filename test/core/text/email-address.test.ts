// E-mail addresses by RFC 5321, RFC 6531 and IDNA, and what makes two of them the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressKey,
  addressSpellings,
  foldAddress,
  isEmailAddress,
} from '../../../src/core/text/email-address.ts';

const longLabel = 'b'.repeat(63);

describe('isEmailAddress', () => {
  it.each([
    ...[
      'anna@example.com',
      'a@b.co',
      'A.B@EXAMPLE.COM',
      'o’neil@example.ie',
      "o'neil@example.ie",
      'a+b@example.com',
    ],
    ...[
      'a&b@example.com',
      'a/b@example.com',
      'a!b@example.com',
      'a=b@example.com',
      'a%b@example.com',
      '#$*?^_`{|}~@x.example',
    ],
    ...[
      'müller@example.com',
      'anna@münchen.example',
      'anna@xn--mnchen-3ya.example',
      'anna@example.xn--p1ai',
      'a@faß.de',
    ],
    ...[
      'пример@пример.рф',
      '用户@例子.公司',
      '用户@例え。jp',
      'जॉन@उदाहरण.भारत',
      'علي@مثال.إختبار',
      'a@i❤.ws',
    ],
    ...[
      '"anna berg"@example.com',
      '"a@b"@example.com',
      '"a\\"b"@example.com',
      '""@example.com',
      '"a..b"@example.com',
    ],
    ...['a@[192.0.2.1]', 'a@[IPv6:2001:db8::1]', 'a@1.2.3.com', 'a@123.example', 'a@r3---sn.example'],
    ...[`${'l'.repeat(64)}@example.com`, `a@${longLabel}.example`, `a@${'b.'.repeat(120)}example`],
  ])('takes %j', (address) => expect(isEmailAddress(address)).toBe(true));

  it.each([
    ...[
      '',
      'anna',
      'anna@',
      '@example.com',
      'anna@example',
      'anna@localhost',
      'a@b@example.com',
      'a..b@example.com',
    ],
    ...[
      '.a@example.com',
      'a.@example.com',
      'a b@example.com',
      'a@exa mple.com',
      'a@example..com',
      'a@.example.com',
    ],
    ...[
      'a@example.com.',
      'a@-a.example',
      'a@a-.example',
      'a@-ü.example',
      'a@ü-.example',
      'a@a_b.example',
      'a@1.2.3.4',
    ],
    ...[
      'a@example.123',
      'a@xn--a.example',
      'a@ex%61mple.com',
      'a@http://x.example',
      'a@x.example/y.example',
      'a@[::1]',
    ],
    ...[
      'a@[1.2.3]',
      'a@[192.0.2.1',
      'a,b@example.com',
      'a;b@example.com',
      'a:b@example.com',
      '<a@example.com>',
    ],
    ...[
      'Anna <a@example.com>',
      'a@example.com, b@example.com',
      '(c)a@example.com',
      'a\\b@example.com',
      '"a"b@example.com',
    ],
    ...[
      '"a"b"@example.com',
      '"a\\"@example.com',
      'a\0@example.com',
      'a\n@example.com',
      '"a\u00a0b"x@example.com',
    ],
    ...['a\u200bb@example.com', 'a\u202eb@example.com', 'a\u00a0b@example.com', 'mailto:a@example.com'],
    ...[`${'l'.repeat(65)}@example.com`, `${'ü'.repeat(33)}@example.com`, `a@${longLabel}b.example`],
    ...[`a@${'b.'.repeat(126)}example`, `a@${'ü'.repeat(60)}.example`],
  ])('refuses %j', (address) => expect(isEmailAddress(address)).toBe(false));

  it('takes whatever is made by the grammar of RFC 5321 with the atoms of RFC 5322', () => {
    const atom = fc.string({
      unit: fc.constantFrom(...`abcXYZ019!#$%&'*+/=?^_\`{|}~-`.split(''), 'ü', '字', 'я'),
      minLength: 1,
      maxLength: 5,
    });
    const label = fc
      .stringMatching(/^[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?$/)
      .filter((text) => !/^..--/.test(text));
    const local = fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join('.'));
    const domain = fc
      .array(label, { minLength: 1, maxLength: 3 })
      .map((labels) => `${labels.join('.')}.example`);
    fc.assert(
      fc.property(local, domain, (name, host) => {
        expect(isEmailAddress(`${name}@${host}`)).toBe(true);
        expect(isEmailAddress(`${name}@${host}@${host}`)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('needs a time that grows with the text and not with its square', () => {
    for (const part of ['a', 'a.', '"', '\\ ', '@', 'ü', '-', '[', 'xn--', '\u3002'])
      for (const text of [
        part.repeat(200_000),
        `a@${part.repeat(200_000)}`,
        `"${part.repeat(200_000)}"@b.example`,
      ])
        expect([isEmailAddress(text), typeof addressKey(text)]).toEqual([false, 'string']);
  }, 30_000);
});

describe('addressKey', () => {
  it.each([
    ['Anna@Example.COM', 'anna@example.com'],
    ['MÜLLER@example.com', 'mu\u0308ller@EXAMPLE.com'],
    ['a@münchen.example', 'A@XN--MNCHEN-3YA.example'],
    ['a@例え。jp', 'a@例え.jp'],
    [' a@example.com ', 'a@example.com'],
  ])('is the same of %j and %j', (one, other) => expect(addressKey(one)).toBe(addressKey(other)));

  it.each([
    ['müller@example.com', 'muller@example.com'],
    ['mıke@example.com', 'mike@example.com'],
    ['straße@example.com', 'strasse@example.com'],
    ['ａnna@example.com', 'anna@example.com'],
    ['a@faß.example', 'a@fass.example'],
    ['a', 'b'],
  ])('keeps %j and %j apart: they are two mailboxes', (one, other) =>
    expect(addressKey(one)).not.toBe(addressKey(other)),
  );
});

describe('addressSpellings', () => {
  it('knows both forms of a domain', () => {
    const [, ...forms] = addressSpellings('a@münchen.example');
    expect(forms).toEqual(['a@xn--mnchen-3ya.example', 'a@münchen.example']);
    expect(addressSpellings('no address')).toEqual(['no address']);
  });
});

describe('foldAddress', () => {
  it.each([
    ['Anna@XN--MNCHEN-3YA.example', 'anna@munchen.example'],
    ['anna@münchen.example', 'anna@munchen.example'],
    ['@xn--mnchen-3ya.ex', '@munchen.ex'],
    ['a@例え。jp', 'a@例え.jp'],
    ['a@xn--r8jz45g.jp', 'a@例え.jp'],
    ['a@example.com', 'a@example.com'],
    // Neither is a whole label of the DNS.
    ['a@xn--.example', 'a@xn--.example'],
    ['a-xn--mnchen-3ya@b.example', 'a-xn--mnchen-3ya@b.example'],
    ['', ''],
    [null, ''],
  ])('of %j is %j', (address, folded) => {
    expect(foldAddress(address)).toBe(folded);
    expect(foldAddress(folded)).toBe(folded);
  });
});
