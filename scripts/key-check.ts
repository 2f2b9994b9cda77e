// `npm run -s key:check -- KEY`: says offline whether a text is a well-formed key. Never repeats it, asks no server and no
// store; whether a well-formed key works is another question. `-` reads the text from standard input.
import { text } from 'node:stream/consumers';
import { splitApiKey } from '../src/access/credentials/api-key.ts';

const usage = 'npm run -s key:check -- KEY [--json]   (KEY may be -: standard input)';
const does = 'Says whether a text has the form of a key: for scanners of secrets. Asks no store.';
const given = process.argv.slice(2);
// Anything but --json and --help that looks like an option may be what somebody took for a key, and is judged like one.
const isJson = given.includes('--json');
const [argument, ...others] = given.filter((one) => one !== '--json');

/** One line on stdout: the object with --json, else the words. */
function answer(json: object, words: string): void {
  process.stdout.write(`${isJson ? JSON.stringify(json) : words}\n`);
}

if (argument === '--help' || argument === '-h') {
  answer({ usage, does }, `Usage: ${usage}\n\n${does}`);
} else if (argument === undefined || others.length > 0) {
  process.stderr.write(`Usage: ${usage}\n`);
  const message = argument === undefined ? 'No key is given.' : 'More than one key is given.';
  if (isJson) answer({ errors: [{ code: 'USAGE', field: [], message }] }, '');
  process.exitCode = 2;
} else {
  const parts = splitApiKey(argument === '-' ? (await text(process.stdin)).trim() : argument);
  const words = parts
    ? `A well-formed ${parts.environment} key. If it stands where it should not: revoke it.`
    : 'Not a Latchkey key.';
  answer({ wellFormed: parts !== null, environment: parts?.environment ?? null }, words);
  process.exitCode = parts ? 0 : 1;
}
