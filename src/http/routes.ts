// The table of routes: every path of the server, its methods, the form of its body, what its page may load, whether it
// is traced and how loudly it is logged. Its handler stands in pages/ or server/, and server/http.ts adds it.

import type { SurfaceName } from '../core/recorder.ts';

/** What a page may load, by directive of Content-Security-Policy. What is not named is refused. */
export type PageSources = Readonly<Record<string, readonly string[]>>;

export interface Route {
  /** As Fastify takes it; `:name` stands for one part, `*` at the end for any number of them. */
  readonly path: string;
  readonly methods:
    readonly ['GET', 'HEAD'] | readonly ['GET', 'POST'] | readonly ['POST'] | typeof anyMethod;
  /**
   * `operation` = JSON of an operation, and the answer is JSON as well. `surface` = JSON with each name once, by the rules of the
   * surface that serves the path. `none` = a body is not looked at.
   */
  readonly body: 'none' | 'operation' | 'surface';
  /**
   * What the page at this path may load; none = it has no page. `own` is the source that stands for the page's own inline
   * script or style: its hash or the nonce of one rendering.
   */
  readonly page?: (own: string) => PageSources;
  /** Pages and probes have no trace: they ask the store for nothing that an operation would wait for. */
  readonly isTraced: boolean;
  /** The door that it is, where operations are asked for. */
  readonly surface?: SurfaceName;
  /** Log level of a request that was answered without an error. */
  readonly logLevel: 'info' | 'debug';
}

/** Which of them a path takes is for its surface to say. */
const anyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Most paths show something and take no body. */
const shown = {
  methods: ['GET', 'HEAD'],
  ...{ body: 'none', isTraced: false, logLevel: 'info' },
} as const satisfies Omit<Route, 'path'>;

/** Probes come every few seconds and would fill the log. */
const probe = { ...shown, logLevel: 'debug' } as const;

/** Apollo's page of Sandbox, which is a frame of Apollo's site. */
const sandboxAssets = 'https://apollo-server-landing-page.cdn.apollographql.com';
const sandboxPage = (nonce: string): PageSources => ({
  'script-src': [nonce, 'https://embeddable-sandbox.cdn.apollographql.com'],
  'style-src': [nonce, 'https://fonts.googleapis.com'],
  'font-src': ['https://fonts.gstatic.com'],
  'img-src': ["'self'", sandboxAssets],
  'manifest-src': [sandboxAssets],
  'frame-src': ['https://sandbox.embed.apollographql.com'],
  // The frame asks this page by postMessage to send the operation, so it goes to our own origin: no CORS.
  'connect-src': ["'self'"],
});

const graphiqlPage = (): PageSources => ({
  'script-src': ["'self'"],
  // Its editor writes style elements and attributes as it goes.
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ['data:'],
  'font-src': ['data:'],
  // The page makes blobs of the scripts inside it; they inherit this policy.
  'worker-src': ['blob:'],
  'connect-src': ["'self'"],
});

/** A style sheet and pictures of ours. No script, no form, no frame. */
const docsPage = (): PageSources => ({ 'style-src': ["'self'"], 'img-src': ["'self'"] });

/** Swagger UI draws its arrows by pictures within its style sheet. */
const restDocsPage = (): PageSources => ({
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ['data:'],
  'connect-src': ["'self'"],
});

const welcomePage = (hash: string): PageSources => ({ 'style-src': [hash], 'img-src': ["'self'"] });

/** The stored operations, as endpoints at any path below these and as tools. */
const rest = {
  methods: anyMethod,
  body: 'surface',
  isTraced: true,
  logLevel: 'info',
  surface: 'rest',
} as const;

export const routes = {
  welcome: { ...shown, path: '/', page: welcomePage },
  graphql: {
    path: '/graphql',
    methods: ['GET', 'POST'],
    body: 'operation',
    page: sandboxPage,
    isTraced: true,
    logLevel: 'info',
    surface: 'graphql',
  },
  rest: { ...rest, path: '/api/v1/*' },
  restShort: { ...rest, path: '/v1/*' },
  mcp: { ...rest, path: '/mcp', methods: ['POST'], surface: 'mcp' },
  openApi: { ...shown, path: '/api/v1/openapi.json' },
  openApiShort: { ...shown, path: '/v1/openapi.json' },
  restDocs: { ...shown, path: '/api/v1/docs', page: restDocsPage },
  restDocsAsset: { ...shown, path: '/api/v1/docs/:name' },
  restDocsShort: { ...shown, path: '/v1/docs', page: restDocsPage },
  restDocsShortAsset: { ...shown, path: '/v1/docs/:name' },
  graphiql: { ...shown, path: '/graphiql', page: graphiqlPage },
  graphiqlAsset: { ...shown, path: '/graphiql/:name' },
  docs: { ...shown, path: '/docs', page: docsPage },
  docsPage: { ...shown, path: '/docs/:name', page: docsPage },
  schema: { ...shown, path: '/schema.graphql' },
  icon: { ...shown, path: '/favicon.ico' },
  live: { ...probe, path: '/health/live' },
  ready: { ...probe, path: '/health/ready' },
} as const satisfies Readonly<Record<string, Route>>;

const byPath = new Map<string, Route>(Object.values(routes).map((route) => [route.path, route]));

const wildcards = Object.values(routes).filter(({ path }) => path.endsWith('/*'));

/** The route at a path, as it is declared or as it is asked for, with or without a slash at its end. */
export function findRoute(path: string): Route | undefined {
  const trimmed = path.length > 2 && path.endsWith('/') ? path.slice(0, -1) : path;
  // Not by a regular expression: on a long path that ends in slashes it would begin anew at each of its letters.
  const end = trimmed.lastIndexOf('/') + 1;
  const named = end < trimmed.length ? `${trimmed.slice(0, end)}:name` : '';
  const known = byPath.get(trimmed) ?? byPath.get(named);
  return known ?? wildcards.find((route) => `${path}/`.startsWith(route.path.slice(0, -1)));
}

/** The value of the header Allow. */
export function allowedBy({ methods }: Route): string {
  return methods.join(', ');
}
