// The rows of the noisy workspace that its requests name.
import type { Ground } from './ground.ts';
import type { NoisyRows } from './noise.ts';
import { sender } from './sender.ts';

const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';

/** The token of the workspace's owner. */
export async function signIn(origin: string, { owner }: Ground): Promise<string> {
  const answer = await sender(origin, null)(login, { input: owner });
  return (answer['login'] as { token: string }).token;
}

export async function noisyRows(origin: string, { key }: Ground, token: string): Promise<NoisyRows> {
  const byKey = sender(origin, key);
  const hours = weekdays.map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' }));
  const make = async (field: string, type: string, id: string, input: object, send = byKey) => {
    const query = `mutation ($input: ${type}!) { made: ${field}(input: $input) { id: ${id} userErrors { message } } }`;
    return ((await send(query, { input }))['made'] as { id: string }).id;
  };
  const venue = { name: 'Noise', timezone: 'UTC', openingHours: hours };
  const venueId = await make('createVenue', 'CreateVenueInput', 'venueId', venue);
  const treatment = { venueId, name: 'Noise', durationMinutes: 30, priceCents: 1, currency: 'EUR' };
  const email = `member-${venueId}@faults.example`;
  const member = { email, password: 'quite a long password', role: 'MEMBER' };
  return {
    venueId,
    customerId: await make('createCustomer', 'CreateCustomerInput', 'customerId', { name: 'Noise' }),
    treatmentId: await make('createTreatment', 'CreateTreatmentInput', 'treatmentId', treatment),
    memberId: await make('createUser', 'CreateUserInput', 'userId', member, sender(origin, token)),
  };
}
