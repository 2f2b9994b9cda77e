// The two pages for people: Apollo Sandbox (Apollo's site in a frame) and GraphiQL (all from here), each with its own CSP.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApolloServerPluginLandingPageLocalDefault } from './apollo-packages.ts';

const compress = promisify(gzip);
// Required, not imported: its types are those of graphql-yoga, which redefine GraphQLError's extensions for everybody.
const require = createRequire(import.meta.url);

/** What a page may load; everything that is not named is refused. */
type PageSources = Readonly<Record<string, readonly string[]>>;

const nothing: PageSources = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

export function policyOf(sources: PageSources): string {
  return Object.entries({ ...nothing, ...sources })
    .map(([directive, values]) => [directive, ...values].join(' '))
    .join('; ');
}

/** For every answer that is no page. */
export const strictPolicy = policyOf({});

export interface Page {
  readonly html: string;
  readonly policy: string;
}

function renderSandbox(html: string): Page {
  // Apollo makes a nonce per rendering and puts it on each of its scripts and styles.
  const nonce = /<script nonce="([0-9a-f]+)"/.exec(html)?.[1];
  if (nonce === undefined)
    throw new Error("Apollo's landing page has no nonce any more: adapt its CSP in pages.ts.");
  const assets = 'https://apollo-server-landing-page.cdn.apollographql.com';
  return {
    html,
    policy: policyOf({
      'script-src': [`'nonce-${nonce}'`, 'https://embeddable-sandbox.cdn.apollographql.com'],
      'style-src': [`'nonce-${nonce}'`, 'https://fonts.googleapis.com'],
      'font-src': ['https://fonts.gstatic.com'],
      'img-src': ["'self'", assets],
      'manifest-src': [assets],
      'frame-src': ['https://sandbox.embed.apollographql.com'],
      // The frame asks this page by postMessage to send the operation, so it goes to our own origin: no CORS.
      'connect-src': ["'self'"],
    }),
  };
}

interface Sandbox {
  /** To be given to Apollo, which starts it. */
  readonly plugin: ApolloServerPlugin;
  render(): Promise<Page>;
}

/**
 * Apollo's landing page plugin, started by Apollo but kept to ourselves: installed, it would show the page for every
 * GET that prefers HTML, also for one that brings a query.
 */
export function createSandbox(exampleDocument: string, introspection: 'public' | 'keys' | 'off'): Sandbox {
  const landingPage = ApolloServerPluginLandingPageLocalDefault({
    embed: { runTelemetry: false },
    document: exampleDocument,
    // Sandbox sends an operation's headers with its introspection query too. Where that works without a key, a header
    // still to be filled in would be refused as a wrong key, and a newcomer would see no schema.
    ...(introspection === 'public' ? {} : { headers: { Authorization: 'Bearer <your key>' } }),
    includeCookies: false,
  });
  let html: string | (() => Promise<string>) = '';
  return {
    plugin: {
      async serverWillStart(service) {
        const listener = await landingPage.serverWillStart?.(service);
        html = (await listener?.renderLandingPage?.())?.html ?? '';
      },
    },
    render: async () => renderSandbox(typeof html === 'string' ? html : await html()),
  };
}

interface RenderGraphiql {
  renderGraphiQL(options: Readonly<Record<string, string | boolean | readonly object[]>>): string;
}

interface CompressedPage extends Page {
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

/** 9 MB of HTML with everything inside, so it is loaded, hashed and compressed when somebody first asks for it. */
async function renderGraphiql(documents: readonly string[]): Promise<CompressedPage> {
  const { renderGraphiQL } = require('@graphql-yoga/render-graphiql') as RenderGraphiql;
  const html = renderGraphiQL({
    title: 'Latchkey GraphiQL',
    endpoint: '/graphql',
    // What somebody had open at the last visit comes before these.
    defaultTabs: documents.map((query) => ({ query })),
    isHeadersEditorEnabled: true,
    defaultEditorToolsVisibility: 'headers',
    // A key does not belong into the browser's storage.
    shouldPersistHeaders: false,
  });
  const script = /<script>([^]*)<\/script>/.exec(html)?.[1];
  if (script === undefined)
    throw new Error('GraphiQL has no inline script any more: adapt its CSP in pages.ts.');
  return {
    html,
    bytes: Buffer.from(html),
    gzipped: await compress(html),
    policy: policyOf({
      'script-src': [`'sha256-${createHash('sha256').update(script).digest('base64')}'`],
      // Its editor writes style elements and attributes as it goes.
      'style-src': ["'unsafe-inline'"],
      'img-src': ['data:'],
      'font-src': ['data:'],
      // The page makes blobs of the scripts inside it; they inherit this policy.
      'worker-src': ['blob:'],
      'connect-src': ["'self'"],
    }),
  };
}

export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .header('Content-Security-Policy', page.policy)
    .type('text/html; charset=utf-8')
    .send(page.html);
}

const pieceBytes = 65_536;

/**
 * Piece by piece, as they are taken: hundreds of callers who are sent all of it at once keep the process, and the memory of
 * the system, busy for seconds.
 */
async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    yield bytes.subarray(start, start + pieceBytes);
    // The system takes megabytes at once: without a turn for others, all of them in one go.
    await nextTurn();
  }
}

/** GET /graphiql, with a tab for each document; the first is the one that is shown. */
export function addGraphiql(app: FastifyInstance, documents: readonly string[]): void {
  let rendering: Promise<CompressedPage> | undefined;
  app.get('/graphiql', async (request, reply) => {
    rendering ??= renderGraphiql(documents);
    const page = await rendering;
    void reply.header('Vary', 'Accept-Encoding');
    const isZipped = /\bgzip\b/i.test(request.headers['accept-encoding'] ?? '');
    const bytes = isZipped ? page.gzipped : page.bytes;
    if (isZipped) void reply.header('Content-Encoding', 'gzip');
    void reply.header('Content-Security-Policy', page.policy).header('Content-Length', bytes.length);
    return reply.type('text/html; charset=utf-8').send(Readable.from(piecesOf(bytes)));
  });
}
