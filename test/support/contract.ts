// The operations that clients send, as the project keeps them under schema/examples/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, print, type DefinitionNode } from 'graphql';

const directory = join(import.meta.dirname, '../../schema/examples');
export const exampleFiles = [
  'dashboard.graphql',
  'data.graphql',
  'due-follow-ups.graphql',
  'inbox.graphql',
  'keys.graphql',
  'nightly-sync.graphql',
  'web-form-ingest.graphql',
] as const;

export function exampleDocument(file: (typeof exampleFiles)[number]): string {
  return readFileSync(join(directory, file), 'utf8');
}

function isNamed(name: string) {
  return (definition: DefinitionNode) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === name;
}

/** One operation by its name, as a document of its own. */
export function contractOperation(name: string): string {
  const definitions = exampleFiles.flatMap((file) => parse(exampleDocument(file)).definitions);
  const found = definitions.find(isNamed(name));
  if (!found) throw new Error(`There is no example operation "${name}".`);
  return print(found);
}
