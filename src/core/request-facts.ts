// What the server room knows of a request before anybody has looked at its credential.
export interface RequestFacts {
  /** The caller's X-Request-Id when it is 1 to 128 characters of `[A-Za-z0-9._~-]`, else a new UUID. */
  readonly requestId: string;
  /** The caller's address; behind proxies the one that TRUST_PROXY_HOPS points at. */
  readonly ip: string;
  /** Lower-case names; a repeated header is a list, as in Node's `headersDistinct`. Holds credentials: never log it. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The operation as sent, before anybody parsed it; null when the request holds none. */
  readonly operation: { readonly query: string; readonly operationName: string | null } | null;
  /** The Idempotency-Key header as sent. Its form is NOT checked here. */
  readonly idempotencyKey?: string;
  readonly answer: AnswerNotes;
}

/** What rooms want of a request's answer, whatever it becomes: an answer, a refusal, an error. */
export interface AnswerNotes {
  readonly headers: Record<string, string>;
  /** Called once, before the answer leaves. When it throws an ApiError, that is the answer instead. */
  beforeSend?: () => Promise<void>;
}

/** The least that every context object holds. */
export interface RequestContextBase {
  readonly requestId: string;
}
