// `npm run -s scopes:for -- file.graphql…`: prints the smallest set of scopes for the operations of the files, one a line.
// Needs no server, no store and no setting.
import 'reflect-metadata';
import { createExplainer, type AccessExplainer } from '../src/access/policy/index.ts';
import { allFeatures, scopeCatalogue } from '../src/services.ts';
import { ApiError } from '../src/core/errors.ts';
import { assembleSchema } from '../src/graphql/schema.ts';
import { runCommand, UsageError } from './command-line/command.ts';
import { readOperand } from './command-line/operand-file.ts';

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
  does: 'Says which scopes a key needs to run the documents in these files.',
  options: {},
  operands: 'files',
  async run(_values, files) {
    if (files.length === 0) throw new UsageError('No file is given.');
    const texts = files.map((file) => readOperand(file));
    const { schema, policy } = await assembleSchema(allFeatures, scopeCatalogue());
    const explainer = createExplainer(schema, policy);
    files.forEach((file, index) => assertExplained(explainer, file, texts[index]!));
    const scopes = explainer.scopesFor(texts);
    return { json: { scopes }, text: scopes.join('\n') };
  },
});
