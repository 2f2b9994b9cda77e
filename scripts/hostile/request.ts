// What hostile requests are made of.

export interface HostileRequest {
  readonly name: string;
  /** `POST /graphql` unless given. */
  readonly head?: string;
  /** Beside Host and Authorization. Given ones replace Content-Type and Content-Length. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
  /** The sender goes away in the middle of it. */
  readonly isCutOff?: true;
  /** The connection is closed instead. */
  readonly isUnanswered?: true;
}

export const times = (n: number, part: (index: number) => string, between = ' ') =>
  Array.from({ length: n }, (_, index) => part(index)).join(between);
export const nested = (n: number, open: string, inside: string, close: string) =>
  `${open.repeat(n)}${inside}${close.repeat(n)}`;

export const document = (name: string, query: string, variables?: object): HostileRequest => ({
  name,
  body: JSON.stringify({ query, ...(variables ? { variables } : {}) }),
});
/** A body as it is, for JSON that no JSON.stringify would write. */
export const body = (name: string, text: string | Buffer, ...headers: string[]): HostileRequest => ({
  name,
  body: text,
  headers,
});
export const kind = 'viewer { kind }';
