// Scripts and styles of pages, under names made of their content, which a browser keeps.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerNotesOf } from '../../graphql/request/request-scope.ts';
import { acceptsGzip } from '../accept.ts';
import { inPieces } from '../pieces.ts';

const compress = promisify(gzip);

export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
  readonly gzipped: Buffer;
}

export async function assetOf(extension: 'js' | 'css', text: string): Promise<Asset> {
  const content = Buffer.from(text);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 32);
  const type = extension === 'js' ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8';
  return { name: `${hash}.${extension}`, type, content, gzipped: await compress(content) };
}

export function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  // Its name is a hash of its content, so it never changes.
  answerNotesOf(request).headers['Cache-Control'] = 'public, max-age=31536000, immutable';
  void reply.header('Vary', 'Accept-Encoding').type(asset.type);
  const isZipped = acceptsGzip(request.headers['accept-encoding']);
  const bytes = isZipped ? asset.gzipped : asset.content;
  if (isZipped) void reply.header('Content-Encoding', 'gzip');
  return reply.header('Content-Length', bytes.length).send(inPieces(bytes));
}
