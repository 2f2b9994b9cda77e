// Programs of the clients page, run as modules of their own against a served workspace.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transpileModule } from 'typescript';
import type { Served } from '../clients/support/served.ts';
import { root } from '../support/processes/shell.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** Inside the project, where the packages are found. */
export function projectFolder(): { readonly path: string; remove(): void } {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const path = mkdtempSync(join(root, '.cache', 'handbook-'));
  writeFileSync(join(path, 'package.json'), '{"type":"module"}');
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** What the program prints, with the server and a key that may read customers, but no inquiries. */
export async function printedBy(
  text: string,
  { url, partial }: Pick<Served, 'url' | 'partial'>,
): Promise<string> {
  const folder = projectFolder();
  try {
    const filled = text
      .replaceAll('http://127.0.0.1:4000/graphql', url)
      .replaceAll('http://127.0.0.1:4000', new URL(url).origin)
      .replaceAll('Bearer <your key>', partial);
    writeFileSync(join(folder.path, 'program.js'), filled);
    const { stdout } = await run(process.execPath, [join(folder.path, 'program.js')]);
    return stdout.trim();
  } finally {
    folder.remove();
  }
}

/** Runs the program in this process, where its requests are seen. Rejects when it fails. */
export async function importProgram(text: string, url: string, authorization: string): Promise<void> {
  const folder = projectFolder();
  try {
    const filled = text
      .replaceAll('http://127.0.0.1:4000/graphql', url)
      .replaceAll('Bearer <your key>', authorization)
      .replaceAll('console.log(', 'Array.of(');
    writeFileSync(join(folder.path, 'program.js'), filled);
    await import(pathToFileURL(join(folder.path, 'program.js')).href);
  } finally {
    folder.remove();
  }
}

/** What the compiler says of these files; '' when nothing. `plugins`: of the language server. */
export async function compile(
  files: Readonly<Record<string, string>>,
  before: (folder: string) => Promise<void> = async () => undefined,
): Promise<string> {
  const folder = projectFolder();
  try {
    const plugin = {
      ...{ name: 'gql.tada/ts-plugin', schema: join(root, 'schema/schema.graphql') },
      tadaOutputLocation: './graphql-env.d.ts',
    };
    const compilerOptions = {
      ...{ target: 'es2022', module: 'esnext', moduleResolution: 'bundler', strict: true, noEmit: true },
      ...{ skipLibCheck: true, types: [], allowImportingTsExtensions: true, plugins: [plugin] },
    };
    writeFileSync(
      join(folder.path, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['**/*.ts'] }),
    );
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder.path, name)), { recursive: true });
      writeFileSync(join(folder.path, name), text);
    }
    await before(folder.path);
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [compiler, '--project', folder.path]).catch(
      (failed: { stdout?: string }) => ({ stdout: failed.stdout ?? String(failed) }),
    );
    return stdout;
  } finally {
    folder.remove();
  }
}

/** As `npx gql.tada generate-output`. */
export async function generateTada(folder: string): Promise<void> {
  const cli = join(dirname(require.resolve('gql.tada/package.json')), 'bin/cli.js');
  await run(process.execPath, [cli, 'generate-output'], { cwd: folder });
}

interface CodegenConfig {
  readonly schema: string;
  readonly documents: readonly string[];
  readonly generates: Readonly<
    Record<string, { readonly preset: string; readonly config: Record<string, unknown> }>
  >;
}

/** The configuration that a block exports by default; its type alone is of the command line's package, which is not here. */
export async function configIn(text: string): Promise<CodegenConfig> {
  const { outputText } = transpileModule(text, { compilerOptions: { module: 99, target: 99 } });
  const loaded = (await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as {
    default: CodegenConfig;
  };
  return loaded.default;
}

/** What graphql-codegen makes of a configuration and of documents in code: path -> text. */
export async function generated(config: CodegenConfig, documents: Readonly<Record<string, string>>) {
  const { codegen } = await import('@graphql-codegen/core');
  const { preset } = await import('@graphql-codegen/client-preset');
  const { buildASTSchema, parse } = await import('graphql');
  const [[baseOutputDir, { config: options }] = ['', { config: {} }]] = Object.entries(config.generates);
  const schema = parse(readFileSync(join(root, config.schema), 'utf8'));
  const sources = Object.entries(documents).map(([location, text]) => {
    const [, rawSDL = ''] = /graphql\(`([^`]*)`\)/.exec(text) ?? [];
    return { location, rawSDL, document: parse(rawSDL) };
  });
  const sections = await preset.buildGeneratesSection({
    ...{ baseOutputDir, schema, schemaAst: buildASTSchema(schema), documents: sources, config: options },
    ...{ presetConfig: {}, plugins: [], pluginMap: {}, profiler: undefined },
  } as unknown as Parameters<typeof preset.buildGeneratesSection>[0]);
  const files = await Promise.all(
    sections.map(async (section) => [section.filename, await codegen(section)] as const),
  );
  return Object.fromEntries(files);
}
