// The doors beside /graphql: bodies, paths, queries and headers that make a careless reader of theirs go back and try again, or
// write down more than it was sent.
import type { Attack, Sender } from './attack.ts';
import { nested, times, type HostileRequest } from './request.ts';

/** Nearly all that a body may have. */
const bodyLength = 250_000;
/** Under the 16 KB that Node takes for a head. */
const headLength = 15_000;

const fill = (part: string, length: number) => part.repeat(Math.floor(length / part.length));

const bodies: Readonly<Record<string, string>> = {
  'a text of escaped quotes that does not end': `{"${fill('\\"', bodyLength)}`,
  'a text of backslashes that does not end': `{"${fill('\\', bodyLength)}`,
  'quotes alone': fill('"', bodyLength),
  'texts without an end': fill('"a', bodyLength),
  'lists that do not end': fill('[', bodyLength),
  'objects that do not end': fill('{"a":', bodyLength),
  'lists in lists': nested(bodyLength / 2, '[', '', ']'),
  'objects in objects': nested(bodyLength / 7, '{"a":', '1', '}'),
  '15,000 unknown names': `{${times(15_000, (n) => `"name${n}":1`, ',')}}`,
  '15,000 unknown names in an object': `{"customers":[{${times(15_000, (n) => `"name${n}":1`, ',')}}]}`,
  '20,000 right objects in a list': `{"customers":[${times(20_000, () => '{"name":"a"}', ',')}]}`,
  '60,000 wrong values in a list': `{"customers":[${times(60_000, () => '1', ',')}],"tags":[${times(50_000, () => '1', ',')}]}`,
  'a name of 250,000 letters': `{"${fill('a', bodyLength)}":1}`,
  'a name of capital letters': `{"${fill('aA', bodyLength)}_":1}`,
  'a text of 250,000 marks': `{"name":"a${fill('\u0301', bodyLength / 2)}"}`,
};

const many = times(22_000, (n) => `"k${n}":1`, ',');

/** Messages of MCP: what the library of the protocol would look at, member by member. */
const messages: Readonly<Record<string, string>> = {
  '22,000 members of _meta': `"tools/call","params":{"_meta":{${many}},"name":"x"}`,
  '22,000 parameters of a call': `"tools/call","params":{${many},"name":"x"}`,
  '22,000 arguments beside _meta': `"tools/call","params":{"_meta":{},"name":"x","arguments":{${many}}}`,
  '60,000 items of _meta': `"tools/call","params":{"_meta":{"a":[${times(60_000, () => '1', ',')}]},"name":"x"}`,
  '40,000 levels of _meta': `"tools/call","params":{"_meta":${nested(40_000, '{"a":', '1', '}')},"name":"x"}`,
  '22,000 members of a handshake': `"initialize","params":{${many}}`,
  '22,000 members of a list': `"tools/list","params":{"_meta":{${many}}}`,
};

function messageAttacks(by: Sender): Attack[] {
  return Object.entries(messages).map(([what, method]): Attack => {
    const body = `{"jsonrpc":"2.0","id":1,"method":${method}}`;
    const headers = ['Content-Type: application/json'];
    return { name: `POST /mcp: ${what}, by ${by}`, by, head: 'POST /mcp', headers, body };
  });
}

const writes = ['POST /api/v1/customers', 'PATCH /v1/customers/cus_1', 'POST /api/v1/customers/bulk'];
const others = ['POST /api/v1/operations/board', 'POST /api/v1/access-check', 'POST /mcp'];

const messageOf = (given: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_customer","arguments":${given}}}`;

function bodyAttacks(by: Sender): Attack[] {
  return [...writes, ...others].flatMap((head) =>
    Object.entries(bodies).flatMap(([what, body]): Attack[] => {
      const headers = ['Content-Type: application/json'];
      const plain = { name: `${head}: ${what}, by ${by}`, by, head, headers, body };
      const asArguments = { ...plain, name: `${head}: arguments: ${what}, by ${by}`, body: messageOf(body) };
      return head === 'POST /mcp' ? [plain, asArguments] : [plain];
    }),
  );
}

const fillings = ['%20', '%2F', '/', 'a', '&', 'a&', 'limit=1&', 'name=a&', 'search=%CC%81', '%', '+', ','];

function addressAttacks(): Attack[] {
  return fillings.flatMap((filling) => {
    const many = fill(filling, headLength);
    return ['/api/v1/customers?', '/v1/customers?search=', '/api/v1/customers/', '/v1/operations/board?'].map(
      (start): Attack => ({
        name: `GET ${start}${filling} x 15 KB`,
        by: 'key',
        head: `GET ${start}${many}`,
      }),
    );
  });
}

const headers = ['Accept', 'If-Match', 'If-None-Match', 'Idempotency-Key', 'Origin', 'Mcp-Name'];
const parts = [' ', ',', '"', '",', 'W/', 'W/"1",', 'a', ';q=', 'text/csv;q=0,', '*/*,'];

function headAttacks(): Attack[] {
  const requests: readonly HostileRequest[] = [
    { name: 'GET a list', head: 'GET /api/v1/customers' },
    { name: 'PATCH', head: 'PATCH /api/v1/customers/cus_1', body: '{"name":"Ada"}' },
    { name: 'MCP', head: 'POST /mcp', body: messageOf('{"name":"Ada"}') },
  ];
  return requests.flatMap((request) =>
    headers.flatMap((header) =>
      parts.map((part): Attack => {
        const line = `${header}: ${fill(part, headLength)}`;
        const type = request.body === undefined ? [] : ['Content-Type: application/json'];
        const name = `${request.name}, ${header}: ${part} x 15 KB`;
        return { ...request, name, by: 'key', headers: [...type, line] };
      }),
    ),
  );
}

export function doorAttacks(): Attack[] {
  const senders: readonly Sender[] = ['nobody', 'key'];
  return [
    ...senders.flatMap((by) => [...bodyAttacks(by), ...messageAttacks(by)]),
    ...[...addressAttacks(), ...headAttacks()],
  ];
}
