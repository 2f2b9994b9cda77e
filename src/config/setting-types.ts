// What the text of a setting may be: each kind parses a text, or says what is accepted and repeats no secret.
import { isIP } from 'node:net';
import { z } from 'zod';

export type DatabaseTarget =
  /** `path` is relative to the working directory, or absolute. */
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** Below the length of any accepted secret, so that a secret pasted into the wrong variable is not echoed. */
const maxShownCharacters = 24;
const minSecretCharacters = 32;

function show(text: string): string {
  return text.length <= maxShownCharacters ? JSON.stringify(text) : `a text of ${text.length} characters`;
}
export const hide = (): string => 'the value (not shown, it may hold a password)';

/** A setting whose text `parse` turns into a value, or into null when it is not acceptable. */
export function setting<T>(accepted: string, parse: (text: string) => T | null, describe = show) {
  return z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `${describe(text)} is not accepted. ${accepted}` });
    return z.NEVER;
  });
}

export function oneOf<const T extends string>(...values: readonly T[]) {
  return setting(
    `Accepted: ${values.join(' | ')}.`,
    (text) => values.find((value) => value === text) ?? null,
  );
}

export function wholeNumber(min: number, max: number) {
  return setting(`Accepted: a whole number from ${min} to ${max}.`, (text) => {
    const value = Number(text);
    return /^\d{1,12}$/.test(text) && value >= min && value <= max ? value : null;
  });
}

export const goodSecret = `at least ${minSecretCharacters} characters, as from: openssl rand -base64 32`;
export const secret = z.string().min(minSecretCharacters, {
  error: ({ input }) => `has ${String(input).length} characters. Accepted: ${goodSecret}`,
});

export function list<T extends z.ZodType<unknown, string>>(item: T) {
  const parts = z.string().transform((text) => text.split(',').map((part) => part.trim()));
  return parts.pipe(z.array(item));
}

export function parseUrl(text: string, protocols: readonly string[]): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && protocols.includes(url.protocol) ? url : null;
}

export function parseDatabase(text: string): DatabaseTarget | null {
  const path = /^sqlite:(.+)$/.exec(text)?.[1]?.trim();
  // `sqlite://x` would mean the root directory, and the readers need a real file beside the writer: no
  // :memory:, no file: URI.
  if (path) return /^(\/\/|:|file:)/.test(path) ? null : { kind: 'sqlite', path };
  const url = parseUrl(text, ['postgres:', 'postgresql:']);
  return url && (url.hostname !== '' || url.searchParams.has('host'))
    ? { kind: 'postgres', url: text }
    : null;
}

export function parseOrigin(text: string): string | null {
  const url = parseUrl(text, ['https:', 'http:']);
  // Nothing but an origin: `*` and `null` would let any page use a key that the browser sends by itself (HTTP
  // Basic).
  return url && url.href === `${url.origin}/` && !/[?#@]/.test(text) ? url.origin : null;
}

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

/** The exact text is kept: a token's `iss` must equal it (OpenID Connect Core, 3.1.3.7). */
export function parseIssuer(text: string): string | null {
  const url = parseUrl(text, ['https:', 'http:']);
  if (!url || /[?#@]/.test(text)) return null;
  return url.protocol === 'https:' || loopbackHosts.includes(url.hostname) ? text : null;
}

export function parseHost(text: string): string | null {
  return isIP(text) > 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) ? text : null;
}

/** A base URL, to which a path is appended. */
export function parseEndpoint(text: string): string | null {
  return parseUrl(text, ['https:', 'http:']) && !/[?#]/.test(text) ? text : null;
}

export function parseWholeUrl(text: string): string | null {
  return parseUrl(text, ['https:', 'http:'])?.href ?? null;
}
