// `npm run handbook`: writes the generated parts of README.md and src/handbook/*.md: tables from the sources, answers from a demo
// store whose clock stands still. `npm run check` fails when something else is committed.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command-line/command.ts';
import { writeParts } from './handbook/parts.ts';

/** From dist/scripts. */
const root = join(import.meta.dirname, '../..');

await runCommand({
  usage: 'npm run handbook [-- --json]',
  does: 'Writes the generated parts of the handbook from the program.',
  options: {},
  async run() {
    const changed = (await writeParts(root)).filter(({ before, after }) => before !== after);
    for (const { file, after } of changed) writeFileSync(join(root, file), after);
    const written = changed.map(({ file }) => file);
    return { json: { written }, text: written.join('\n') };
  },
});
