// The lint rules: few, each with its reason. What the compiler or the formatter already says is not repeated here.
// Run by `npm run lint`; all rules that need types share the one program of the top-level tsconfig.json.
import graphql from '@graphql-eslint/eslint-plugin';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const root = new URL('../../', import.meta.url).pathname;

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'coverage/', '.cache/'] },
  {
    // A comment that silences nothing any more is a false statement about the line below it.
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: ['tsconfig.json'], tsconfigRootDir: root },
    },
    rules: {
      // A promise nobody waits for fails unseen, or finishes after its transaction. Await it, return it, or write
      // `void promise` beside a comment that says why nobody needs its end.
      '@typescript-eslint/no-floating-promises': 'error',
      // The same fault in other clothes: an async function where its result is ignored, or `if (promise)`.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      // `await` on something that is no promise hides that a function is synchronous.
      '@typescript-eslint/await-thenable': 'error',
      // In a try block, `return promise` leaves before the promise fails, so the catch never sees it.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // `any` switches the compiler off for everything it touches. Write `unknown` at the edge and narrow it.
      '@typescript-eslint/no-explicit-any': 'error',
      // Only errors carry a stack and a cause; the error door expects nothing else.
      '@typescript-eslint/only-throw-error': 'error',
      // A new member of a union must be met everywhere that unions are taken apart.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A type import disappears when compiled: no accidental cycle at run time, and the reader sees what is a type.
      // (`typeof import('x')` stays allowed: it types what createRequire loads.)
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
    },
  },
  {
    files: ['**/*.{ts,js,mjs}'],
    rules: {
      // `==` converts, and null, undefined, 0 and '' mean different things to us. `x == null` stays readable.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // Anything that may be reassigned has to be followed; say `const` where it may not.
      'prefer-const': 'error',
      'no-var': 'error',
      // What is imported by a name can be found by that name; a default is called differently in every file.
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true } },
      ],
      // A file has one job. Over 250 lines it has two: split by job, not by length. Comments are free.
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      // 25 lines is usual; at 50 a reader has lost the beginning. Name the parts and call them.
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.{ts,js,mjs,cjs}'],
    plugins: { regexp },
    rules: {
      // Some texts keep such a pattern busy for minutes, and the whole process with it: one caller's header is enough.
      // `potential`: what a pattern is used for today is not looked at.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      // The same without backtracking: a search that begins anew at each character.
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: false }],
    },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'ormconfig.ts'],
    ignores: ['src/config/config.ts', 'test/**/support/**'],
    rules: {
      // Settings are parsed once, in src/config/config.ts, which reports all faults together. Take the value you need as an
      // argument. (Tests get theirs from a support/ folder.)
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message:
            'Settings come from src/config/config.ts, as arguments; tests take theirs from a support/ folder.',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:process', 'process'].map((name) => ({
            name,
            importNames: ['env', 'default'],
            message:
              'Settings come from src/config/config.ts, as arguments; tests take theirs from a support/ folder.',
          })),
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    // The Scheduler itself; a drain that lasts as long as the end of the server; sockets, which the store knows nothing of; the
    // terminal of a whole process.
    ignores: [
      'src/core/scheduler.ts',
      'src/http/server/drain.ts',
      'src/http/server/connections.ts',
      'src/process/exit.ts',
    ],
    rules: {
      // A timer that repeats on its own writes in the middle of tests that compare the whole store.
      'no-restricted-globals': [
        'error',
        {
          name: 'setInterval',
          message: 'Take a Scheduler (src/core/scheduler.ts), so that tests decide when a job runs.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    // The seam between the engines, the engines' own files, and the one setting that chooses between them.
    ignores: [
      'src/db/store/dialect.ts',
      'src/db/data-source.ts',
      'src/db/{sqlite,postgres}*',
      'src/db/{sqlite,postgres}/**',
    ],
    rules: {
      // A branch by engine is right for those that it names and silently wrong for the next one.
      'no-restricted-syntax': [
        'error',
        ...[
          'BinaryExpression[operator=/^[!=]==?$/] > Literal[value=/^(sqlite|postgres|postgresql)$/]',
          'SwitchCase > Literal[value=/^(sqlite|postgres|postgresql)$/]',
        ].map((selector) => ({
          selector,
          message:
            'Only src/db/store/dialect.ts knows which engine it is: give it what differs. (Migrations: onEngine.)',
        })),
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A test file lists the behaviours of one thing, and a `describe` spans all of them.
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['schema/**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: {
        graphQLConfig: {
          schema: `${root}schema/schema.graphql`,
          documents: `${root}schema/examples/*.graphql`,
        },
      },
    },
  },
  {
    files: ['schema/schema.graphql'],
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      // Pages, edges, payloads and figures are values without an identity; what has one implements Node, which has an id.
      '@graphql-eslint/strict-id-in-types': 'off',
    },
  },
  {
    files: ['schema/examples/*.graphql'],
    rules: graphql.configs['flat/operations-recommended'].rules,
  },
  {
    files: ['schema/examples/keys.graphql'],
    // Clients know its operations by their names, and one of them is GetApiKey.
    rules: { '@graphql-eslint/naming-convention': 'off' },
  },
  {
    // Tools and the TypeORM command line find these by their default export.
    files: ['scripts/checks/*.js', 'vitest.config.ts', 'ormconfig.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
