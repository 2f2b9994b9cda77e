// GET /docs and /docs/<page>: the handbook. Addresses in its pages are relative, as GraphiQL's are, and for the same reason.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keepSuccess } from '../../core/keep-success.ts';
import { loadHandbook, type HandbookFile } from '../../handbook/handbook.ts';
import { routes } from '../routes.ts';
import { acceptsGzip } from '../accept.ts';
import { policyOf } from '../content-policy.ts';
import { badRequest } from '../../graphql/errors/format-error.ts';
import { inPieces } from '../pieces.ts';
import { pathOf } from '../request-rules.ts';
import { answerNotesOf } from '../../graphql/request/request-scope.ts';

const pagePolicy = policyOf(routes.docs.page());

function send(request: FastifyRequest, reply: FastifyReply, file: HandbookFile): FastifyReply {
  const isZipped = acceptsGzip(request.headers['accept-encoding']);
  if (isZipped) void reply.header('Content-Encoding', 'gzip');
  void reply.header('Vary', 'Accept-Encoding').type(file.type);
  const bytes = isZipped ? file.gzipped : file.content;
  return reply.header('Content-Length', bytes.length).send(inPieces(bytes));
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, file: HandbookFile): FastifyReply {
  // Its name is a hash of its content, so it never changes.
  answerNotesOf(request).headers['Cache-Control'] = 'public, max-age=31536000, immutable';
  return send(request, reply, file);
}

export function addDocs(app: FastifyInstance): void {
  const load = keepSuccess(loadHandbook);
  const answer = async (request: FastifyRequest, reply: FastifyReply, name: string) => {
    const handbook = await load();
    if (!handbook) throw badRequest(404, 'The handbook is made by the build: npm run build.');
    const asset = handbook.assets.get(name);
    if (asset) return sendAsset(request, reply, asset);
    const page = handbook.pages.get(name);
    if (!page) throw badRequest(404, 'The handbook has no such page. Its list of pages is at /docs.');
    // The addresses in a page are relative to a path without a slash at its end.
    if (pathOf(request).endsWith('/'))
      return reply.redirect(`../${name === 'index' ? 'docs' : encodeURIComponent(name)}`, 308);
    return send(request, reply.header('Content-Security-Policy', pagePolicy), page);
  };
  app.get(routes.docs.path, (request, reply) => answer(request, reply, 'index'));
  app.get<{ Params: { name: string } }>(routes.docsPage.path, (request, reply) => {
    // The index is at /docs alone: its relative links start there.
    const { name } = request.params;
    return answer(request, reply, name === 'index' ? '' : name);
  });
}
