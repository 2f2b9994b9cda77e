// Dead files, exports and dependencies. Run by `npm run knip`; an entry is what something outside the code starts.
/** @type {import('knip').KnipConfig} */
export default {
  entry: [
    ...[
      'src/main.ts',
      // Loaded by main.ts.
      'src/process/serve.ts',
      'src/process/cluster.ts',
      'scripts/*.{ts,mjs}',
      'scripts/checks/*.{js,cjs}',
      'test/**/*.ts',
      'ormconfig.ts',
    ],
    // Started as processes of their own.
    ...[
      'scripts/bench/load-worker.ts',
      'scripts/bench/servers/usage-probe.ts',
      'scripts/hostile/probe.ts',
      'scripts/bench/servers/open.ts',
      // Read as texts by new-feature.ts.
      'scripts/new-feature/template/*.ts',
      // Run by the build.
      'scripts/handbook/build.ts',
    ],
    'scripts/bench/servers/*/server.ts',
  ],
  project: ['src/**/*.ts', 'scripts/**/*.{ts,mjs,js,cjs}', 'test/**/*.ts', '*.ts'],
  // The system's own.
  ignoreBinaries: ['taskset', 'pg_dump', 'mkfifo'],
  // Imported by programs that a test writes into a file and runs: one of the handbook, and the client made of openapi.json.
  // The files of Swagger UI are found by name, and Redocly's command is started by `env`.
  ignoreDependencies: ['@tanstack/query-core', 'openapi-fetch', 'swagger-ui-dist', '@redocly/cli'],
  // The type of an exported function's argument or result is part of its contract, named elsewhere or not.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // The values of a GraphQL enum are used by callers, not by us.
  exclude: ['enumMembers'],
};
