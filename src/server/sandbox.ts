// Apollo Sandbox: a page of ours that shows Apollo's site in a frame, under a policy of its own.
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyReply } from 'fastify';
import { routes } from '../http/routes.ts';
import { ApolloServerPluginLandingPageLocalDefault } from './apollo-packages.ts';
import { policyOf } from './content-policy.ts';

export interface Page {
  readonly html: string;
  readonly policy: string;
}

function renderSandbox(html: string): Page {
  // Apollo makes a nonce per rendering and puts it on each of its scripts and styles.
  const nonce = /<script nonce="([0-9a-f]+)"/.exec(html)?.[1];
  if (nonce === undefined)
    throw new Error("Apollo's landing page has no nonce any more: adapt its CSP in sandbox.ts.");
  return { html, policy: policyOf(routes.graphql.page(`'nonce-${nonce}'`)) };
}

export interface Sandbox {
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

export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .header('Content-Security-Policy', page.policy)
    .type('text/html; charset=utf-8')
    .send(page.html);
}
