// A client whose types are made of schema/openapi.json: it compiles, its mistakes do not, and it talks to a real server.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';

const root = join(import.meta.dirname, '../../..');

const program = `
import createClient from 'openapi-fetch';
import type { paths } from './api.ts';

export async function use(baseUrl: string, key: string): Promise<string[]> {
  const client = createClient<paths>({ baseUrl, headers: { Authorization: 'Bearer ' + key } });
  const made = await client.POST('/customers', { body: { name: 'Ada', tags: ['a'], city: null } });
  const id: string = made.data?.data.id ?? '';
  const one = await client.GET('/customers/{id}', { params: { path: { id } } });
  const city: string | null | undefined = one.data?.data.city;
  await client.PATCH('/customers/{id}', { params: { path: { id } }, body: { city: 'London' } });
  const list = await client.GET('/customers', { params: { query: { limit: 5, search: 'Ada' } } });
  const refused = await client.GET('/venues', {});
  const missing: readonly string[] = refused.error && 'missing' in refused.error ? (refused.error.missing ?? []) : [];
  // A list is also answered as text, where Accept asks for it.
  const rows = typeof list.data === 'string' ? [] : (list.data?.data ?? []);
  const names: string[] = rows.map(({ name }) => name);
  return [String(city), ...names, ...missing];
}
`;
const mistakes = `
import createClient from 'openapi-fetch';
import type { paths } from './api.ts';
const client = createClient<paths>({ baseUrl: '' });
export const limit = client.GET('/customers', { params: { query: { limit: 'five' } } });
export const nameless = client.POST('/customers', { body: {} });
export const nowhere = client.GET('/nowhere');
export const pathless = client.GET('/customers/{id}', {});
`;

describe('A client of openapi-fetch', () => {
  let folder: string;
  beforeAll(async () => {
    mkdirSync(join(root, '.cache'), { recursive: true });
    folder = mkdtempSync(join(root, '.cache', 'openapi-client-'));
    const types = astToString(await openapiTS(new URL(`file://${root}/schema/openapi.json`)));
    const files = {
      'api.ts': types,
      'use.ts': program,
      'mistakes.ts': mistakes,
      'package.json': '{"type":"module"}',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const faultsIn = (name: string) => {
    const compiled = ts.createProgram([join(folder, name)], {
      ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: [] },
      ...{
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.NodeNext,
        lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      },
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    });
    return ts.getPreEmitDiagnostics(compiled).map(({ file, start, messageText }) => {
      const line = file ? file.getLineAndCharacterOfPosition(start ?? 0).line + 1 : 0;
      return { line, text: ts.flattenDiagnosticMessageText(messageText, ' ') };
    });
  };

  it('compiles, and each of its mistakes is found', () => {
    expect(faultsIn('use.ts')).toEqual([]);
    expect(faultsIn('mistakes.ts').map(({ line }) => line)).toEqual([5, 6, 7, 8]);
  });

  describeEachEngine('and a real server', (engine) => {
    let house: TestHouse;
    beforeAll(async () => {
      house = await openTestHouse(engine);
    });
    afterAll(() => house.close());

    it('read and write', async () => {
      const { outputText } = ts.transpileModule(program, {
        compilerOptions: { module: ts.ModuleKind.ESNext },
      });
      writeFileSync(join(folder, 'use.mjs'), outputText);
      const { use } = (await import(join(folder, 'use.mjs'))) as {
        use(baseUrl: string, key: string): Promise<string[]>;
      };
      const workspace = await house.workspace();
      const { secret } = await workspace.key('read:customers', 'write:customers');
      const { url } = await house.app.http.listen('127.0.0.1', 0);
      expect(await use(`${url}/api/v1`, secret)).toEqual(['null', 'Ada', 'read:venues']);
    });
  });
});
