// The answers as text: one statement that returns the finished JSON, sent as it comes.
import type { Answer } from './rows.ts';
import type { Limit, Words } from './store.ts';

function customersConnection(words: Words, lists: Readonly<Record<string, string>>): string {
  const { object, array, nested, boolean, cursor, iso, text } = words;
  const newest = 'FROM customers WHERE workspace_id = ? ORDER BY created_at DESC, id DESC LIMIT';
  const node = object({
    ...{ id: 'c.id', name: 'c.name', email: 'c.email', phone: 'c.phone', city: 'c.city' },
    ...{ createdAt: iso('c.created_at'), ...lists },
  });
  const last = cursor(`min(${iso('p.created_at')} || ' ' || p.id)`);
  const connection = object({
    totalCount: 't.n',
    pageInfo: object({
      hasNextPage: boolean('t.n > 50'),
      endCursor: `(SELECT ${last} FROM (SELECT created_at, id ${newest} 50) p)`,
    }),
    nodes: nested(`(SELECT ${array(node)} FROM (SELECT * ${newest} 50) c)`),
  });
  return `SELECT ${object({ data: object({ customers: connection }) })}${text} AS answer
    FROM (SELECT count(*) AS n FROM customers WHERE workspace_id = ?) t`;
}

function dashboardLists({ object, array, nested, iso }: Words): Record<string, string> {
  const inquiry = object({
    ...{ id: 'i.id', subject: 'i.subject', status: 'i.status', createdAt: iso('i.created_at') },
    customer: object({ id: 'c.id', name: 'c.name' }),
  });
  const followUp = object({ id: 'f.id', note: 'f.note', dueAt: iso('f.due_at'), status: 'f.status' });
  return {
    inquiries: object({
      totalCount: '(SELECT count(*) FROM inquiries WHERE customer_id = c.id)',
      nodes: nested(`(SELECT ${array(inquiry)} FROM (SELECT * FROM inquiries WHERE customer_id = c.id
        ORDER BY created_at DESC, id DESC LIMIT 3) i)`),
    }),
    followUps: object({
      nodes: nested(`(SELECT ${array(followUp)} FROM (SELECT * FROM follow_ups WHERE customer_id = c.id
        ORDER BY due_at, id LIMIT 2) f)`),
    }),
  };
}

function inbox({ object, array, nested, boolean, cursor, iso, text }: Words): string {
  const waiting = `FROM inquiries WHERE workspace_id = ? AND status IN ('OPEN', 'WAITING')`;
  const reply = object({ id: 'r.id', body: 'r.body', author: 'r.author', createdAt: iso('r.created_at') });
  const venue = object({ id: 'v.id', name: 'v.name' });
  const place = (alias: string) => `${iso(`${alias}.created_at`)} || ' ' || ${alias}.id`;
  const oldest = `${waiting} ORDER BY created_at, id LIMIT 20`;
  const node = object({
    ...{ id: 'i.id', subject: 'i.subject', channel: 'i.channel', status: 'i.status' },
    venue: nested(`(SELECT ${venue} FROM venues v WHERE v.id = i.venue_id)`),
    customer: nested(
      `(SELECT ${object({ id: 'c.id', name: 'c.name', email: 'c.email' })} FROM customers c WHERE c.id = i.customer_id)`,
    ),
    replies: object({
      nodes: nested(`(SELECT ${array(reply)} FROM (SELECT * FROM replies WHERE inquiry_id = i.id
        ORDER BY created_at, id LIMIT 5) r)`),
    }),
  });
  const connection = object({
    totalCount: 't.n',
    pageInfo: object({
      hasNextPage: boolean('t.n > 20'),
      endCursor: `(SELECT ${cursor(`max(${place('p')})`)} FROM (SELECT created_at, id ${oldest}) p)`,
    }),
    edges: nested(`(SELECT ${array(object({ cursor: cursor(place('i')), node }))}
      FROM (SELECT * ${oldest}) i)`),
  });
  return `SELECT ${object({ data: object({ inquiries: connection }) })}${text} AS answer
    FROM (SELECT count(*) AS n ${waiting}) t`;
}

function customer({ object, array, nested, iso, text }: Words): string {
  const venue = object({ id: 'v.id', name: 'v.name' });
  const found = object({
    ...{ id: 'c.id', name: 'c.name', email: 'c.email', phone: 'c.phone', city: 'c.city', notes: 'c.notes' },
    ...{ tags: nested('c.tags'), version: 'c.version' },
    ...{ createdAt: iso('c.created_at'), updatedAt: iso('c.updated_at') },
    venues: object({
      nodes: nested(`(SELECT ${array(venue)} FROM (SELECT v.id, v.name FROM customer_venues l
        JOIN venues v ON v.id = l.venue_id WHERE l.customer_id = c.id ORDER BY v.created_at, v.id LIMIT 10) v)`),
    }),
  });
  return `SELECT ${object({ data: object({ customer: found }) })}${text} AS answer
    FROM customers c WHERE c.workspace_id = ? AND c.id = ?`;
}

export function jsonAnswers({ words, all }: Limit, workspaceId: string): Readonly<Record<string, Answer>> {
  const from = (statement: string, ...parameters: unknown[]) => {
    // One workspace for every place that asks for it.
    const places = statement.split('?').length - 1 - parameters.length;
    const given = Array.from({ length: places }, () => workspaceId);
    return async (variables: Readonly<Record<string, unknown>>) => {
      const last = parameters.map((name) => variables[String(name)]);
      const [row] = await all(statement, [...given, ...last]);
      return row ? String(row['answer']) : '{"data":{"customer":null}}';
    };
  };
  return {
    Dashboard: from(customersConnection(words, dashboardLists(words))),
    DashboardHalf: from(customersConnection(words, { inquiries: 'NULL', followUps: 'NULL' })),
    Inbox: from(inbox(words)),
    Customer: from(customer(words), 'id'),
  };
}
