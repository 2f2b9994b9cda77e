// What can be said of a message before the library of the protocol sees it: its method, and why it is not taken.

export const invalidCursor = 'The cursor is none of this list: begin again without one.';

/**
 * Members and items that a message may have. The library looks at each of them: 22,000 took it 0.18 s. What is inside of the
 * arguments of a call is the tool's to judge, and the library does not look into it.
 */
const maxMembers = 500;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

export function methodIn(body: unknown): unknown {
  return isObject(body) ? body['method'] : undefined;
}

function argumentsIn(body: Readonly<Record<string, unknown>>): unknown {
  const { params } = body;
  return isObject(params) ? params['arguments'] : undefined;
}

/** Ends at the first member that is one too many, and does not recurse: a message may be deep. */
function hasManyMembers(body: Readonly<Record<string, unknown>>): boolean {
  const given = argumentsIn(body);
  const pending: object[] = [body];
  let members = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const values: unknown[] = Object.values(next);
    members += values.length;
    if (members > maxMembers) return true;
    if (next !== given) pending.push(...values.filter(isObject));
  }
  return false;
}

/** Why a message is not taken: it is no message, or its parameters are no good. */
export interface MessageFault {
  readonly kind: 'invalid' | 'params';
  readonly text: string;
}

const invalid = (text: string): MessageFault => ({ kind: 'invalid', text });

/** Of what is no text the library says that the server has failed. */
function hasWrongCursor({ method, params }: Readonly<Record<string, unknown>>): boolean {
  return (
    method === 'tools/list' && isObject(params) && !['string', 'undefined'].includes(typeof params['cursor'])
  );
}

/** Why a message is not taken, whoever sends it. */
export function findMessageFault(body: unknown): MessageFault | null {
  if (Array.isArray(body)) return invalid('Send one message in each request: there are no batches.');
  if (!isObject(body)) return invalid('The body must be a message of JSON-RPC.');
  if (methodIn(body) === 'subscriptions/listen')
    return invalid('This server keeps no connection open: there is nothing to listen to.');
  if (hasManyMembers(body)) return invalid(`The message has more than ${maxMembers} members.`);
  return hasWrongCursor(body) ? { kind: 'params', text: invalidCursor } : null;
}
