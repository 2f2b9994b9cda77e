// A real OpenID Connect issuer on this machine: oidc-provider on a free port. People sign in through the whole
// authorization code flow; what it knows of them, its keys and its manners can be changed while it runs.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';
import { Provider } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';

/** What the issuer says of a person, beside `sub`. */
export type Claims = Readonly<Record<string, unknown>>;

/** How the issuer answers. */
export type Manner = 'well' | 'with 500' | 'never';

export interface TestIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** Paths asked since the list was emptied. */
  readonly asked: string[];
  /** Person -> what the next token says of it. */
  readonly people: Map<string, Claims>;
  manner: Manner;
  /** Signs the person in; the access token is for `audience` unless another is named. */
  signIn(subject: string, resource?: string): Promise<{ accessToken: string; idToken: string }>;
  /** A token under the present key that says exactly this; `header` may add to or replace `alg`, `kid` and `typ`. */
  sign(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  publicKey(): JWK;
  /** From now on signs with a new key. The old one stays published, or is withdrawn. */
  rotateKey(old: 'kept' | 'withdrawn'): Promise<void>;
  /** Instead of its own discovery document, unless null. */
  discovery: Record<string, unknown> | null;
  close(): Promise<void>;
}

interface Key {
  readonly jwk: JWK;
  readonly publicJwk: JWK;
}

const clientId = 'dashboard';
const redirectUri = 'https://dashboard.example/signed-in';
const scope = 'openid email';

async function makeKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  // Without `alg`, as many issuers publish theirs: what it may be used for is for us to limit.
  const facts = { kid: randomBytes(6).toString('hex'), use: 'sig' };
  return {
    jwk: { ...(await exportJWK(privateKey)), ...facts },
    publicJwk: { ...(await exportJWK(publicKey)), ...facts },
  };
}

function createProvider(issuer: string, audience: string, keys: readonly Key[], people: Map<string, Claims>) {
  const provider: Provider = new Provider(issuer, {
    // As by default; left out, it warns at every start.
    adapter: createMemoryAdapter(0),
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    clients: [{ client_id: clientId, token_endpoint_auth_method: 'none', redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    ttl: { AccessToken: 600, IdToken: 600, AuthorizationCode: 60, Grant: 600, Interaction: 60, Session: 600 },
    findAccount: (_ctx: unknown, subject: string) => ({
      accountId: subject,
      claims: () => ({ sub: subject, ...people.get(subject) }),
    }),
    extraTokenClaims: (_ctx: unknown, token: { accountId: string }) => people.get(token.accountId) ?? {},
    // Everybody has consented to everything.
    async loadExistingGrant({ oidc }: { oidc: { session: { accountId: string } } }) {
      const grant = new provider.Grant({ clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(scope);
      for (const resource of [audience, 'https://elsewhere.example']) grant.addResourceScope(resource, scope);
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx: unknown, resource: string) => ({
          ...{ scope, audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600 },
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  });
  return provider;
}

/** Follows the redirects of one sign-in, with its cookies, until they lead away from the issuer. */
async function follow(start: URL, subject: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = start;
  while (url.origin === start.origin) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await fetch(url, { redirect: 'manual', headers: { cookie, 'x-person': subject } });
    for (const set of reply.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = reply.headers.get('location');
    if (!location) throw new Error(`${reply.status} ${await reply.text()}`);
    url = new URL(location, url);
  }
  return url;
}

export async function startIssuer(): Promise<TestIssuer> {
  const audience = 'https://latchkey.example';
  const people = new Map<string, Claims>();
  const asked: string[] = [];
  let key = await makeKey();
  let provider: Provider;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0]!;
    asked.push(path);
    if (self.manner === 'never') return;
    if (self.manner === 'with 500') return void response.writeHead(500).end();
    if (path.startsWith('/interaction/')) {
      const login = { accountId: String(request.headers['x-person']) };
      return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
    }
    if (path === '/.well-known/openid-configuration' && self.discovery) {
      return void response.writeHead(200).end(JSON.stringify(self.discovery));
    }
    return provider.callback()(request, response);
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider = createProvider(issuer, audience, [key], people);

  const self: TestIssuer = {
    ...{ issuer, audience, asked, people, manner: 'well' as Manner },
    discovery: null,
    async signIn(subject, resource = audience) {
      const verifier = randomBytes(32).toString('base64url');
      const start = new URL('/auth', issuer);
      start.search = new URLSearchParams({
        ...{ client_id: clientId, response_type: 'code', scope, redirect_uri: redirectUri, resource },
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }).toString();
      const code = (await follow(start, subject)).searchParams.get('code') ?? '';
      const reply = await fetch(`${issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          ...{ grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirectUri, resource },
          ...{ code, code_verifier: verifier },
        }),
      });
      const tokens = (await reply.json()) as { access_token?: string; id_token?: string };
      if (!tokens.access_token) throw new Error(JSON.stringify(tokens));
      return { accessToken: tokens.access_token, idToken: tokens.id_token ?? '' };
    },
    async sign(claims, header = {}) {
      const head = { alg: 'RS256', kid: key.jwk.kid!, typ: 'at+jwt', ...header };
      return new SignJWT(claims).setProtectedHeader(head).sign(await importJWK(key.jwk, head.alg));
    },
    publicKey: () => key.publicJwk,
    async rotateKey(old) {
      const former = key;
      key = await makeKey();
      provider = createProvider(issuer, audience, old === 'kept' ? [key, former] : [key], people);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return self;
}
