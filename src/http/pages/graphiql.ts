// GraphiQL, all from here: a small page, and its script and styles under names made of their content, which a browser keeps.
// Every address is relative, so that it works behind a proxy that serves this API under a path of its own.
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';
import { keepSuccess } from '../../core/keep-success.ts';
import { routes } from '../routes.ts';
import { policyOf } from '../content-policy.ts';
import { badRequest } from '../../graphql/errors/format-error.ts';
import { pathOf } from '../request-rules.ts';
import { assetOf, sendAsset, type Asset } from './assets.ts';

// Required, not imported: its types are those of graphql-yoga, which redefine GraphQLError's extensions for everybody.
const require = createRequire(import.meta.url);

interface RenderGraphiql {
  renderGraphiQL(options: Readonly<Record<string, string | boolean | readonly object[]>>): string;
}

/**
 * What the page keeps in the browser: queries and the layout, never a variable or a header. They hold keys and passwords, and
 * GraphiQL would write them into its tabs and its history. What an earlier page wrote is cleaned as well.
 */
const storageScript = `
const withoutSecrets = (text) => {
  try {
    const isSecret = (key) => key === 'variables' || key === 'headers';
    return JSON.stringify(JSON.parse(text, (key, value) => (isSecret(key) ? undefined : value)));
  } catch {
    return text;
  }
};
const storageOfPage = {
  get length() { return localStorage.length; },
  getItem: (name) => localStorage.getItem(name),
  removeItem: (name) => localStorage.removeItem(name),
  clear: () => localStorage.clear(),
  setItem(name, text) {
    if (/:(variables|headers)$/.test(name)) return localStorage.removeItem(name);
    localStorage.setItem(name, withoutSecrets(text));
  },
};
for (const name of Object.keys(localStorage)) {
  if (name.startsWith('graphiql:')) storageOfPage.setItem(name, localStorage.getItem(name));
}
`;

/** Over GraphiQL's own: see each rule. */
const ownStyles = `
/* Dragged tabs are moved by their transform, and one that is only clicked jumps away under the pointer. */
.graphiql-container .graphiql-tab { transform: none !important; }
/* Its grey texts are below the contrast of 4.5 that WCAG 2.2 asks for. */
.graphiql-container, .CodeMirror-info, .CodeMirror-lint-tooltip, .graphiql-dialog { --alpha-secondary: 0.9; --alpha-tertiary: 0.8; }
/* The same for names of types and keywords on white; on black, GraphiQL has colours of its own. */
.graphiql-container { --color-warning: 36, 100%, 28%; --color-info: 208, 100%, 38%; }
/* A phone has no room for two panes side by side: one stands below the other, and each keeps a height to work in. */
@media (max-width: 600px) {
  .graphiql-container { min-width: 0; overflow: auto; }
  .graphiql-container .graphiql-main { flex-direction: column !important; overflow: auto; }
  .graphiql-container .graphiql-main > .graphiql-plugin { width: auto !important; max-width: none !important; max-height: 50vh; overflow: auto; }
  .graphiql-container .graphiql-main > .graphiql-horizontal-drag-bar { display: none; }
  .graphiql-container .graphiql-main > div:has(> .graphiql-sessions) { flex: none !important; width: 100%; }
  .graphiql-container .graphiql-sessions { margin: 4px; min-width: 0; }
  .graphiql-container #graphiql-session { flex-direction: column !important; height: auto !important; overflow: auto; }
  .graphiql-container #graphiql-session > div { flex: none !important; width: 100% !important; min-width: 0; height: 62vh; }
  .graphiql-container #graphiql-session > .graphiql-horizontal-drag-bar { display: none; }
  .graphiql-container .graphiql-logo { display: none; }
}
`;

/** The part of a rendered page that `pattern` finds. Throws when a new version is made differently. */
function partOf(html: string, pattern: RegExp): string {
  const part = pattern.exec(html)?.[1];
  if (part === undefined)
    throw new Error(`GraphiQL has nothing like ${String(pattern)} any more: adapt graphiql.ts.`);
  return part;
}

interface Rendered {
  readonly html: string;
  readonly assets: ReadonlyMap<string, Asset>;
}

const title = 'Latchkey GraphiQL';

/** 9 MB of script and styles, so they are loaded, hashed and compressed when somebody first asks for them. */
async function render(documents: readonly string[]): Promise<Rendered> {
  const { renderGraphiQL } = require('@graphql-yoga/render-graphiql') as RenderGraphiql;
  const whole = renderGraphiQL({
    title,
    // Taken from the address of the page.
    endpoint: `.${routes.graphql.path}`,
    // What somebody had open at the last visit comes before these.
    defaultTabs: documents.map((query) => ({ query })),
    isHeadersEditorEnabled: true,
    defaultEditorToolsVisibility: 'headers',
    shouldPersistHeaders: false,
  });
  const start = "window.document.querySelector('#root'),\n          {";
  const script = partOf(whole, /<script>([^]*)<\/script>/);
  if (!script.includes(start)) throw new Error('GraphiQL starts in another way: adapt graphiql.ts.');
  const [js, css] = await Promise.all([
    assetOf('js', storageScript + script.replace(start, () => `${start}storage: storageOfPage, `)),
    assetOf('css', partOf(whole, /<style>([^]*?)<\/style>/) + ownStyles),
  ]);
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="graphiql/${css.name}" />
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    <script src="graphiql/${js.name}"></script>
  </body>
</html>
`;
  return { html, assets: new Map([js, css].map((asset) => [asset.name, asset])) };
}

const pagePolicy = policyOf(routes.graphiql.page());

/** GET /graphiql, with a tab for each document; the first is the one that is shown. */
export function addGraphiql(app: FastifyInstance, documents: readonly string[]): void {
  const rendered = keepSuccess(() => render(documents));
  app.get(routes.graphiql.path, async (request, reply) => {
    // The addresses in the page are relative to a path without a slash at its end.
    if (pathOf(request).endsWith('/')) return reply.redirect('../graphiql', 308);
    const { html } = await rendered();
    return reply.header('Content-Security-Policy', pagePolicy).type('text/html; charset=utf-8').send(html);
  });
  app.get<{ Params: { name: string } }>(routes.graphiqlAsset.path, async (request, reply) => {
    const asset = (await rendered()).assets.get(request.params.name);
    if (!asset) throw badRequest(404, 'There is nothing at this path.');
    return sendAsset(request, reply, asset);
  });
}
