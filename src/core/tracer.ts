// The interface by which the rooms report a request to tracing. serve.ts decides whether anything follows it.

/** What a GraphQL operation turned out to be, in the words of the log. What is not known of it is left out. */
export interface TracedOperation {
  readonly operation?: 'query' | 'mutation' | 'subscription';
  readonly operationName?: string;
  /** Points. */
  readonly cost?: number;
  /** `ok`, `partial`, `denied`, `aborted`, or an error's code. */
  readonly outcome?: string;
  readonly reason?: string;
}

export interface TracedAnswer extends TracedOperation {
  readonly requestId: string;
  /** Absent when the caller was gone before there was an answer. */
  readonly status?: number;
  /** The public beginning of the key that was sent, or the id of who is signed in. */
  readonly caller?: { readonly key?: string; readonly userId?: string };
  readonly outcome: string;
}

export interface TracedRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** The path as it is declared; null when there is nothing for this method. */
  readonly route: string | null;
  readonly path: string;
  /** The header as it was sent (W3C Trace Context). Its form is NOT checked. */
  readonly traceparent?: string | undefined;
}

/** The trace of one request. Reports after its end are kept too: a mutation goes on when its caller has gone. */
export interface RequestTrace {
  /** 32 hex characters. */
  readonly traceId: string;
  /** Runs the work. Every statement that the work causes, however deep, is reported to this trace. */
  run<T>(work: () => T): T;
  /** From here on statements are part of the operation. */
  beginOperation(): void;
  /** Does nothing when no operation has begun. */
  endOperation(operation: TracedOperation): void;
  /** `text` has placeholders, never values. Call what it returns at the end, with the error of a statement that failed. */
  beginStatement(system: 'sqlite' | 'postgresql', text: string): (error?: unknown) => void;
  end(answer: TracedAnswer): void;
}

export interface Tracer {
  begin(request: TracedRequest): RequestTrace;
  /** Sends what has not been sent yet, for as long as a shutdown can wait. Never rejects. */
  close(): Promise<void>;
}
