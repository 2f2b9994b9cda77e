// The blocks of the page on REST: each curl is typed as it stands there, and answers what stands below it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { transpileModule } from 'typescript';
import { systemContext } from '../../src/access/system-context.ts';
import { createBooking } from '../../src/features/bookings/booking.service.ts';
import { createTreatment } from '../../src/features/treatments/treatment.service.ts';
import { expect } from 'vitest';
import type { Engine } from '../support/engines.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { keyAdmin, signIn } from '../support/keys.ts';
import { bash, root } from '../support/processes/shell.ts';
import { patternOf, stepsOf, textOf, type Block, type Runners } from './blocks.ts';
import { compile, printedBy } from './client-modules.ts';

export interface RestWorld {
  readonly url: string;
  /** What stands for `<your key>` and its like. */
  readonly values: Map<string, string>;
  close(): Promise<void>;
}

/** A venue with a treatment, a customer who booked it, and the keys that the page names. */
export async function serveRest(engine: Engine['name']): Promise<RestWorld> {
  const house: TestHouse = await openTestHouse(engine);
  const { url } = await house.app.http.listen('127.0.0.1', 0);
  const workspace = await house.workspace();
  const context = systemContext(house.app, workspace.workspaceId);
  const venueId = await workspace.venue('North');
  const customerId = await workspace.customer({ name: 'Ada', email: 'ada@example.com', venueIds: [venueId] });
  const full = await workspace.key(...house.app.scopes.dataScopes);
  await full.send(
    'mutation ($id: ID!) { updateVenue(input: { id: $id, openingHours: [{ weekday: MONDAY, opens: "09:00", closes: "18:00" }] }) { venueId } }',
    { id: venueId },
  );
  const treatment = { venueId, name: 'Cut', durationMinutes: 60, priceCents: 4_000, currency: 'EUR' };
  const { treatmentId } = (await createTreatment(context, treatment)) as { treatmentId: string };
  await createBooking(context, { venueId, customerId, treatmentId, startsAt: '2026-06-08T08:00:00.000Z' });
  const revoked = await workspace.key('read:customers');
  await keyAdmin(house, workspace).payload('RevokeApiKey', { id: revoked.apiKeyId });
  const key = async (...scopes: string[]) => (await workspace.key(...scopes)).secret;
  const values = new Map([
    ['venue', venueId],
    ['customer', customerId],
    [
      'your key',
      await key('read:bookings', 'read:customers', 'read:treatments', 'write:customers', 'write:inquiries'),
    ],
    ['treatments key', await key('read:treatments')],
    ['customers key', await key('read:customers')],
    ['bookings key', await key('read:bookings')],
    ['follow-ups key', await key('read:followups', 'write:followups')],
    ['revoked key', revoked.secret],
    ['token', await signIn(house, workspace.ownerEmail, workspace.ownerPassword)],
  ]);
  return { url, values, close: () => house.close() };
}

async function typed(block: Block, { url, values }: RestWorld): Promise<void> {
  const filled = (text: string) =>
    text
      .replaceAll('http://127.0.0.1:4000', url)
      .replaceAll(/<([a-z][a-z -]*)>/g, (_found, name: string) => values.get(name) ?? `no ${name} yet`);
  const steps = stepsOf(block);
  expect(steps.length).toBeGreaterThan(0);
  for (const { command, output } of steps) {
    const { code, stdout, stderr } = await bash(filled(command));
    expect([command, code, stderr]).toEqual([command, 0, '']);
    expect(stdout.replaceAll('\r\n', '\n').trim()).toMatch(patternOf(filled(output)));
    const [, made] = /"data":\{"id":"(key_\w+)","key":/.exec(stdout) ?? [];
    if (made !== undefined) values.set('made key', made);
    const [, secret] = /"key":"(lk_live_\w+)"/.exec(stdout) ?? [];
    if (secret !== undefined) values.set('pinned key', secret);
    const [, operation] = /"operation":\{"id":"(opr_\w+)"/.exec(stdout) ?? [];
    if (operation !== undefined) values.set('saved operation', operation);
  }
}

/** The types of the client, as openapi-typescript makes them of the committed description. */
const clientTypes = async () =>
  astToString(await openapiTS(pathToFileURL(join(root, 'schema/openapi.json'))));

async function typedClient({ text, file, name }: Block, { url, values }: RestWorld): Promise<void> {
  expect(await compile({ 'api.ts': await clientTypes(), 'program.ts': text })).toBe('');
  const { outputText } = transpileModule(text, { compilerOptions: { module: 99, target: 99 } });
  const served = { url: `${url}/graphql`, partial: `Bearer ${values.get('your key')!}` };
  expect(await printedBy(outputText, served)).toBe(textOf(file, `${name}-output`).trim());
}

const isShown = async ({ text }: Block) => expect(text.trim()).not.toBe('');

const names = ['first-call', 'rows', 'venue-lists', 'writes', 'conditions', 'refusals', 'pinned', 'keys'];

export const restRunners: Runners<RestWorld> = {
  ...Object.fromEntries(names.map((name) => [`rest.md#rest-${name}`, typed])),
  'rest.md#rest-typed-client': typedClient,
  'rest.md#rest-typed-client-output': isShown,
};
