// GraphiQL in a real browser: everything it needs comes from us, and a key typed into its headers pane reaches the API.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, servicesAreRequired, useGraphiql } from '../support/graphiql-in-browser.ts';
import { createToy, type Toy } from '../support/toy-server.ts';

describe.skipIf(!hasChromium() && !servicesAreRequired)('GraphiQL in Chromium', () => {
  let toy: Toy;
  let url: string;
  beforeAll(async () => {
    toy = await createToy({ exampleFiles: ['query Second { hello }', 'query Third { hello }'] });
    ({ url } = await toy.server.listen('127.0.0.1', 0));
  });
  afterAll(() => toy.server.close());

  it('runs a query with the key of its headers pane, with no network but ours', async () => {
    const report = await useGraphiql({
      url,
      headers: { Authorization: 'Bearer typed-by-hand' },
      query: '{ credential }',
      expectedText: 'Bearer typed-by-hand',
    });
    expect(report.foreignRequests).toEqual([]);
    expect(report.faults).toEqual([]);
    expect(report.initialQuery).toContain('query Example');
    expect(report.tabs).toEqual(['Example', 'Second', 'Third']);
    expect(report.response).toContain('"credential": "Bearer typed-by-hand"');
    expect(report.operations.at(-1)?.headers['authorization']).toBe('Bearer typed-by-hand');
    expect(report.operations.map(({ body }) => body).join()).not.toContain('typed-by-hand');
    expect(report.localStorage).not.toContain('typed-by-hand');
  });
});
