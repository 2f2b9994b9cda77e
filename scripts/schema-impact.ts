// `npm run -s schema:impact -- OLD.graphql [OLD-scopes.json]`: which keys and kept operations the schema and the scopes of this
// version would break. OLD is the version in use; the store is the one that recorded what was asked of it. Changes nothing.
import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { createExplainer } from '../src/access/policy/index.ts';
import { readConfig } from '../src/config/config.ts';
import { ApiError } from '../src/core/errors.ts';
import { openDatabase } from '../src/db/data-source.ts';
import type { Database } from '../src/db/store/database.ts';
import { assembleSchema, type AssembledSchema } from '../src/graphql/schema.ts';
import { schemaText } from '../src/http/pages/schema-route.ts';
import { readOperationFiles } from '../src/rest/operation-files.ts';
import { parseOperations, StoredOperationsError } from '../src/rest/parse-operations.ts';
import { allFeatures, scopeCatalogue } from '../src/services.ts';
import { runCommand, UsageError, wholeNumber } from './command-line/command.ts';
import { Impact } from './impact/impact.ts';
import { readSchema, readScopes } from './impact/old-files.ts';
import { readRecordedUse } from './impact/recorded-use.ts';
import { reportOf, textOfReport, type ImpactReport } from './impact/report.ts';
import { schemaChanges, schemaOf, scopeChanges } from './impact/schema-changes.ts';

/** Operations of the program itself. Those that do not fit its schema are faults: a server would not start. */
function addStored(impact: Impact, { schema, policy }: AssembledSchema): void {
  const tools = { schema, explainer: createExplainer(schema, policy) };
  try {
    for (const { method, path, document } of parseOperations(readOperationFiles(allFeatures), tools))
      impact.addOperation(`${method} /api/v1${path}`, document.text, null);
  } catch (error) {
    if (!(error instanceof StoredOperationsError)) throw error;
    for (const fault of error.faults) impact.addFault(fault);
  }
}

/** Opened, not migrated: it belongs to the version in use. Throws ApiError where there is none. */
async function withStore<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const { database: url } = readConfig();
  if (url.kind === 'sqlite' && !existsSync(url.path))
    throw new ApiError(
      'BAD_USER_INPUT',
      `There is no store ${url.path}: DATABASE_URL names the one that recorded.`,
    );
  const database = await openDatabase(url);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

interface Files {
  readonly schema: string;
  readonly scopes: string | undefined;
}

async function findImpact({ schema: file, scopes }: Files, days: number | null): Promise<ImpactReport> {
  const before = readSchema(file);
  const required = scopes === undefined ? null : readScopes(scopes);
  const assembled = await assembleSchema(allFeatures, scopeCatalogue());
  const after = schemaOf(schemaText(assembled.schema));
  const locked = required ? scopeChanges(required, assembled.policy) : [];
  const impact = new Impact({ before, after }, schemaChanges(before, after), locked);
  addStored(impact, assembled);
  return withStore(async (database) => {
    const { recordedSince, workspaces } = await readRecordedUse(database, { nowMs: Date.now(), days });
    let unknownRequests = 0;
    for await (const use of workspaces) {
      impact.addWorkspace(use);
      unknownRequests += use.unknownRequests;
    }
    const scopesCompared = required !== null;
    return reportOf({ recordedSince, unknownRequests, scopesCompared, changes: impact.found() });
  });
}

await runCommand({
  usage:
    'npm run -s schema:impact -- [--days N] [--json] OLD.graphql [OLD-scopes.json]\n' +
    'OLD are schema/schema.graphql and schema/scopes.json of the version in use. Ends with 1 when something that is used breaks.',
  does: 'Says which keys, stored operations and endpoints this version would break, by what they used in the last N days (1 to 3650; without --days, all that is recorded).',
  options: { days: { type: 'string' } },
  operands: 'files',
  async run(values, [schema, scopes, ...others]) {
    if (schema === undefined) throw new UsageError('No file is given.');
    if (others.length > 0) throw new UsageError('More than two files are given.');
    const days = values['days'] === undefined ? null : wholeNumber(values, 'days', { min: 1, max: 3_650 });
    const report = await findImpact({ schema, scopes }, days);
    return { json: report, text: textOfReport(report), exitCode: report.breaks ? 1 : 0 };
  },
});
