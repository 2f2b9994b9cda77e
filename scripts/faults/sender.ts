// Requests that prepare a fault and must be answered well.
import { createClient } from './client.ts';

export type Send = (query: string, variables?: object) => Promise<Readonly<Record<string, unknown>>>;

/** Sends one operation and returns its data. Throws when the answer is not a 200. */
export function sender(origin: string, credential: string | null): Send {
  return async (query, variables) => {
    const client = createClient(origin, credential);
    const { status, body } = await client.send(query, variables);
    client.close();
    if (status !== 200) throw new Error(`The ground could not be prepared: ${status} ${body.slice(0, 300)}`);
    return (JSON.parse(body) as { data: Readonly<Record<string, unknown>> }).data;
  };
}
