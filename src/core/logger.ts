// The log: one JSON line per entry, without secrets. Callers decide what is logged.
import { pino, type DestinationStream, type Logger } from 'pino';
import { secretKeyPattern } from './key-format.ts';
import { createLogOutput } from './log-output.ts';

const standardOutput = 1;

const blanked = '[redacted]';

/** Fields that are secret by their name, at the top of an entry or one level below it. */
const secretFields = ['authorization', 'cookie', 'set-cookie', 'x-api-key', 'password', 'secret', 'token'];
const secretPaths = secretFields.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.headers["${name}"]`]);

/**
 * Texts that are secret by their form, wherever they stand: keys, JWTs, HTTP credentials, passwords in URLs. Keys and JWTs
 * also right behind a letter: in a line of JSON the `n` of a line break is one. The public beginning of a key, alone, stays.
 */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [new RegExp(secretKeyPattern, 'g'), `lk_$1_${blanked}`],
  [/\b(Bearer|Basic) +[A-Za-z0-9+/=._~-]{8,}/gi, `$1 ${blanked}`],
  [/(\w:\/\/[^\s:/@"]*:)[^\s/@"]+@/g, `$1${blanked}@`],
];

const encoded = /[A-Za-z0-9_-]+/y;

/** Where the run of Base64url characters that begins at `start` ends: `start` when there is none. */
function endOfRun(text: string, start: number): number {
  encoded.lastIndex = start;
  return start + (encoded.exec(text)?.[0].length ?? 0);
}

/**
 * Blanks JWTs: two or three Base64url segments, of which the first begins with the letters of `{"`. Not one pattern: a
 * search for it would begin anew at each `eyJ` of a long text without a dot.
 */
function blankTokens(text: string): string {
  const kept: string[] = [];
  let done = 0;
  for (let start = text.indexOf('eyJ'); start >= 0;) {
    const head = endOfRun(text, start);
    const payload = text[head] === '.' ? endOfRun(text, head + 1) : head;
    const isToken = head > start + 3 && payload > head + 1;
    const end = isToken && text[payload] === '.' ? endOfRun(text, payload + 1) : payload;
    if (isToken) {
      kept.push(text.slice(done, start), blanked);
      done = end;
    }
    // A segment without a dot behind it holds no beginning of a token; the segment behind one that is empty may.
    start = text.indexOf('eyJ', isToken ? end : head);
  }
  return done === 0 ? text : kept.join('') + text.slice(done);
}

/** Blanks everything that looks like a credential. */
export function blankSecrets(text: string): string {
  return secretTexts.reduce(
    (kept, [pattern, replacement]) => kept.replace(pattern, replacement),
    blankTokens(text),
  );
}

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly cause?: LoggedError;
}

/**
 * An error as the log shows it. Only these fields: the errors of database drivers also carry the statement's
 * parameters, which are customers' data and hashes.
 */
function describeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined || depth >= 3 ? {} : { cause: describeError(cause, depth + 1) }),
  };
}

/** Writes to `destination`, default standard output. `level` is one of pino's, `silent` included. */
export function createLogger(options: {
  readonly level: string;
  readonly destination?: DestinationStream;
}): Logger {
  const settings = {
    level: options.level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => describeError(error) },
    redact: { paths: secretPaths, censor: blanked },
    // On the finished line, so that no field, however deep, can be forgotten.
    hooks: { streamWrite: blankSecrets },
  };
  return pino(settings, options.destination ?? createLogOutput(standardOutput));
}
