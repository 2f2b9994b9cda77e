// Latchkey with authorization switched off, to see what it costs. The key is still looked up and proven on each request;
// what is gone: the decision, the guards at the boundary fields, and the second look at the key before an answer leaves or
// a transaction commits (BENCH_RECHECK=1 leaves that one in: it is one more statement, and the price of revoking what is in
// flight rather than of deciding fields). Rows stay limited to the key's workspace: without that it would be another answer.
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { isObjectType } from 'graphql';
import type { Decision } from '../../../src/access/policy/index.ts';
import { createApp } from '../../../src/app.ts';
import { allFeatures, resolveSecrets } from '../../../src/services.ts';
import { readConfig } from '../../../src/config/config.ts';
import { createLogger } from '../../../src/core/logger.ts';
import { noteRunningMutations } from '../../../src/resources/idempotency.ts';
import { assembleUnguarded } from '../../../src/graphql/schema.ts';

const nothingDenied: Decision = {
  denials: [],
  deniedPaths: null,
  toldTypes: null,
  isEverythingDenied: false,
};

/** Gives every field the resolver that it had before a guard was put in front of it. */
function takeGuardsOff(guarded: GraphQLSchema, bare: GraphQLSchema): void {
  for (const type of Object.values(guarded.getTypeMap())) {
    const original = bare.getType(type.name);
    if (!isObjectType(type) || !isObjectType(original)) continue;
    const fields = original.getFields();
    for (const field of Object.values(type.getFields())) {
      const resolve = fields[field.name]?.resolve;
      // Absent where it was absent: a resolver that only reads the property would cost what the guard cost.
      if (resolve) field.resolve = resolve;
      else delete field.resolve;
    }
  }
}

/** Null for everybody, and nobody is asked. */
function nullFields(schema: GraphQLSchema, coordinates: readonly string[]): void {
  for (const coordinate of coordinates) {
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
    if (!field) throw new Error(`There is no field ${coordinate}.`);
    field.resolve = () => null;
    // What is denied is not read ahead either.
    field.extensions = { ...field.extensions, readAhead: undefined };
  }
}

const config = readConfig();
const { schema: bare } = await assembleUnguarded(allFeatures);
noteRunningMutations(bare);
const nulled = (process.env['BENCH_NULLED'] ?? '').split(',').filter((text) => text !== '');
const checksAgain = process.env['BENCH_RECHECK'] === '1';

const app = await createApp({
  config,
  logger: createLogger({ level: config.logLevel }),
  secrets: resolveSecrets(config),
  enforcement({ gate, authenticator }) {
    takeGuardsOff(gate.schema, bare);
    nullFields(gate.schema, nulled);
    const never = async () => undefined;
    const again = checksAgain ? {} : { assertStillValid: never, holdValid: never };
    return {
      gate: { ...gate, decide: async () => nothingDenied },
      authenticator: { ...authenticator, ...again },
    };
  },
});
const { url } = await app.http.listen(config.host, config.port);
process.stdout.write(`listening at ${new URL('/graphql', url).href}\n`);
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
