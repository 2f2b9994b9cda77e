// `npm run -s scopes:for -- file.graphql…`: prints the smallest set of scopes for the operations of the files, one a line.
// Needs no server, no store and no setting.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createExplainer, type AccessExplainer } from '../src/access/policy/index.ts';
import { allFeatures, scopeCatalogue } from '../src/services.ts';
import { ApiError } from '../src/core/errors.ts';
import { assembleSchema } from '../src/graphql/schema.ts';
import { runCommand, UsageError } from './command-line/command.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  ENOTDIR: 'there is no such file.',
  EISDIR: 'this is a folder; name the files in it.',
  EACCES: 'this file may not be read.',
};

/** Throws ApiError BAD_USER_INPUT with the name of the file. */
function textOf(file: string): string {
  try {
    // npm starts scripts in the folder of the package; INIT_CWD is where its user stands.
    return readFileSync(resolve(process.env['INIT_CWD'] ?? '', file), 'utf8');
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw error;
    throw new ApiError('BAD_USER_INPUT', `${file}: ${reason}`);
  }
}

/** Throws ApiError with the name of the file, when its document does not fit the schema or has no operation. */
function assertExplained(explainer: AccessExplainer, file: string, text: string): void {
  try {
    explainer.scopesFor([text]);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(error.code, `${file}: ${error.message}`);
  }
}

await runCommand({
  usage: 'npm run -s scopes:for -- [--json] FILE.graphql…',
  options: {},
  operands: 'files',
  async run(_values, files) {
    if (files.length === 0) throw new UsageError('No file is given.');
    const texts = files.map(textOf);
    const { schema, policy } = await assembleSchema(allFeatures, scopeCatalogue());
    const explainer = createExplainer(schema, policy);
    files.forEach((file, index) => assertExplained(explainer, file, texts[index]!));
    const scopes = explainer.scopesFor(texts);
    return { json: { scopes }, text: scopes.join('\n') };
  },
});
