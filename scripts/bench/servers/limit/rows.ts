// The answers from rows: few statements, put together in JavaScript.
import { newId } from '../../../../src/core/ids.ts';
import type { Limit, Row } from './store.ts';

export type Answer = (variables: Readonly<Record<string, unknown>>) => Promise<string>;

const cursorOf = ({ createdAt, id }: Row) =>
  Buffer.from(`${String(createdAt)} ${String(id)}`).toString('base64url');

function pageInfo(rows: readonly Row[], size: number) {
  const last = rows[Math.min(rows.length, size) - 1];
  return { hasNextPage: rows.length > size, endCursor: last ? cursorOf(last) : null };
}

function grouped(rows: readonly Row[], key: string): Map<unknown, Row[]> {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) {
    const group = groups.get(row[key]);
    if (group) group.push(row);
    else groups.set(row[key], [row]);
  }
  return groups;
}

const answer = (data: object) => JSON.stringify({ data });

async function newestCustomers({ all, words: { iso } }: Limit, workspaceId: string) {
  const [rows, [count]] = await Promise.all([
    all(
      `SELECT id, name, email, phone, city, ${iso('created_at')} AS "createdAt" FROM customers
       WHERE workspace_id = ? ORDER BY created_at DESC, id DESC LIMIT 51`,
      [workspaceId],
    ),
    all('SELECT count(*) AS total FROM customers WHERE workspace_id = ?', [workspaceId]),
  ]);
  return { rows, page: rows.slice(0, 50), totalCount: Number(count!['total']) };
}

/** Both lists are read whole and cut here: for a customer's few rows that is faster than any limit in SQL. */
function dashboard(limit: Limit, workspaceId: string): Answer {
  const { all, words } = limit;
  const { iso, among } = words;
  return async () => {
    const { rows, page, totalCount } = await newestCustomers(limit, workspaceId);
    const ids = words.list(page.map(({ id }) => String(id)));
    const [inquiries, followUps] = await Promise.all([
      all(
        `SELECT customer_id, id, subject, status, ${iso('created_at')} AS "createdAt" FROM inquiries
         WHERE ${among('customer_id')} ORDER BY customer_id, inquiries.created_at DESC, id DESC`,
        [ids],
      ),
      all(
        `SELECT customer_id, id, note, ${iso('due_at')} AS "dueAt", status FROM follow_ups
         WHERE ${among('customer_id')} ORDER BY customer_id, due_at, id`,
        [ids],
      ),
    ]);
    const inquiriesOf = grouped(inquiries, 'customer_id');
    const followUpsOf = grouped(followUps, 'customer_id');
    const nodes = page.map((customer) => {
      const asked = inquiriesOf.get(customer['id']) ?? [];
      const { id, name } = customer;
      const shown = asked.slice(0, 3).map((inquiry) => ({
        ...{ id: inquiry['id'], subject: inquiry['subject'], status: inquiry['status'] },
        ...{ createdAt: inquiry['createdAt'], customer: { id, name } },
      }));
      const due = (followUpsOf.get(id) ?? []).slice(0, 2);
      return {
        ...customer,
        inquiries: { totalCount: asked.length, nodes: shown },
        followUps: { nodes: due.map((row) => ({ ...row, customer_id: undefined })) },
      };
    });
    return answer({ customers: { totalCount, pageInfo: pageInfo(rows, 50), nodes } });
  };
}

function dashboardHalf(limit: Limit, workspaceId: string): Answer {
  return async () => {
    const { rows, page, totalCount } = await newestCustomers(limit, workspaceId);
    const nodes = page.map((customer) => ({ ...customer, inquiries: null, followUps: null }));
    return answer({ customers: { totalCount, pageInfo: pageInfo(rows, 50), nodes } });
  };
}

