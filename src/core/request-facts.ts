// What is known about a request: what the caller sent, and what is noted while it is processed.
import type { DocumentNode } from 'graphql';
import type { Instant } from './clock.ts';
import type { Principal } from './principal.ts';
import type { KnownCaller, RanOperation, SurfaceName, TriedRequest } from './recorder.ts';
import type { RequestTrace } from './tracer.ts';

/** What of an operation every caller is answered, whatever its scopes are. */
export interface LeastDocument {
  readonly document: DocumentNode;
  /** The scopes of each part, where it answers nothing by itself: who may see no part is refused. Else empty. */
  readonly openedBy: readonly (readonly string[])[];
}

export interface SentOperation {
  readonly query: string;
  /** The parsed `query`, of an operation that the server itself stores. Default: `query` is parsed. */
  readonly document?: DocumentNode;
  readonly operationName: string | null;
  /** A query of which anything is denied does not run, as a mutation never does. Default: what is allowed is answered. */
  readonly isStrict?: boolean;
  /** Of a document that was chosen by the caller's scopes. Default: others with other scopes run the same. */
  readonly least?: LeastDocument;
  /** Default: those that came with the request. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** An operation that the caller's workspace stores, named instead of sent. */
export interface NamedRequest extends Pick<SentOperation, 'operationName' | 'isStrict'> {
  readonly name: string;
  /** It came by a method that changes nothing, so a mutation is refused. Default: false. */
  readonly isRead?: boolean;
  /** Reads the variables that the document declares out of the request. May throw an ApiError, which becomes the answer. */
  variablesFor?(document: string): Readonly<Record<string, unknown>>;
}

export interface RequestFacts {
  /** The caller's address; behind proxies the one that TRUST_PROXY_HOPS points at. */
  readonly ip: string;
  /** Lower-case names; a repeated header is a list, as in Node's `headersDistinct`. Holds credentials: never log it. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The operation as sent, before anybody parsed it; null when the request holds none. */
  readonly operation: SentOperation | null;
  /**
   * Chooses what runs in the place of `operation`, once it is known who calls. May throw an ApiError, which becomes the
   * answer: so a surface refuses what was sent to it only after the credential was checked. Not asked for anonymous callers.
   */
  choose?(principal: Principal): SentOperation;
  /** Told who calls, when the credential was checked and nothing else was. May throw an ApiError: the request ends there. */
  whenKnown?(principal: Principal): void;
  /** A query named by its SHA-256 in lower-case hex: it came with it, or was sent before. */
  readonly persisted?: { readonly hash: string; readonly operationName: string | null };
  readonly stored?: NamedRequest;
  /** The Idempotency-Key header as sent. Its form is NOT checked here. */
  readonly idempotencyKey?: string;
  readonly answer: AnswerNotes;
  readonly scope: RequestScope;
}

/** What the holder of a credential should know of it. */
export interface KeyNotice {
  readonly code: 'KEY_EXPIRES_SOON';
  /** A sentence for people. */
  readonly message: string;
  readonly expiresAt: Instant;
}

/** What the holder of a key should know that has nearly been answered all the rows of its day. */
export interface BudgetNotice {
  readonly code: 'EGRESS_BUDGET_NEAR';
  /** A sentence for people. */
  readonly message: string;
  readonly rowsLeft: number;
  /** When the next day begins. */
  readonly opensAt: Instant;
}

/** What rooms add to a request's answer, whether it is data, a refusal or an error. */
export interface AnswerNotes {
  readonly headers: Record<string, string>;
  /** Absent unless the caller's key works and soon will not. */
  notice?: KeyNotice;
  /** Absent unless the caller's key has a limit of rows a day, and at most a fifth of it is left. */
  budget?: BudgetNotice;
  /** Called once, before the answer leaves. When it throws an ApiError, that is the answer instead. */
  beforeSend?: () => Promise<void>;
}

/** Whose request it is, as the log names them. */
interface LoggedCaller {
  /** The public beginning of the key that was sent: `lk_live_<id>`. Whether it was a good key, `outcome` says. */
  readonly key?: string;
  /** Present only for a proven sign-in. */
  readonly userId?: string;
}

/** Notes about one request. Each room adds what it knows for the request's line in the log. */
export interface RequestNotes {
  /** The caller's X-Request-Id when it is 1 to 128 characters of `[A-Za-z0-9._~-]`, else a new UUID. */
  readonly requestId: string;
  /** By which door the request came. Absent for pages and probes. */
  surface?: SurfaceName;
  /** Present only when the request is traced. */
  trace?: RequestTrace;
  /** Known once the operation is resolved; for the log, like all below. */
  operationName?: string;
  /** Name of the stored operation that was asked for; whether there is one, `outcome` says. */
  storedOperation?: string;
  /** For the metrics and the trace. */
  operation?: 'query' | 'mutation' | 'subscription';
  caller?: LoggedCaller;
  /** Points, as costOf counts them; known once the operation was measured. */
  cost?: number;
  /** `ok`, `partial` (data with errors), `denied` (no scope for any of it), or the code of the error that is the answer. */
  outcome?: string;
  /** `extensions.reason` of that error. */
  reason?: string;
}

/** A request that is being answered. */
export interface RequestScope extends RequestNotes {
  /** Its caller closed the connection before the answer was sent. */
  isGone?: boolean;
  /** When its first bytes were read; performance.now(). */
  startMs?: number;
  /** Whose credential was right, also when it may not be used. Absent for everybody else. */
  known?: KnownCaller;
  /** The operation, once it was resolved. */
  ran?: RanOperation;
  /** Present when the key is on trial. */
  tried?: TriedRequest;
  /** Scopes that the answer says were missing, each once. */
  missing?: readonly string[];
  /** Rows that were read for the answer, each as often as it was read. */
  rows?: number;
  /**
   * Aborted when further work for the request is useless: its time is over, its caller was told 503, or the server
   * ends. The reason is the error of what was running.
   */
  readonly ending: AbortController;
  /** Length of its body. Absent before the body was read, and when there is none. */
  bodyBytes?: number;
  /** Releases the operation's place to another one. Absent before the operation began. */
  leave?: () => void;
  /**
   * Resolves when an operation of so many points may be executed. Throws as the admission does. Absent before the
   * operation began.
   */
  weigh?: (points: number) => Promise<void>;
}

/** The least that every context object holds. */
export interface RequestContextBase {
  readonly scope: RequestNotes;
}
