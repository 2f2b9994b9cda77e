// The audits of graphql-http: does the server speak GraphQL over HTTP as its specification has it. Sent with a key to a
// listening server.
import { serverAudits, type Audit } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHouse, type TestHouse } from '../support/house.ts';

async function tally(audits: readonly Audit[]) {
  const found = { ok: [] as string[], notice: [] as string[], warn: [] as string[], error: [] as string[] };
  for (const audit of audits) {
    const result = await audit.fn();
    const why = 'reason' in result ? `: ${result.reason}` : '';
    found[result.status].push(`${audit.name}${why}`);
  }
  return found;
}

describe('GraphQL over HTTP, as graphql-http audits it', () => {
  let house: TestHouse;
  let audits: readonly Audit[];
  beforeAll(async () => {
    house = await openTestHouse('sqlite');
    const { secret } = await (await house.workspace()).key('read:customers');
    const { url } = await house.app.http.listen('127.0.0.1', 0);
    const fetchFn: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${secret}`);
      return fetch(input, { ...init, headers });
    };
    audits = serverAudits({ url: `${url}/graphql`, fetchFn });
  });
  afterAll(() => house.close());

  it('has no error, at most 3 warnings and at most 3 notices', async () => {
    const { ok, notice, warn, error } = await tally(audits);
    process.stdout.write(
      `audits: ${ok.length} ok, ${notice.length} notices, ${warn.length} warnings, ${error.length} errors\n` +
        [...notice, ...warn].map((line) => `  ${line}\n`).join(''),
    );
    expect(error).toEqual([]);
    expect(warn.length).toBeLessThanOrEqual(3);
    expect(notice.length).toBeLessThanOrEqual(3);
    expect(ok.length).toBeGreaterThan(50);
  });
});
