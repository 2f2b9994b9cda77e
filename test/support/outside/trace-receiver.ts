// A receiver of OpenTelemetry traces (OTLP over HTTP, in JSON): keeps what it was sent, byte for byte and as spans.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino, type Logger } from 'pino';
import { expect } from 'vitest';
import type { Tracer } from '../../../src/core/tracer.ts';
import { createOpenTelemetryTracer } from '../../../src/telemetry/tracing/open-telemetry.ts';

export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty or none for the first of a trace. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  /** 2 = error. */
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

export const kinds = { internal: 1, server: 2, client: 3 };

/** All of one request. */
export interface SentTrace {
  readonly server: SentSpan;
  /** None when it did not come so far. */
  readonly operation: SentSpan | undefined;
  readonly statements: readonly SentSpan[];
}

export interface TraceReceiver {
  /** As OTEL_EXPORTER_OTLP_ENDPOINT takes it. */
  readonly endpoint: string;
  /** Head and body of each request. */
  readonly received: readonly string[];
  spans(): SentSpan[];
  /** Waits until the span of the request with this id is there; those within it came before. */
  traceOf(requestId: unknown): Promise<SentTrace>;
  /** What it answers from now on: a status, or nothing at all. */
  answer(status: number | 'nothing'): void;
  close(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Posted {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<SentSpan, 'attributes' | 'resource'> & {
        readonly attributes: readonly Attribute[];
      })[];
    }[];
  }[];
}

/** `{key, value: {intValue: 3}}` as `{key: 3}`. */
function recordOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function spansOf(body: string): SentSpan[] {
  return (JSON.parse(body) as Posted).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: recordOf(span.attributes),
        resource: recordOf(resource.attributes),
      })),
    ),
  );
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export async function openTraceReceiver(): Promise<TraceReceiver> {
  const received: string[] = [];
  const spans: SentSpan[] = [];
  let answered: number | 'nothing' = 200;
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      received.push(`${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n${body}`);
      if (answered === 200) spans.push(...spansOf(body));
      if (answered !== 'nothing') response.writeHead(answered).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    spans: () => [...spans],
    async traceOf(requestId) {
      const isIt = ({ attributes }: SentSpan) => attributes['latchkey.request.id'] === requestId;
      await expect.poll(() => spans.filter(isIt).length).toBe(1);
      const own = spans.find(isIt)!;
      const all = spans.filter(({ traceId }) => traceId === own.traceId);
      return {
        server: own,
        operation: all.find(({ kind }) => kind === kinds.internal),
        statements: all.filter(({ kind }) => kind === kinds.client),
      };
    },
    answer: (status) => void (answered = status),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As the server makes it, but soon after: batches of a few milliseconds, and nothing is tried for longer than half a second. */
export const promptly = { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_EXPORTER_OTLP_TIMEOUT: '500' };

/** The packages read their settings themselves, from the environment, when it is made. */
export function openTracer(
  endpoint: string,
  logger: Logger = pino({ level: 'silent' }),
  settings: Readonly<Record<string, string>> = promptly,
): Tracer {
  const before = { ...process.env };
  Object.assign(process.env, settings);
  try {
    return createOpenTelemetryTracer({ url: `${endpoint}/v1/traces`, logger });
  } finally {
    process.env = before;
  }
}
