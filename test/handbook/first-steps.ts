// The first steps as README and the start page tell them, on a server that `npm start` runs: sign in, make a key, ask.
import { expect } from 'vitest';
import { patternOf, textOf, type Block, type Runners } from './blocks.ts';
import { bash, startServer, type Running } from '../support/processes/shell.ts';

export interface FirstSteps extends Running {
  /** What stands for `<token>` and its like in the next step. */
  readonly values: Map<string, string>;
}

interface Body {
  readonly data?: Readonly<Record<string, Record<string, string>>>;
  readonly errors?: readonly { readonly extensions: Record<string, unknown> }[];
}

/** The address that pages name; a test takes a free port. */
const printedOrigin = 'http://127.0.0.1:4000';

/** By the very command of README, on an empty store in a place of its own. */
export async function takeFirstSteps(databaseUrl: string): Promise<FirstSteps> {
  const [command] = textOf('README.md', 'run').split('\n');
  expect(command).toMatch(/^npm start +#/);
  const env = { DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'silent' };
  const running = await startServer('exec npm start', { env, until: /^Read on: .*\n/m });
  const password = /^ {2}password +(\S+)$/m.exec(running.said())![1]!;
  return { ...running, values: new Map([['printed password', password]]) };
}

async function type({ text }: Block, { origin, values }: FirstSteps): Promise<Body> {
  const filled = text
    .replaceAll(printedOrigin, origin)
    .replaceAll(/<([a-z ]+)>/g, (_found, name: string) => values.get(name) ?? `no ${name} yet`);
  const { code, stdout, stderr } = await bash(filled);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Body;
}

/** Every value in the place of its kind: names are others on another day. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOf(part)]));
}

async function signIn(block: Block, steps: FirstSteps): Promise<void> {
  const { login } = (await type(block, steps)).data!;
  expect(login).toMatchObject({ token: expect.stringMatching(/./) as string, userErrors: [] });
  steps.values.set('token', login!['token']!);
}

async function makeKey(block: Block, steps: FirstSteps): Promise<void> {
  const { createApiKey } = (await type(block, steps)).data!;
  expect(createApiKey).toMatchObject({
    secret: expect.stringMatching(/^lk_live_/) as string,
    userErrors: [],
  });
  steps.values.set('your key', createApiKey!['secret']!);
}

async function ask(block: Block, steps: FirstSteps): Promise<void> {
  const answer = await type(block, steps);
  expect(answer.errors).toHaveLength(1);
  steps.values.set('answer', JSON.stringify(answer));
}

/** What the page shows is of another day, and of its kind: the same error, and the same fields of the same kinds. */
async function compareAnswer({ text }: Block, { values }: FirstSteps): Promise<void> {
  const withoutId = ({ errors, ...rest }: Body) => ({
    ...rest,
    errors: errors?.map(({ extensions, ...error }) => ({
      ...error,
      extensions: { ...extensions, requestId: typeof extensions['requestId'] },
    })),
  });
  const [shown, real] = [text, values.get('answer')!].map((json) => withoutId(JSON.parse(json) as Body));
  expect(shown!.errors).toEqual(real!.errors);
  expect(real).toMatchObject(
    Object.fromEntries(Object.keys(shown!).map((name) => [name, expect.anything() as unknown])),
  );
  expect(shapeOf(shown!.data)).toEqual(shapeOf(real!.data));
}

/** Each command is one of package.json, and says what it does. The first one runs while these tests do. */
async function explainCommands({ text }: Block): Promise<void> {
  for (const line of text.trim().split('\n')) {
    const [, command = ''] = /^(npm \w+) +# /.exec(line) ?? [];
    const { code, stdout } = await bash(`${command} -- --help`);
    expect([line, code]).toEqual([line, 0]);
    expect(stdout).toContain(command);
  }
}

const steps = (file: string): Runners<FirstSteps> => ({
  [`${file}#run`]: explainCommands,
  [`${file}#sign-in`]: signIn,
  [`${file}#make-key`]: makeKey,
  [`${file}#first-query`]: ask,
});

export const firstStepRunners: Runners<FirstSteps> = {
  async 'README.md#printed'({ text }, { said, origin }) {
    const printed = said().slice(said().indexOf('Latchkey is listening'));
    expect(printed.trim().replaceAll(origin, printedOrigin)).toMatch(patternOf(text));
  },
  ...steps('README.md'),
  'README.md#short-answer': compareAnswer,
  ...steps('start.md'),
  'start.md#first-answer': compareAnswer,
};
