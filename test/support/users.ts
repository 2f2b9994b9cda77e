// The life of users as one of them drives it, through the API alone.
import { bearer, type Caller, type TestHouse } from './house.ts';
import { payloadOf, type Payload } from './keys.ts';

const userErrors = 'userErrors { code field message }';
const operations = {
  createUser: `mutation ($input: CreateUserInput!) { createUser(input: $input) { userId user { id email role } ${userErrors} } }`,
  updateUserRole: `mutation ($input: UpdateUserRoleInput!) { updateUserRole(input: $input) { userId user { id role } ${userErrors} } }`,
  removeUser: `mutation ($id: ID!) { removeUser(id: $id) { userId ${userErrors} } }`,
  changePassword: `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { token expiresAt ${userErrors} } }`,
  signOutEverywhere: `mutation ($userId: ID) { signOutEverywhere(userId: $userId) { userId ${userErrors} } }`,
  login: `mutation ($input: LoginInput!) { login(input: $input) { token user { email role } ${userErrors} } }`,
};

export type UserOperation = keyof typeof operations;

export function ask(who: Caller, operation: UserOperation, variables: Record<string, unknown>) {
  return who.send(operations[operation], variables);
}

/** The payload of an operation that was let through. */
export async function done(
  who: Caller,
  operation: UserOperation,
  variables: Record<string, unknown>,
): Promise<Payload> {
  return payloadOf(await ask(who, operation, variables));
}

export async function login(house: TestHouse, email: string, password: string): Promise<Payload> {
  return payloadOf(await house.send({}, operations.login, { input: { email, password } }));
}

/** Everybody with whom the workspace can be entered: e-mail -> role. */
export async function rolesIn(who: Caller): Promise<Record<string, string>> {
  const { nodes } = payloadOf(await who.send('{ users(first: 100) { nodes { email role } } }'));
  return Object.fromEntries(nodes.map(({ email, role }: { email: string; role: string }) => [email, role]));
}

/** Status and, when refused, reason of a request with this token: `200`, `401 INVALID_CREDENTIAL`, `403 ADMIN_ONLY`. */
export async function tokenVerdict(house: TestHouse, token: string, query = '{ viewer { kind } }') {
  const { status, errors } = await house.send(bearer(token), query);
  const reason = errors?.[0]?.extensions['reason'];
  return reason === undefined ? String(status) : `${status} ${String(reason)}`;
}
