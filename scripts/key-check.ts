// `npm run -s key:check -- KEY`: says offline whether a text is a well-formed key. Never repeats it, asks no server and no
// store; whether a well-formed key works is another question. `-` reads the text from standard input.
import { text } from 'node:stream/consumers';
import { splitApiKey } from '../src/access/api-key.ts';

const [argument, ...others] = process.argv.slice(2);

if (argument === undefined || others.length > 0) {
  process.stderr.write('Usage: npm run -s key:check -- KEY   (or - to read it from standard input)\n');
  process.exitCode = 2;
} else {
  const parts = splitApiKey(argument === '-' ? (await text(process.stdin)).trim() : argument);
  const verdict = parts
    ? `A well-formed ${parts.environment} key. If it stands where it should not: revoke it.\n`
    : 'Not a Latchkey key.\n';
  process.stdout.write(verdict);
  process.exitCode = parts ? 0 : 1;
}
