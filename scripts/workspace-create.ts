// `npm run workspace:create`: a workspace and its owner. The API makes no workspaces.
import 'reflect-metadata';
import { text } from 'node:stream/consumers';
import { createWorkspace } from '../src/features/users/index.ts';
import { required, runCommand, UsageError, withHouse } from './command-line/command.ts';

/** From a pipe, never from the arguments: those are seen in the process list and kept in the shell's history. */
async function readPassword(isAsked: boolean): Promise<string> {
  if (!isAsked) throw new UsageError('--password-stdin is missing: the password is read from stdin only.');
  if (process.stdin.isTTY) {
    throw new UsageError('--password-stdin reads a pipe or a file, so that nobody sees what is typed.');
  }
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}

await runCommand({
  usage:
    "printf '%s' PASSWORD | npm run -s workspace:create -- --name NAME --email EMAIL --password-stdin [--json]",
  does: 'Makes a workspace with its owner, who can sign in at once.',
  options: {
    name: { type: 'string' },
    email: { type: 'string' },
    'password-stdin': { type: 'boolean' },
  },
  async run(values) {
    const name = required(values, 'name');
    const email = required(values, 'email');
    const password = await readPassword(values['password-stdin'] === true);
    const json = await withHouse((house) => createWorkspace(house, { name, email, password }));
    return { json, text: `workspace  ${json.workspaceId}\nowner      ${json.userId}` };
  },
});
