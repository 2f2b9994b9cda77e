// The operations that clients send, as the project keeps them under schema/examples/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, print, type OperationDefinitionNode } from 'graphql';

const directory = join(import.meta.dirname, '../../schema/examples');
export const exampleFiles = readdirSync(directory).sort();

export function exampleDocument(file: string): string {
  return readFileSync(join(directory, file), 'utf8');
}

export function operationsOf(file: string): OperationDefinitionNode[] {
  return parse(exampleDocument(file)).definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
}

/** The operations of one file, or of all. */
export function exampleNames(file?: string): string[] {
  const files = file === undefined ? exampleFiles : [file];
  return files.flatMap(operationsOf).map((operation) => operation.name?.value ?? 'without a name');
}

/** One operation by its name, as a document of its own. */
export function contractOperation(name: string): string {
  const found = exampleFiles.flatMap(operationsOf).find((operation) => operation.name?.value === name);
  if (!found) throw new Error(`There is no example operation "${name}".`);
  return print(found);
}
