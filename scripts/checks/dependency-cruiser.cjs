// Which room may import which. Run by `npm run arch`; each rule says what to do instead.
//
//   core <- db <- access <- resources <- features <- demo
//   access <- jobs: features declare their jobs by jobs/job, app.ts hands them to the schedule
//   resources <- graphql <- http <- rest <- mcp: a surface enters GraphQL by graphql/run-operation
//   telemetry/metrics uses core: the others tell it through core's Meter
//   telemetry/tracing uses core and db: the others tell it through core's Tracer
//   handbook uses nothing; http sends its pages
//   services.ts opens what works without a server, app.ts the server on top of it; they and process/ see all
//
// No two folders import each other, at any depth.
//
// (Version 17: 18 needs Node 22. It reads TypeScript through the compiler's JavaScript API, hence TypeScript 6.)

/**
 * A room may import only the listed rooms of src, and itself.
 * @param {string} name
 * @param {string[]} allowed
 * @param {string} instead What to do instead of the forbidden import.
 */
const room = (name, allowed, instead) => ({
  name: `${name}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  comment: instead,
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: `^src/(${[name, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment:
        'Two files that need each other are one job, or hide a third file: move what both need into it. Between ' +
        'features, the one that KNOWS the other adds the link (an edge), and the other stays unaware of it.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-folder-cycles',
      severity: 'error',
      scope: 'folder',
      comment:
        'Two folders that need each other are one room, or hide a third: move what both need into a folder below both.',
      from: {},
      to: { circular: true },
    },
    room(
      'telemetry/metrics',
      ['core'],
      'metrics counts what it is told. Let the room tell it through a Meter of core.',
    ),
    room(
      'telemetry/tracing',
      ['core', 'db'],
      'tracing follows a request by what it is told. Let the room tell it through a RequestTrace of core.',
    ),
    {
      name: 'open-telemetry-on-demand',
      severity: 'error',
      comment:
        'Its packages cost time and memory, which only those shall pay who set OTEL_EXPORTER_OTLP_ENDPOINT: import ' +
        'src/telemetry/tracing/open-telemetry.ts dynamically where it is wanted. Types come from src/core/tracer.ts.',
      from: {
        path: '^src/',
        pathNot: '^src/telemetry/tracing/(open-telemetry|request-trace|log-outage-once|traceparent)\\.ts$',
      },
      to: {
        path: '(^src/telemetry/tracing/(open-telemetry|request-trace|log-outage-once|traceparent)\\.ts$|node_modules/@opentelemetry/)',
        dependencyTypesNot: ['dynamic-import'],
      },
    },
    {
      name: 'only-traces-follow-promises',
      severity: 'error',
      comment:
        'An AsyncLocalStorage makes each promise of each request dearer (on Node 20 by 10 to 15 % of a small one). What ' +
        'is known of a request goes from hand to hand: as facts.scope, contextValue.scope or scopeOf(request).',
      from: { path: '^src/', pathNot: '^src/telemetry/tracing/current-trace\\.ts$' },
      to: { path: '^(node:)?async_hooks$' },
    },
    room(
      'handbook',
      [],
      'handbook holds Markdown and reads what the build made of it. What needs the sources is in scripts/handbook/.',
    ),
    room('core', [], 'core holds words that all rooms share. Move what needs another room into that room.'),
    room(
      'db',
      ['core'],
      'db stores rows and knows no feature, no principal and no schema. Pass in the tenant limits it needs, or put ' +
        'its type into core.',
    ),
    room(
      'access',
      ['core', 'db'],
      'access decides who may do what, for any schema it is given. Let the feature declare its rule in its manifest ' +
        'and receive the manifests as an argument.',
    ),
    room(
      'jobs',
      ['core', 'db', 'access'],
      'jobs runs what it is given and knows no feature. Let the feature declare the job in its manifest (Feature.jobs).',
    ),
    room(
      'resources',
      ['core', 'db', 'access', 'jobs'],
      'resources turns rows into connections, filters and edges for any feature. Make the difference a part of the ' +
        'declaration that the feature passes in.',
    ),
    room(
      'graphql',
      ['core', 'db', 'access', 'resources'],
      'graphql runs operations for every surface and knows none of them, and no feature: services.ts hands it the list. Let the ' +
        'surface give the answer its form; add what you need of a feature to its manifest.',
    ),
    room(
      'http',
      ['core', 'db', 'access', 'resources', 'graphql', 'handbook'],
      'http never names a feature. What it needs of GraphQL is behind graphql/run-operation.',
    ),
    room(
      'rest',
      ['core', 'access', 'resources', 'graphql', 'http'],
      'rest makes endpoints of stored operations and knows no feature: app.ts hands it the manifests. What it needs of a request ' +
        'comes through http/surface, and it enters GraphQL by graphql/run-operation.',
    ),
    room(
      'mcp',
      ['core', 'access', 'resources', 'graphql', 'http', 'rest'],
      'mcp makes tools of stored operations and knows no feature. It enters GraphQL by graphql/run-operation, and takes the words of ' +
        'its answers from rest.',
    ),
    {
      name: 'protocol-on-demand',
      severity: 'error',
      comment:
        'The library of MCP takes 200 ms and 25 MB, which only a server shall pay that an agent calls: import src/mcp/protocol.ts ' +
        'dynamically. Types may be imported.',
      from: { path: '^src/' },
      to: { path: '^src/mcp/protocol\\.ts$', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    room(
      'features',
      ['core', 'db', 'access', 'resources', 'jobs'],
      'A feature is served; it does not know how. What it needs of a request is in the context; what the server needs ' +
        'of it belongs into its manifest.',
    ),
    {
      name: 'jobs-are-declared',
      severity: 'error',
      comment:
        'A feature declares its jobs (src/jobs/job.ts) and starts none: app.ts hands them to the schedule.',
      from: { path: '^src/(resources|features)/' },
      to: { path: '^src/jobs/', pathNot: '^src/jobs/job\\.ts$' },
    },
    {
      name: 'features-meet-at-index',
      severity: 'error',
      comment:
        "A feature's inside is its own. Import from the other feature's index.ts, and add the name there if it is " +
        'something others may rely on.',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/[^/]+/', pathNot: ['^src/features/$1/', '^src/features/[^/]+/index\\.ts$'] },
    },
    {
      name: 'feature-list-sees-doors-only',
      severity: 'error',
      comment: 'src/features/index.ts is the list of features: one line per feature, from its index.ts.',
      from: { path: '^src/features/index\\.ts$' },
      to: { path: '^src/features/', pathNot: '^src/features/[^/]+/index\\.ts$' },
    },
    {
      name: 'features-do-not-import-the-list',
      severity: 'error',
      comment:
        'The list of all features is for services.ts and scripts. A feature names the one feature it needs.',
      from: { path: '^src/(features/[^/]+|demo)/' },
      to: { path: '^src/features/index\\.ts$' },
    },
    {
      name: 'demo-needs-no-server',
      severity: 'error',
      comment: 'Demo data is written through the same services as a mutation uses, without HTTP: call those.',
      from: { path: '^src/demo/' },
      to: { path: '^src/(graphql/|http/|rest/|process/|(app|services|main)\\.ts$)' },
    },
    {
      name: 'nobody-imports-demo',
      severity: 'error',
      comment:
        'Only process/serve.ts, scripts and tests fill a database with demo data; no room depends on it.',
      from: { path: '^src/[^/]+/', pathNot: '^src/(demo|process)/' },
      to: { path: '^src/demo/' },
    },
    {
      name: 'rooms-receive-settings',
      severity: 'error',
      comment:
        'src/config/ is for src/process/, services.ts, app.ts and scripts. Take the values a room needs as arguments, with a type of the ' +
        "room's own.",
      from: { path: '^src/', pathNot: '^src/(process/|config/|(app|services)\\.ts$)' },
      to: { path: '^src/config/' },
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      comment:
        'main.ts and process/serve.ts start the process when they are loaded. Import createApp from app.ts instead.',
      from: { pathNot: '^scripts/' },
      to: { path: '^src/(main|process/serve)\\.ts$' },
    },
    {
      name: 'typeorm-stays-in-db',
      severity: 'error',
      comment:
        'A feature (its *.resolver.ts above all) never touches a connection: every read and write goes through the ' +
        'tenant layer in src/db, which adds workspace and venue limits. Declare tables with what src/db exports.',
      from: { path: '^src/(core|jobs|resources|graphql|http|rest|features|demo)/' },
      to: { path: 'node_modules/(typeorm|sqlite3|pg)/' },
    },
    {
      name: 'typeorm-comes-light',
      severity: 'error',
      comment:
        'Import classes of TypeORM from src/db/store/typeorm.ts (add the one you need there): the package itself loads all ' +
        'that it has. Types may come from the package.',
      from: { path: '^src/', pathNot: '^src/db/store/typeorm\\.ts$' },
      to: { path: 'node_modules/typeorm/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-needs-no-scripts-or-tests',
      severity: 'error',
      comment: 'Scripts and tests import the program, never the other way round. Move shared code into src.',
      from: { path: '^src/' },
      to: { path: '^(scripts|test)/' },
    },
    {
      name: 'production-code-needs-production-dependencies',
      severity: 'error',
      comment: 'The package is listed under devDependencies: move it to dependencies, or do without it.',
      from: { path: '^(src/|ormconfig\\.ts$)' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'type-only'],
      },
    },
    {
      name: 'no-unresolvable-import',
      severity: 'error',
      comment: 'The file or package does not exist. Relative imports end in .ts.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data|\\.cache)/' },
    // Imports of types count as well: the direction is about who knows whom.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
