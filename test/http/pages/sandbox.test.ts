// Sandbox in a real browser, with stand-ins for Apollo's script and frame: our policy lets both work, and calls stay here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hasChromium,
  launchChromium,
  servicesAreRequired,
} from '../../support/outside/graphiql-in-browser.ts';
import { createToy, type Toy } from '../../support/toy-server.ts';

/** Does what @apollo/sandbox 2.7 does: a frame from its site, and operations sent by the page for the frame. */
const embedScript = `window.EmbeddedSandbox = class {
  constructor({ target, initialEndpoint }) {
    const frame = document.createElement('iframe');
    frame.src = 'https://sandbox.embed.apollographql.com/sandbox/explorer';
    window.addEventListener('message', async ({ data }) => {
      const answer = await fetch(initialEndpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body: data });
      document.title = await answer.text();
    });
    document.querySelector(target).append(frame);
  }
};`;
const frame = `<script>parent.postMessage('{"query":"{hello}"}', '*')</script>`;

describe.skipIf(!hasChromium() && !servicesAreRequired)('Sandbox in Chromium', () => {
  let toy: Toy;
  let url: string;
  beforeAll(async () => {
    toy = await createToy();
    ({ url } = await toy.server.listen('127.0.0.1', 0));
  });
  afterAll(() => toy.server.close());

  it("loads Apollo's script and frame, and sends the frame's operations to our origin", async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const violations: string[] = [];
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) violations.push(message.text());
      });
      await page.route(/apollographql|googleapis/, async (route) => {
        const { hostname } = new URL(route.request().url());
        if (hostname.startsWith('embeddable-sandbox')) {
          return route.fulfill({ contentType: 'text/javascript', body: embedScript });
        }
        if (hostname.startsWith('sandbox.embed'))
          return route.fulfill({ contentType: 'text/html', body: frame });
        return route.abort();
      });
      await page.goto(`${url}/graphql`);
      // Asked from here: a condition that the page itself evaluates is what its policy forbids.
      await expect.poll(() => page.title()).toMatch(/^\{/);
      expect(JSON.parse(await page.title())).toEqual({ data: { hello: 'Hello you' } });
      expect(violations).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
