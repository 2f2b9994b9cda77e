// Passwords that are guessed first: common ones, words about the service and its user, repetitions and sequences. Pure.
import { createRequire } from 'node:module';
import { fold } from '../../core/text/fold.ts';

let common: ReadonlySet<string> | undefined;

/**
 * Some 49,000 from published leaks, most used first; those under the least length are in it for other services. Unpacked
 * when the first password is chosen: most processes never see one.
 */
function commonPasswords(): ReadonlySet<string> {
  if (common) return common;
  const load = createRequire(import.meta.url);
  const { dictionary } = load('@zxcvbn-ts/language-common') as typeof import('@zxcvbn-ts/language-common');
  return (common = new Set(dictionary['passwords-common'].map(fold)));
}

const serviceName = 'latchkey';
/** Shorter ones are parts of too many good passwords' beginnings to mean anything. */
const minWordLetters = 3;

function lettersOf(text: string): string {
  return fold(text).replace(/[^\p{L}]/gu, '');
}

/** `ada.lovelace@acme.example` -> the whole, `ada.lovelace`, `ada`, `lovelace`, `acme.example`, `acme`, `example`. */
function wordsOf(text: string): string[] {
  const sides = text.split('@');
  return [text, ...sides, ...sides.flatMap((side) => side.split(/[^\p{L}\p{N}]+/u))];
}

function isRepetition(text: string): boolean {
  return /^(.{1,7}?)\1+$/su.test(text);
}

/** `12345678`, `hgfedcba`: each character right after, or right before, the last. */
function isSequence(text: string): boolean {
  const points = [...text].map((character) => character.codePointAt(0)!);
  const steps = new Set(points.slice(1).map((point, index) => point - points[index]!));
  return steps.size === 1 && [1, -1].includes([...steps][0]!);
}

/**
 * Why this password is easily guessed, as a sentence, or null. It is compared as a whole (NIST SP 800-63B-4, 3.1.1.2: not
 * its parts), without regard to case; a word about the user also when digits and signs stand around it. `about`: the
 * e-mail address, the names of user and workspace.
 */
export function weaknessOf(password: string, about: readonly string[]): string | null {
  const folded = fold(password);
  if (commonPasswords().has(folded)) return 'This password is one of the most used ones. Choose another.';
  if (isRepetition(folded) || isSequence(folded)) {
    return 'A repetition or a sequence is guessed at once. Choose another password.';
  }
  const words = [serviceName, ...about.flatMap(wordsOf)].map(lettersOf);
  const letters = lettersOf(password);
  return letters.length >= minWordLetters && words.includes(letters)
    ? 'This password is little more than a name or an address. Choose another.'
    : null;
}
