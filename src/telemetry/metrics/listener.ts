// GET /metrics on a port of its own, which callers of the API need not reach.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exposition } from './prometheus.ts';

export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

/** No credential is asked for: the address is the protection. Port 0 is any free one. */
export async function listenForScrapes(
  exposition: Exposition,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    exposition.text().then(
      (text) => response.writeHead(200, { 'Content-Type': exposition.contentType }).end(text),
      // A worker that is just ending does not answer; the next scrape finds the others.
      () => response.writeHead(503).end(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
