// `npm run new-feature -- NAME`: writes a feature with its rows, scopes, operations, migration and test, and a line for it in
// the list of features and of migrations. Writes everything or nothing. What it writes runs as it is.
import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { userError } from '../src/core/errors.ts';
import { runCommand, UsageError } from './command-line/command.ts';
import { placesTaken, planFiles, templatesIn, type Files, type Plan } from './new-feature/files.ts';
import { namesOf, type Names } from './new-feature/names.ts';
import { namesInUse, takenNames, takenPrefixes } from './new-feature/taken.ts';

/** From dist/scripts. */
const root = join(import.meta.dirname, '../..');

/** Throws UserErrors with everything that is in the way, in one sentence. */
async function assertFree(names: Names, templates: Files): Promise<void> {
  const taken = [...placesTaken(root, names), ...(await takenNames(names))];
  const used = namesInUse([...templates.values()], names);
  const fault =
    taken.length > 0
      ? `The name ${names.plural} is taken, nothing was written. There is already ${taken.join(', ')}.`
      : `The code of a feature uses ${used.join(', ')} for something else, nothing was written. Take another name.`;
  if (taken.length + used.length > 0) throw userError('TAKEN', ['input'], fault);
}

function write({ made, changed }: Plan): void {
  for (const [path, text] of [...made, ...changed]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const next = (test: string) => `
Next:
  npm run -s schema && npm run -s handbook    the schema, the scopes and the tables of the handbook
  npm test -- ${test}
Then give it its own fields, in the entity, the inputs, the service and the migration.`;

await runCommand({
  usage: 'npm run -s new-feature -- NAME [--singular WORD] [--json]\n  NAME is a plural such as gift-cards.',
  does: 'Writes the folder of a new feature with its tests, ready to be filled in.',
  options: { singular: { type: 'string' } },
  operands: 'the name',
  async run(values, operands) {
    const [plural, ...more] = operands;
    if (plural === undefined || more.length > 0) throw new UsageError('Give one NAME, such as gift-cards.');
    const names = namesOf(plural, values['singular'] as string | undefined, takenPrefixes);
    const templates = templatesIn(root);
    await assertFree(names, templates);
    const plan = await planFiles(root, templates, names);
    write(plan);
    const [made, changed] = [[...plan.made.keys()].sort(), [...plan.changed.keys()]];
    const lines = [...made.map((path) => `made     ${path}`), ...changed.map((path) => `changed  ${path}`)];
    const test = made.find((path) => path.endsWith('.test.ts'))!;
    return { json: { made, changed }, text: `${lines.join('\n')}\n${next(test)}` };
  },
});
