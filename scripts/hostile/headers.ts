// Every header that a server may read, with 15 KB of what makes a careless pattern go back and try again. Node takes 16 KB of
// headers in all.
import type { Attack } from './attack.ts';

const length = 15_000;

const names = [
  ...[
    'Accept',
    'Accept-Encoding',
    'Accept-Language',
    'Access-Control-Request-Headers',
    'Apollo-Require-Preflight',
  ],
  ...['Authorization', 'Baggage', 'Cache-Control', 'Content-Encoding', 'Content-Type', 'Cookie', 'Expect'],
  ...[
    'Forwarded',
    'Host',
    'Idempotency-Key',
    'If-Match',
    'If-None-Match',
    'Keep-Alive',
    'Origin',
    'Range',
    'Referer',
  ],
  ...[
    'Sec-Fetch-Site',
    'TE',
    'Traceparent',
    'Tracestate',
    'Transfer-Encoding',
    'Upgrade',
    'User-Agent',
    'Via',
  ],
  ...['X-API-Key', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Real-IP', 'X-Request-Id'],
];

/** What a value of this header begins with, so that what follows is looked at. */
const beginnings: Readonly<Record<string, readonly string[]>> = {
  Accept: ['application/json;q='],
  Authorization: ['Bearer ', 'Basic '],
  'Content-Type': ['application/json; charset=', 'application/json;', 'application/graphql+json; charset="'],
  Forwarded: ['for='],
  Tracestate: ['a='],
};

const fillings = [
  ...[
    ' ',
    '\t',
    ',',
    ', ',
    '"',
    '\\"',
    ';',
    '; ',
    '=',
    'a',
    '/',
    '*/*,',
    '1.1.1.1, ',
    '[::1]:',
    'a=b; ',
    '%20',
  ],
];
const endings = ['', 'x"y'];

/** Each beginning, filling and ending in each header: an answer or a refusal, by anybody. */
export function headerAttacks(): Attack[] {
  return names.flatMap((header) =>
    ['', ...(beginnings[header] ?? [])].flatMap((beginning) =>
      fillings.flatMap((filling) =>
        endings.map((ending): Attack => {
          const many = filling.repeat(Math.floor(length / filling.length));
          return {
            name: `${header}: ${beginning}${JSON.stringify(filling)} x ${length / 1_000} KB${ending}`,
            by: 'nobody',
            headers: [`${header}: ${beginning}${many}${ending}`],
            body: '{"query":"{ viewer { kind } }"}',
          };
        }),
      ),
    ),
  );
}
