// GET /api/v1/docs: the reference of REST, Swagger UI, all from here. Its script is its own file, so that the page needs no inline
// script and no inline style. Every address is relative, as GraphiQL's are.
//
// swagger-ui-dist is pinned to one version: this one was seen to run under the policy of the page without a violation, and to ask
// nobody else for anything. Another version has to be seen in a browser first (test/rest/openapi/reference-in-browser.test.ts).
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keepSuccess } from '../../core/keep-success.ts';
import { badRequest } from '../../graphql/errors/format-error.ts';
import { policyOf } from '../content-policy.ts';
import { pathOf } from '../request-rules.ts';
import { routes } from '../routes.ts';
import { assetOf, sendAsset, type Asset } from './assets.ts';
import { restDocsScript, restDocsStyles } from './rest-docs-script.ts';

const require = createRequire(import.meta.url);

function partOfSwaggerUi(name: string): Promise<string> {
  return readFile(require.resolve(`swagger-ui-dist/${name}`), 'utf8');
}

const withoutSourceMap = (text: string) => text.replace(/^(\/\/|\/\*)# sourceMappingURL=.*$/m, '');

interface Rendered {
  readonly assets: ReadonlyMap<string, Asset>;
  /** `root`: where the paths of the server begin, as the page sees it. */
  html(root: string): string;
}

/** 1.5 MB of script, so it is loaded, hashed and compressed when somebody first asks for it. */
async function render(): Promise<Rendered> {
  const [bundle, styles] = await Promise.all([
    partOfSwaggerUi('swagger-ui-bundle.js'),
    partOfSwaggerUi('swagger-ui.css'),
  ]);
  const [library, script, css] = await Promise.all([
    assetOf('js', withoutSourceMap(bundle)),
    assetOf('js', restDocsScript),
    assetOf('css', withoutSourceMap(styles) + restDocsStyles),
  ]);
  const html = (root: string) => `<!doctype html>
<html lang="en" data-root="${root}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Latchkey REST API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="docs/${css.name}" />
  </head>
  <body>
    <header class="top">
      <form id="key-form">
        <p>
          <label for="key">API key</label>
          <input id="key" type="password" autocomplete="off" spellcheck="false" aria-describedby="status" />
        </p>
        <button>Use this key</button>
      </form>
      <p id="status" role="status"></p>
    </header>
    <noscript>The reference needs JavaScript. The same is in <a href="openapi.json">openapi.json</a>.</noscript>
    <main id="reference"><h1>Latchkey REST API</h1></main>
    <script src="docs/${library.name}"></script>
    <script src="docs/${script.name}"></script>
  </body>
</html>
`;
  return { html, assets: new Map([library, script, css].map((asset) => [asset.name, asset])) };
}

const pages = [
  { page: routes.restDocs, asset: routes.restDocsAsset },
  { page: routes.restDocsShort, asset: routes.restDocsShortAsset },
] as const;

const pagePolicy = policyOf(routes.restDocs.page());

export function addRestDocs(app: FastifyInstance): void {
  const rendered = keepSuccess(render);
  for (const { page, asset } of pages) {
    const root = '../'.repeat(page.path.split('/').length - 2);
    app.get(page.path, async (request, reply) => {
      // The addresses in the page are relative to a path without a slash at its end.
      if (pathOf(request).endsWith('/')) return reply.redirect('../docs', 308);
      const html = (await rendered()).html(root);
      return reply.header('Content-Security-Policy', pagePolicy).type('text/html; charset=utf-8').send(html);
    });
    app.get(asset.path, async (request: FastifyRequest, reply: FastifyReply) => {
      const { name = '' } = request.params as { readonly name?: string };
      const found = (await rendered()).assets.get(name);
      if (!found) throw badRequest(404, 'There is nothing at this path.');
      return sendAsset(request, reply, found);
    });
  }
}
