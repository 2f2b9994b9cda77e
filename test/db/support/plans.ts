// Query plans of both engines, reduced to what can be wrong with them.
//
// SQLite says SCAN for a table or an index that is read from one end to the other, SEARCH where it starts at a key.
// Postgres rightly reads a small table in full and sorts a few hundred rows, and tests have no more. So it is asked with
// enable_seqscan and enable_sort off: a Seq Scan or Sort is then left only where no index serves, and whoever reads a whole
// index instead has no Index Cond.
import { raw, type Sql } from 'sql-template-tag';
import type { Database } from '../../../src/db/database.ts';

export interface Captured {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface Plan {
  /** Tables that are read in full, as the engine words it. */
  readonly fullScans: readonly string[];
  /** Sorts of more than a few rows, as the engine words it. */
  readonly sorts: readonly string[];
  /** Steps that look nothing up but the workspace: they read all rows of it, unless a limit ends them. */
  readonly ofWorkspace: readonly string[];
  /** Everything, for messages and for a closer look. */
  readonly text: string;
}

function explain(prefix: string, { text, values }: Captured): Sql {
  const statement = `${prefix} ${text}`;
  return { sql: statement, text: statement, values } as unknown as Sql;
}

async function sqlitePlan(database: Database, statement: Captured): Promise<Plan> {
  const steps = await database.query<{ detail: string }>(explain('EXPLAIN QUERY PLAN', statement));
  const details = steps.map(({ detail }) => detail);
  const isSearch = details.some((detail) => /^SCAN \w+_search_index VIRTUAL TABLE/.test(detail));
  // What a subquery answered is read in full, as it should be.
  const answered = details.flatMap((detail) => /^(?:CO-ROUTINE|MATERIALIZE) (.+)$/.exec(detail)?.[1] ?? []);
  const isAnswered = (detail: string) => answered.some((name) => detail === `SCAN ${name}`);
  return {
    // Virtual tables look their rows up by themselves; "r" is what a page's own subquery answered.
    fullScans: details.filter(
      (detail) =>
        // An index made for one run reads all that it is made of; a list put together anew for each row all that is on it.
        / AUTOMATIC |^CORRELATED LIST SUBQUERY/.test(detail) ||
        (/^SCAN (?!\w+ VIRTUAL TABLE|CONSTANT ROW|\d+-ROW VALUES CLAUSE$|r$)/.test(detail) &&
          !isAnswered(detail)),
    ),
    // A search sorts what it found, not the workspace.
    sorts: isSearch ? [] : details.filter((detail) => /USE TEMP B-TREE/.test(detail)),
    ofWorkspace: details.filter((detail) => detail.endsWith(' (workspace_id=?)')),
    text: details.join('\n'),
  };
}

interface PostgresNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly PostgresNode[];
}

/** One parent's own rows may be sorted; a workspace's may not. */
const fewRows = 100;

const everyNode = (node: PostgresNode): PostgresNode[] => [node, ...(node.Plans ?? []).flatMap(everyNode)];

async function postgresPlan(database: Database, statement: Captured): Promise<Plan> {
  const [answer] = await database.write(async (connection) => {
    for (const way of ['seqscan', 'sort']) await connection.query(raw(`SET LOCAL enable_${way} = off`));
    return connection.query<{ 'QUERY PLAN': [{ Plan: PostgresNode }] }>(
      explain('EXPLAIN (FORMAT JSON)', statement),
    );
  });
  const nodes = everyNode(answer!['QUERY PLAN'][0].Plan);
  const isFullScan = (node: PostgresNode) =>
    node['Node Type'] === 'Seq Scan' ||
    (node['Index Name'] !== undefined && node['Index Cond'] === undefined);
  return {
    fullScans: nodes
      .filter(isFullScan)
      .map((node) => `${node['Node Type']} ${node['Relation Name'] ?? node['Index Name']}`),
    sorts: nodes
      .filter((node) => /Sort/.test(node['Node Type']) && node['Plan Rows'] > fewRows)
      .map((node) => `${node['Node Type']} of ${node['Plan Rows']}`),
    ofWorkspace: nodes
      .filter((node) => /^\(\S*workspace_id = [^ ]+\)$/.test(node['Index Cond'] ?? ''))
      .map((node) => `${node['Node Type']} ${node['Index Name']}`),
    text: nodes.map((node) => JSON.stringify({ ...node, Plans: undefined })).join('\n'),
  };
}

/** How the engine would run a statement. Nothing is run. */
export function planOf(database: Database, statement: Captured): Promise<Plan> {
  return database.dialect.name === 'sqlite'
    ? sqlitePlan(database, statement)
    : postgresPlan(database, statement);
}
