// What an error message may repeat of a request: names, so that a mistake is found; never a value. graphql-js shows the value
// that did not fit, and of an input object all of it: the password beside the misspelt field.
import { blankSecrets } from '../../core/logger.ts';

const hint = '( Did you mean [\\w", ]+\\?)?$';

/** Messages of graphql-js and graphql-scalars that end in a value or hold one, and what is kept of them. */
const messagesWithValues: readonly (readonly [RegExp, string])[] = [
  [/^(Argument "\w+" has invalid value)[^]*$/, '$1.'],
  [new RegExp(`( cannot represent [\\w -]*?value)\\b[^]*?${hint}`), '$1.$2'],
  [/^(DateTime cannot represent )[^]*$/, '$1this value: it takes ISO 8601 text with a UTC offset.'],
  [new RegExp(`^Value "[^]*" does not exist in ("\\w+") enum\\.${hint}`), 'No such value in the enum $1.$2'],
  [new RegExp(`^(Expected value of type "[^"]+"), found [^]*?${hint}`), '$1.$2'],
  [/^(Syntax Error: [^"]*?(?:String|Int|Float)) "[^]*$/, '$1.'],
  [/^Unknown operation named "(?![A-Za-z_]\w*"\.$)[^]*$/, 'Unknown operation name.'],
];

function withoutValue(message: string): string {
  const [pattern, kept] = messagesWithValues.find(([candidate]) => candidate.test(message)) ?? [];
  return pattern && kept !== undefined ? message.replace(pattern, kept) : message;
}

/**
 * Beginning and end, where all that is looked for stands: what is wrong, and what to do. A value between them may be long,
 * and made so that a search for a hint begins anew at each of its words. The end begins with a whole word: the second half of
 * a secret would not be recognised as one.
 */
const maxPartLength = 500;
function shorten(message: string): string {
  if (message.length <= 2 * maxPartLength) return message;
  return `${message.slice(0, maxPartLength)}…${message.slice(-maxPartLength).replace(/^\S*/, '')}`;
}

/** Names are shorter (document-limits.ts): what is longer between quotes is a value, and says less than the rest. */
const maxQuotedLength = 100;

/** Cuts what is repeated of the request, never the sentence around it. */
function cutQuoted(message: string): string {
  return message.replace(/"([^"]*)"/g, (quoted, text: string) => {
    if (text.length <= maxQuotedLength) return quoted;
    // Never half of a surrogate pair.
    return `"${text.slice(0, maxQuotedLength).replace(/[\uD800-\uDBFF]$/, '')}…"`;
  });
}

const ofVariable = /^Variable "(\$\w+)" got invalid value /;

/** `…got invalid value <value> at "<path>"; <detail>`: the detail is known, so nothing is guessed about the value. */
function aboutVariable(message: string, detail: string | undefined): string {
  const name = ofVariable.exec(message)?.[1] ?? '';
  if (detail === undefined || !message.endsWith(`; ${detail}`))
    return `Variable "${name}" got an invalid value.`;
  const place = / at "([\w.[\]]+)"$/.exec(shorten(message.slice(0, -detail.length - 2)))?.[1];
  const at = place === undefined ? '' : ` at "${place}"`;
  return `Variable "${name}" got an invalid value${at}; ${withoutValue(shorten(detail))}`;
}

/**
 * The message of an error, given with the messages of its causes from the outside in, without any value and at most
 * 1,001 characters long. The part that helps is never cut.
 */
export function redactMessages(messages: readonly string[]): string {
  const [message = ''] = messages;
  if (!ofVariable.test(message)) return cutQuoted(blankSecrets(withoutValue(shorten(message))));
  const detail = messages.find((cause) => !ofVariable.test(cause));
  return cutQuoted(blankSecrets(aboutVariable(message, detail)));
}
