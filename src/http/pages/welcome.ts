// The page for a person at `/` and at a path where nothing is. It leads on, and loads nothing from elsewhere. Programs
// get JSON.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { routes } from '../routes.ts';
import { prefersHtml } from '../accept.ts';
import { policyOf } from '../content-policy.ts';
import { sendPage, type Page } from './sandbox.ts';

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 12vh auto; max-width: 36rem; padding: 0 1rem; }
li { margin: 0.5rem 0; }
code { font-family: ui-monospace, monospace; }`;

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1f4e5f"/><circle cx="8" cy="6" r="3" fill="#fff"/><path d="M7 8h2l1 5H6z" fill="#fff"/></svg>`;

const policy = policyOf(
  routes.welcome.page(`'sha256-${createHash('sha256').update(style).digest('base64')}'`),
);

/** Below the path of the page's root, which a proxy may have put somewhere else. */
const links = [
  [routes.docs, 'Handbook', 'how to use this API, and how to run it'],
  [routes.restDocs, 'REST', 'every endpoint, to be tried out'],
  [routes.graphiql, 'GraphiQL', 'an editor for operations, served from here'],
  [routes.graphql, 'Apollo Sandbox', "another one; its page comes from Apollo's site"],
  [routes.schema, 'Schema', 'all types and fields as text; it may ask for a key'],
  [routes.ready, 'Health', 'whether this server is ready'],
] as const;

/** Both texts are ours: nothing of the request is shown. `depth`: how many levels the page lies below the root. */
function pageWith(title: string, sentence: string, depth = 0): Page {
  const root = '../'.repeat(depth);
  const items = links.map(
    ([{ path }, name, what]) => `<li><a href="${root}${path.slice(1)}">${name}</a>: ${what}</li>`,
  );
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${root}${routes.icon.path.slice(1)}" type="image/svg+xml">
<style>${style}</style>
<h1>${title}</h1>
<p>${sentence}</p>
<ul>
${items.join('\n')}
</ul>
</html>
`;
  return { html, policy };
}

const welcome = pageWith(
  'Latchkey',
  `A GraphQL API. Programs send operations to <code>${routes.graphql.path}</code>, with a key. People may begin here:`,
);
const maxDepth = 20;

/** Status and headers are set before. */
export function sendNothingHere(reply: FastifyReply, path: string): FastifyReply {
  const depth = Math.min(maxDepth, path.split('/').length - 2);
  const sentence = 'This server has no page at this path. It has these:';
  return sendPage(reply, pageWith('There is nothing here', sentence, Math.max(0, depth)));
}

/** GET / and /favicon.ico. */
export function addWelcome(app: FastifyInstance): void {
  app.get(routes.welcome.path, async (request, reply) =>
    prefersHtml(request.headers.accept) ? sendPage(reply, welcome) : { graphql: routes.graphql.path },
  );
  app.get(routes.icon.path, async (_request, reply) => reply.type('image/svg+xml').send(icon));
}
