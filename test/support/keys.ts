// The life of keys as an owner drives it, through the API alone; and what a key, a colleague or the log says about it.
import { crc32 } from 'node:zlib';
import { contractOperation } from './contract.ts';
import { bearer, type Answer, type Caller, type TestHouse, type TestWorkspace } from './house.ts';

export const dayMs = 86_400_000;

/** A key as somebody holds it. */
export interface HeldKey {
  readonly apiKeyId: string;
  readonly secret: string;
}

/** What a mutation answered, whatever it was. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- payloads of every shape; tests compare what they find.
export type Payload = any;

export interface KeyAdmin extends Caller {
  create(input?: object): Promise<HeldKey>;
  /** The new secret. Throws when the rotation was refused. */
  rotate(id: string, overlapSeconds?: number | null): Promise<HeldKey>;
  regenerate(id: string): Promise<HeldKey>;
  /** The payload of `UpdateApiKey`, `RevokeApiKey`, ... of schema/examples. */
  payload(operationName: string, variables: object): Promise<Payload>;
  /** All fields of a key, or null. */
  show(id: string): Promise<Payload>;
  /** Entries about one target, newest first, without the sign-ins of a user. */
  auditOf(targetId: string): Promise<Payload[]>;
}

const shownFields = `id number label description prefix environment scopes status disabledReason venues { id }
  ipAllowlist rateLimitPerMinute maxRowsPerDay expiresAt createdAt updatedAt lastUsedAt inactiveAt revokedAt
  secrets { id prefix status createdAt activatedAt lastUsedAt expiresAt }`;
const showKey = `query ($id: ID!) { apiKey(id: $id) { ${shownFields} } }`;
const showAudit = `query ($id: ID!) {
  auditLog(first: 100, filter: { targetId: { eq: $id }, action: { neq: "user.signIn" } }) {
    nodes { id at action actor { kind id label } targetId changes { field before after } requestId ip }
  }
}`;

/** Signs in anew when the clock was moved: a token lives for 15 minutes. */
export function signedInCaller(house: TestHouse, signIn: () => Promise<Caller>): Caller {
  let caller: Caller | null = null;
  let goodUntilMs = 0;
  return {
    async send(query, variables, operationName) {
      const nowMs = house.clock.nowMs();
      if (!caller || nowMs >= goodUntilMs) {
        caller = await signIn();
        goodUntilMs = nowMs + 600_000;
      }
      return caller.send(query, variables, operationName);
    },
  };
}

/** The one root field of an answer. Throws when the request itself was refused. */
export function payloadOf({ data, errors, text }: Answer): Payload {
  if (errors || !data) throw new Error(text);
  return Object.values(data as object)[0];
}

export function keyAdmin(house: TestHouse, workspace: TestWorkspace): KeyAdmin {
  const { send } = signedInCaller(house, () => workspace.owner());
  const payload: KeyAdmin['payload'] = async (operationName, variables) =>
    payloadOf(await send(contractOperation(operationName), { ...variables }));
  const held = (made: Payload): HeldKey => {
    if (!made.secret) throw new Error(JSON.stringify(made));
    return { apiKeyId: made.apiKey.id, secret: made.secret };
  };
  return {
    send,
    payload,
    create: async (input = {}) =>
      held(await payload('CreateApiKey', { input: { label: 'Key', scopes: ['read:customers'], ...input } })),
    rotate: async (id, overlapSeconds) =>
      held(
        await payload('RotateApiKey', { id, ...(overlapSeconds === undefined ? {} : { overlapSeconds }) }),
      ),
    regenerate: async (id) => held(await payload('RegenerateApiKey', { id })),
    show: async (id) => payloadOf(await send(showKey, { id })),
    auditOf: async (id) => payloadOf(await send(showAudit, { id })).nodes,
  };
}

/** `works`, or status and reason of the refusal: `401 KEY_REVOKED`. */
export async function use(house: TestHouse, { secret }: { secret: string }): Promise<string> {
  return verdict(await house.send(bearer(secret), '{ viewer { kind } }'));
}

export function verdict({ status, errors }: Answer): string {
  if (status === 200 && !errors) return 'works';
  const { reason, code } = errors?.[0]?.extensions ?? {};
  return `${status} ${String(reason ?? code)}`;
}

/** Everything before the last underscore. */
export function prefixOf({ secret }: { secret: string }): string {
  return secret.slice(0, secret.lastIndexOf('_'));
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A well-formed key with the public id of this one: only the secret is another, and the check digits fit it. */
export function withOtherSecret(key: { secret: string }): string {
  const body = `${prefixOf(key)}_${'A'.repeat(32)}`;
  let check = '';
  for (let rest = crc32(body); check.length < 6; rest = Math.floor(rest / 62)) {
    check = base62.charAt(rest % 62) + check;
  }
  return body + check;
}

export interface Colleague extends Caller {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  /** Its token of this moment. */
  token(): Promise<string>;
}

let colleagues = 0;

/** Another user of the workspace, made by its owner. */
export async function colleague(
  house: TestHouse,
  owner: Caller,
  role: 'OWNER' | 'ADMIN' | 'MEMBER',
): Promise<Colleague> {
  colleagues += 1;
  const email = `colleague${colleagues}@test.example`;
  const password = `the password of colleague ${colleagues}`;
  const createUser =
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { userId userErrors { code field message } } }';
  const { userId } = payloadOf(await owner.send(createUser, { input: { email, password, role } }));
  const token = () => signIn(house, email, password);
  const signedIn = signedInCaller(house, async () => callerWith(house, await token()));
  return { userId, email, password, token, send: signedIn.send };
}

export async function signIn(house: TestHouse, email: string, password: string): Promise<string> {
  const { token } = payloadOf(await house.send({}, contractOperation('Login'), { email, password }));
  if (!token) throw new Error(`${email} cannot sign in.`);
  return token;
}

export function callerWith(house: TestHouse, credential: string): Caller {
  return {
    send: (query, variables, operationName) =>
      house.send(bearer(credential), query, variables, operationName),
  };
}
