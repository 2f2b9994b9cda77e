// `npm run key:create`: an API key for a workspace. Its secret is shown once, in this command's answer.
import 'reflect-metadata';
import { UserErrors } from '../src/core/errors.ts';
import { createApiKey } from '../src/features/api-keys/index.ts';
import { DateTimeScalar } from '../src/resources/inputs/scalars.ts';
import {
  optionalList,
  optionalName,
  required,
  runCommand,
  UsageError,
  withHouse,
  workspaceContext,
} from './command-line/command.ts';

/** Undefined = by the settings of the workspace. */
function parseInstant(text: string | boolean | undefined): string | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return DateTimeScalar.parseValue(text);
  } catch {
    // The scalar speaks of GraphQL values; here it is an option.
    throw new UsageError('--expires-at is an instant with an offset, e.g. 2030-01-31T09:00:00Z.');
  }
}

await runCommand({
  usage:
    'npm run -s key:create -- --workspace ID --label LABEL [--scopes a,b] [--preset READ|WRITE|FULL_ACCESS]\n' +
    '  [--venues ID,ID] [--environment LIVE|TEST] [--expires-at INSTANT] [--json]\n' +
    'Give --scopes, --preset, or both.',
  does: 'Makes an API key for a workspace and prints its secret, which is shown only once.',
  options: {
    workspace: { type: 'string' },
    label: { type: 'string' },
    scopes: { type: 'string' },
    preset: { type: 'string' },
    venues: { type: 'string' },
    environment: { type: 'string' },
    'expires-at': { type: 'string' },
  },
  async run(values) {
    const workspaceId = required(values, 'workspace');
    const expiresAt = parseInstant(values['expires-at']);
    const input = {
      label: required(values, 'label'),
      scopes: optionalList(values, 'scopes'),
      preset: optionalName(values, 'preset', ['READ', 'WRITE', 'FULL_ACCESS']),
      venueIds: optionalList(values, 'venues'),
      environment: optionalName(values, 'environment', ['LIVE', 'TEST']),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    const made = await withHouse(async (house) =>
      createApiKey(await workspaceContext(house, workspaceId), input),
    );
    if (!('secret' in made)) throw new UserErrors(made.userErrors);
    const { apiKeyId, secret, warning } = made;
    return { json: { apiKeyId, secret }, text: `key     ${apiKeyId}\nsecret  ${secret}\n${warning}` };
  },
});