function inbox({ all, words }: Limit, workspaceId: string): Answer {
  const { iso, among } = words;
  const waiting = `workspace_id = ? AND status IN ('OPEN', 'WAITING')`;
  return async () => {
    const [rows, [count]] = await Promise.all([
      all(
        `SELECT i.id, i.subject, i.channel, i.status, ${iso('i.created_at')} AS "createdAt",
           v.id AS "venueId", v.name AS "venueName", c.id AS "customerId", c.name AS "customerName", c.email
         FROM (SELECT * FROM inquiries WHERE ${waiting} ORDER BY created_at, id LIMIT 21) i
         JOIN customers c ON c.id = i.customer_id LEFT JOIN venues v ON v.id = i.venue_id
         ORDER BY i.created_at, i.id`,
        [workspaceId],
      ),
      all(`SELECT count(*) AS total FROM inquiries WHERE ${waiting}`, [workspaceId]),
    ]);
    const page = rows.slice(0, 20);
    const replies = await all(
      `SELECT inquiry_id, id, body, author, ${iso('created_at')} AS "createdAt" FROM replies
       WHERE ${among('inquiry_id')} ORDER BY inquiry_id, replies.created_at, id`,
      [words.list(page.map(({ id }) => String(id)))],
    );
    const repliesOf = grouped(replies, 'inquiry_id');
    const edges = page.map((row) => {
      const { id, subject, channel, status, venueId, venueName, customerId, customerName, email } = row;
      const shown = (repliesOf.get(id) ?? []).slice(0, 5);
      return {
        cursor: cursorOf(row),
        node: {
          ...{ id, subject, channel, status },
          venue: venueId === null ? null : { id: venueId, name: venueName },
          customer: { id: customerId, name: customerName, email },
          replies: { nodes: shown.map((reply) => ({ ...reply, inquiry_id: undefined })) },
        },
      };
    });
    const totalCount = Number(count!['total']);
    return answer({ inquiries: { totalCount, pageInfo: pageInfo(rows, 20), edges } });
  };
}

function customer({ all, words: { iso } }: Limit, workspaceId: string): Answer {
  return async ({ id }) => {
    const [[found], venues] = await Promise.all([
      all(
        `SELECT id, name, email, phone, city, notes, tags, version, ${iso('created_at')} AS "createdAt",
           ${iso('updated_at')} AS "updatedAt" FROM customers WHERE id = ? AND workspace_id = ?`,
        [id, workspaceId],
      ),
      all(
        `SELECT v.id, v.name FROM customer_venues l JOIN venues v ON v.id = l.venue_id
         WHERE l.customer_id = ? ORDER BY v.created_at, v.id LIMIT 10`,
        [id],
      ),
    ]);
    if (!found) return answer({ customer: null });
    const tags: unknown = typeof found['tags'] === 'string' ? JSON.parse(found['tags']) : found['tags'];
    return answer({ customer: { ...found, tags, venues: { nodes: venues } } });
  };
}

function createInquiry({ all, run }: Limit, workspaceId: string): Answer {
  const columns =
    'id, workspace_id, customer_id, venue_id, subject, subject_folded, body, channel, status, version, created_at, updated_at';
  return async ({ input }) => {
    const { customerId, subject, body, channel } = input as Record<string, string>;
    const known = 'SELECT id, name FROM customers WHERE id = ? AND workspace_id = ?';
    const [found] = await all(known, [customerId, workspaceId]);
    if (!found) throw new Error('There is no such customer.');
    const id = newId('inq', { nowMs: Date.now });
    const now = new Date().toISOString();
    const texts = [subject, subject!.toLowerCase(), body, channel, 'OPEN'];
    const values = [id, workspaceId, customerId, null, ...texts, 1, now, now];
    await run(`INSERT INTO inquiries (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, values);
    const inquiry = { id, subject, status: 'OPEN', customer: found };
    return answer({ createInquiry: { inquiryId: id, inquiry, userErrors: [] } });
  };
}

export function rowAnswers(limit: Limit, workspaceId: string): Readonly<Record<string, Answer>> {
  return {
    Dashboard: dashboard(limit, workspaceId),
    DashboardHalf: dashboardHalf(limit, workspaceId),
    Inbox: inbox(limit, workspaceId),
    Customer: customer(limit, workspaceId),
    CreateInquiry: createInquiry(limit, workspaceId),
  };
}
