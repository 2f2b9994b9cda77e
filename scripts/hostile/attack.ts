// One request that is to hold a server up, and who sends it.
import type { HostileRequest } from './request.ts';

export type Sender = 'nobody' | 'key' | 'owner';

export interface Attack extends HostileRequest {
  readonly by: Sender;
}

/** An operation as any client sends it. */
export function operation(name: string, by: Sender, query: string, variables: object = {}): Attack {
  return { name, by, body: JSON.stringify({ query, variables }) };
}
