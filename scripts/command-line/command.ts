// What the operator's commands share: arguments in, one answer on stdout, faults in words on stderr, an exit code.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { systemContext } from '../../src/access/system-context.ts';
import type { Context } from '../../src/access/context.ts';
import { StoredWorkspace } from '../../src/access/authentication/tables.ts';
import { openServices, resolveSecrets, type AppServices } from '../../src/services.ts';
import { ConfigError, readConfig } from '../../src/config/config.ts';
import { ApiError, notFound, UserErrors } from '../../src/core/errors.ts';
import { StoreVersionError } from '../../src/db/migrations/tools/requirements.ts';
import { asStoreError, explainStoreFault } from '../../src/db/store/store-failure.ts';
import { LocalSecretsError } from '../../src/config/local-secrets.ts';

/** The arguments themselves are wrong: exit code 2. */
export class UsageError extends Error {}

export interface Outcome {
  /** With --json the one object on stdout. */
  readonly json: object;
  /** Without it, for people. */
  readonly text: string;
  /** 1 = the command did its work, and its answer is a no. Default 0. */
  readonly exitCode?: 0 | 1;
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Values = Readonly<Record<string, string | boolean | undefined>>;

interface Command {
  /** How it is called, e.g. `npm run seed -- --workspace ID --customers N [--seed 1] [--json]`. */
  readonly usage: string;
  /** What it does, for `--help`. Sentences. */
  readonly does: string;
  /** `--json` and `--help` belong to every command. */
  readonly options: Options;
  /** What stands beside the options, in words; absent = nothing may. */
  readonly operands?: string;
  /** `text` '' prints nothing. */
  run(values: Values, operands: readonly string[]): Promise<Outcome>;
}

const sharedOptions = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

function parse(
  args: readonly string[],
  { options, operands }: Command,
): { values: Values; operands: readonly string[] } {
  const known = { ...sharedOptions, ...options };
  const allowPositionals = operands !== undefined;
  try {
    const parsed = parseArgs({ args: [...args], options: known, tokens: true, allowPositionals });
    const { values, tokens, positionals } = parsed;
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    // The last one would win in silence: a key with half of its scopes, or for half of its venues.
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (repeated) throw new UsageError(`--${repeated} is given more than once.`);
    return { values: values as Values, operands: positionals };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) throw new UsageError(error.message);
    throw error;
  }
}

/** Throws UsageError when the option is missing or empty. */
export function required(values: Values, name: string): string {
  const value = values[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new UsageError(`--${name} is missing.`);
}

/** "a, b" -> ["a", "b"]; null when the option is not given. Throws UsageError for an empty item. */
export function optionalList(values: Values, name: string): string[] | null {
  const value = values[name];
  if (typeof value !== 'string') return null;
  const items = value.split(',').map((item) => item.trim());
  // `--venues ""`, as from an unset shell variable, must not become "every venue".
  if (items.includes('')) throw new UsageError(`--${name} has an empty item.`);
  return items;
}

/** null when the option is not given. Throws UsageError for anything but one of the names. */
export function optionalName<const T extends string>(
  values: Values,
  option: string,
  names: readonly T[],
): T | null {
  const value = values[option];
  if (value === undefined) return null;
  const found = names.find((name) => name === value);
  if (found === undefined) throw new UsageError(`--${option} is one of ${names.join(', ')}.`);
  return found;
}

/** Throws UsageError for anything but a whole number from `min` to `max`. */
export function wholeNumber(
  values: Values,
  name: string,
  { min, max }: { min: number; max: number },
): number {
  const text = required(values, name);
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} is a whole number from ${min} to ${max}.`);
}

/** Opens the store with the server's own settings, and closes it whatever happens. The server may be running. */
export async function withHouse<T>(work: (house: AppServices) => Promise<T>): Promise<T> {
  const config = readConfig();
  const house = await openServices({ config, secrets: resolveSecrets(config) });
  try {
    return await work(house);
  } finally {
    await house.close();
  }
}

/** Throws UserErrors (NOT_FOUND) when there is no such workspace, so that nothing is begun in it. */
export async function workspaceContext(house: AppServices, workspaceId: string): Promise<Context> {
  const context = systemContext(house, workspaceId);
  if (await context.db.find(StoredWorkspace, workspaceId)) return context;
  throw notFound(['workspace'], 'workspace');
}

interface Failure {
  readonly exitCode: 1 | 2;
  readonly errors: readonly { code: string; field?: readonly string[]; message: string }[];
  /** More for stderr alone. */
  readonly hint?: string;
}

const settingsHint =
  'Commands read the same settings as the server. Give them the values that the server has, JWT_SECRET and\n' +
  'KEY_PEPPER included: a key made with another pepper does not work.';

function describeFailure(error: unknown, usage: string): Failure {
  const known = asStoreError(error);
  if (known instanceof UsageError) {
    return { exitCode: 2, errors: [{ code: 'USAGE', message: known.message }], hint: `Usage: ${usage}` };
  }
  if (known instanceof UserErrors) return { exitCode: 1, errors: known.items };
  if (known instanceof ConfigError) {
    const errors = known.faults.map((message) => ({ code: 'SETTINGS', message }));
    return { exitCode: 1, errors, hint: settingsHint };
  }
  const storeFault = explainStoreFault(error);
  if (storeFault) return { exitCode: 1, errors: [{ code: 'SERVICE_UNAVAILABLE', message: storeFault }] };
  const { message, stack } = known as Error;
  if (known instanceof LocalSecretsError) return { exitCode: 1, errors: [{ code: 'SETTINGS', message }] };
  if (known instanceof StoreVersionError)
    return { exitCode: 1, errors: [{ code: 'STORE_VERSION', message }] };
  if (known instanceof ApiError) return { exitCode: 1, errors: [{ code: known.code, message }] };
  // Nothing that a command foresees: the trace helps to find out.
  return { exitCode: 1, errors: [{ code: 'INTERNAL_SERVER_ERROR', message }], hint: String(stack) };
}

function failureText({ errors, hint }: Failure): string {
  const lines = errors.map(({ field = [], message }) => {
    const path = field.filter((name) => name !== 'input').join('.');
    return path === '' ? message : `${path}: ${message}`;
  });
  return [...lines, ...(hint ? [hint] : [])].map((line) => `${line}\n`).join('');
}

/** Resolves when the text has left this process: a pipe is written behind the program's back. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => void stream.write(text, () => resolve()));
}

/** Runs a command with this process's arguments and ends the process: 0, 1 (it failed) or 2 (it was called wrongly). */
export async function runCommand(command: Command): Promise<never> {
  const { usage, does } = command;
  const args = process.argv.slice(2);
  const isJson = args.includes('--json');
  try {
    const { values, operands } = parse(args, command);
    const help = { json: { usage, does }, text: `Usage: ${usage}\n\n${does}` };
    const outcome: Outcome = values['help'] ? help : await command.run(values, operands);
    const { json, text, exitCode = 0 } = outcome;
    const line = isJson ? JSON.stringify(json) : text;
    await write(process.stdout, line === '' ? '' : `${line}\n`);
    process.exit(exitCode);
  } catch (error) {
    const failure = describeFailure(error, usage);
    await write(process.stderr, failureText(failure));
    const errors = failure.errors.map(({ code, field = [], message }) => ({ code, field, message }));
    if (isJson) await write(process.stdout, `${JSON.stringify({ errors })}\n`);
    process.exit(failure.exitCode);
  }
}
