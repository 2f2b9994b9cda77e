// Reads the files in which features declare their stored operations.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feature } from '../resources/feature.ts';
import type { OperationFile } from './parse-operations.ts';

/** From src/rest and from dist/src/rest. */
const folder = ['../..', '../../..']
  .map((up) => join(import.meta.dirname, up, 'schema/operations'))
  .find((path) => existsSync(path));

/** Throws when a file that a feature names is not there. */
export function readOperationFiles(
  features: readonly Pick<Feature, 'operations'>[],
): readonly OperationFile[] {
  return features.flatMap(({ operations = [] }) =>
    operations.map((tag) => {
      const file = `schema/operations/${tag}.graphql`;
      if (folder === undefined)
        throw new Error(`The folder schema/operations is missing beside dist/ or src/.`);
      return { tag, file, text: readFileSync(join(folder, `${tag}.graphql`), 'utf8') };
    }),
  );
}
