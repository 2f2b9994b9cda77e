// E-mail addresses as text: which are valid (RFC 5321, RFC 6531, IDNA), and which are the same. Does NOT know whether a
// mailbox exists.
import { isIP } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { fold } from './fold.ts';

// RFC 5321, section 4.5.3.1, in octets; the whole path of 256 has its angle brackets.
export const maxAddressBytes = 254;
const maxLocalBytes = 64;
const maxDomainBytes = 255;
const maxLabelLength = 63;

/** RFC 6531, section 3.3, adds all beyond ASCII. Of that, spaces, controls and unassigned characters are no one's name. */
const beyondAscii = '(?![\\0-\\x7f])[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\u200C\\u200D]';
/** RFC 5322, section 3.2.3: what stands between the dots of a name without quotes. */
const atom = new RegExp(`^(?:[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]|${beyondAscii})+$`, 'u');
/** RFC 5321, section 4.1.2. */
const quoted = new RegExp(`^"(?:[ !#-\\[\\]-~]|\\\\[ -~]|${beyondAscii})*"$`, 'u');
const asciiLabel = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;
/** What IDNA is to convert. Of ASCII as above: `node:url` would also take `%61` for a letter. */
const unicodeLabel = /^(?!-)(?!.*-$)[a-z0-9\u0080-\u{10FFFF}-]+$/iu;
/** All that IDNA takes for a dot (RFC 3490, section 3.1). */
const dots = /[.\u3002\uFF0E\uFF61]/u;
const ascii = /^[\0-\x7f]*$/;

const bytesOf = (text: string) => Buffer.byteLength(text, 'utf8');

interface Parts {
  readonly local: string;
  readonly domain: string;
}

/** At the last `@`: a quoted name may hold others. */
function partsOf(address: string): Parts | null {
  const at = address.lastIndexOf('@');
  return at < 1 ? null : { local: address.slice(0, at), domain: address.slice(at + 1) };
}

function isLocalPart(local: string): boolean {
  if (bytesOf(local) > maxLocalBytes) return false;
  return quoted.test(local) || local.split('.').every((part) => atom.test(part));
}

/** `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321, section 4.1.3). */
function isAddressLiteral(domain: string): boolean {
  if (!domain.startsWith('[') || !domain.endsWith(']')) return false;
  const host = domain.slice(1, -1);
  return /^ipv6:/i.test(host) ? isIP(host.slice(5)) === 6 : isIP(host) === 4;
}

/** A domain in the form that the DNS holds, in lower case; null when it can have none. */
function asciiDomain(domain: string): string | null {
  // Long texts are not converted: they could not become short enough.
  if (bytesOf(domain) > 4 * maxDomainBytes) return null;
  const labels = domain.split(dots);
  if (!labels.every((label) => (ascii.test(label) ? asciiLabel : unicodeLabel).test(label))) return null;
  // Not all are converted: `node:url` would take `1.2` for an address of four numbers.
  const isPlain = labels.every((label) => ascii.test(label) && !/^xn--/i.test(label));
  const converted = isPlain ? domain.toLowerCase() : domainToASCII(domain);
  const isHeld = converted
    .split('.')
    .every((label) => asciiLabel.test(label) && label.length <= maxLabelLength);
  return isHeld && converted.length <= maxDomainBytes ? converted : null;
}

/** A host of the Internet: two labels at least (mail to one is forbidden there), the last of them no number (RFC 3696). */
function isMailDomain(domain: string): boolean {
  const labels = asciiDomain(domain)?.split('.') ?? [];
  return labels.length > 1 && /[a-z]/.test(labels.at(-1)!);
}

/** Whether mail can be sent to it, by its form alone. In linear time. */
export function isEmailAddress(text: string): boolean {
  const parts = bytesOf(text) <= maxAddressBytes ? partsOf(text) : null;
  if (!parts || !isLocalPart(parts.local)) return false;
  return isMailDomain(parts.domain) || isAddressLiteral(parts.domain);
}

/**
 * What two spellings of one address have in common, for sign-in and where an address must be unique: without case, with the
 * domain as the DNS holds it. Accents count: müller and muller are two mailboxes. Any other text is a key of its own.
 */
export function addressKey(text: string | null | undefined): string {
  const whole = (text ?? '').trim().normalize('NFC').toLowerCase();
  const parts = partsOf(whole);
  const domain = parts && asciiDomain(parts.domain);
  return parts && domain !== null ? `${parts.local}@${domain}` : whole;
}

/** The text, and the same address with its domain in the form of the DNS and in the form that people read. */
export function addressSpellings(text: string): string[] {
  const parts = partsOf(text);
  const domain = parts && asciiDomain(parts.domain);
  if (!parts || domain === null) return [text];
  return [text, ...[domain, domainToUnicode(domain)].map((form) => `${parts.local}@${form}`)];
}

/** A label in the form of the DNS (RFC 5890, section 2.3.2.1), also where it stands alone: half of an address is looked for too. */
const encodedLabel = /(?<![a-z0-9-])xn--[a-z0-9-]*[a-z0-9]/giu;

/**
 * Folds an address, or a part of one, as fold() does, with its domain in the form that people read: `a@xn--mnchen-3ya.example`
 * is `a@munchen.example`. A label that is cut off within stays as it is. Throws as fold() does.
 */
export function foldAddress(text: string | null | undefined): string {
  if (!text || (ascii.test(text) && !/xn--/i.test(text))) return fold(text);
  const readable = text
    .replace(new RegExp(dots, 'gu'), '.')
    // What cannot be decoded has no other form.
    .replace(encodedLabel, (label) => domainToUnicode(label) || label);
  return fold(readable);
}
