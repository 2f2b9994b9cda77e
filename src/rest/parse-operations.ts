// Files of stored operations -> StoredOperation. Every fault of every file is found at once, before the server starts.
import {
  GraphQLSchema,
  Kind,
  parse,
  print,
  Source,
  specifiedDirectives,
  validate,
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { assertLightDocument, type AccessExplainer, type AccessReport } from '../access/policy/index.ts';
import { ApiError } from '../core/errors.ts';
import {
  commentAbove,
  documentOf,
  filled,
  hasNothingLeft,
  narrowed,
  partsOf,
  withScopes,
} from './parse/documents.ts';
import { OperationFault } from './parse/fault.ts';
import { doublesIn, placeOf, restDirective } from './parse/place.ts';
import { faultsOfShape, shapeOf } from './parse/shape.ts';
import { variablesOf } from './parse/variables.ts';
import type { StoredDocument, StoredOperation } from './stored-operation.ts';

export interface OperationFile {
  /** Its name without an ending. */
  readonly tag: string;
  /** For messages. */
  readonly file: string;
  readonly text: string;
}

interface Tools {
  readonly schema: GraphQLSchema;
  readonly explainer: Pick<AccessExplainer, 'explainValid'>;
}

/** Thrown at boot; lists every fault at once. */
export class StoredOperationsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The stored operations are not right:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = 'StoredOperationsError';
  }
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const sorted = (scopes: Iterable<string>) => [...new Set(scopes)].sort();
const listed = (scopes: readonly string[]) => `[${scopes.join(', ')}]`;

function explained(document: DocumentNode, { explainer }: Tools): AccessReport {
  const report = explainer.explainValid(document);
  if (report.fields.some(({ requiredScopes }) => requiredScopes.length > 1))
    throw new OperationFault('uses a field with several sets of scopes; a stored operation needs one');
  return report;
}

/** Parsed anew: the gate keeps a plan for each operation's node, and documents made of one share nodes. */
function storedDocument(document: DocumentNode, scopes: readonly string[]): StoredDocument {
  const text = print(document);
  return { text, parsed: parse(text), requiredScopes: sorted(scopes) };
}

/** Its scopes are those that it was declared with: of the whole, of what everyone gets, and of each part. */
function assertScopes(source: DocumentNode, declared: readonly string[], tools: Tools): void {
  const parts = partsOf(source);
  const assertFits = (held: readonly string[], isExact: boolean) => {
    const expected = sorted([...declared, ...held]);
    const document = narrowed(source, (scope) => held.includes(scope));
    if (hasNothingLeft(document)) return;
    const found = sorted(explained(document, tools).requiredScopes);
    const fits = isExact
      ? listed(expected) === listed(found)
      : found.every((scope) => expected.includes(scope));
    if (!fits)
      throw new OperationFault(
        `declares the scopes ${listed(expected)}, and its document needs ${listed(found)}`,
      );
  };
  assertFits([], true);
  assertFits(parts.flat(), true);
  // One part may lie within another, and is not there without it.
  if (parts.length > 1) for (const part of parts) assertFits(part, false);
}

/** Each narrower document is made once, when the first caller needs it. */
function documentsFor(source: DocumentNode, whole: StoredDocument, base: readonly string[]) {
  const made = new Map<string, StoredDocument>();
  return (held: ReadonlySet<string>): StoredDocument => {
    const scopes = whole.requiredScopes.filter((scope) => held.has(scope));
    if (whole.requiredScopes.every((scope) => held.has(scope) || base.includes(scope))) return whole;
    const known = made.get(scopes.join());
    if (known) return known;
    const narrow = narrowed(source, (scope) => held.has(scope));
    // Nothing may be answered: the whole document is refused, with all that is missing.
    if (hasNothingLeft(narrow)) return whole;
    const document = storedDocument(narrow, [...base, ...scopes]);
    made.set(scopes.join(), document);
    return document;
  };
}

function leastOf(source: DocumentNode): StoredOperation['least'] {
  const parts = partsOf(source);
  if (parts.length === 0) return null;
  const least = narrowed(source, () => false);
  return { document: parse(print(filled(least))), openedBy: hasNothingLeft(least) ? parts : [] };
}

function toOperation(
  node: OperationDefinitionNode,
  fragments: Fragments,
  { tag }: OperationFile,
  tools: Tools,
): StoredOperation {
  const placed = placeOf(node);
  const { method, path, status } = placed;
  const [summary = '', ...rest] = commentAbove(node);
  if (summary === '') throw new OperationFault('has no comment above it, which is its summary');
  const source = documentOf(node, fragments);
  const whole = narrowed(source, () => true);
  assertLightDocument(whole, null);
  const report = explained(whole, tools);
  const document = storedDocument(whole, report.requiredScopes);
  assertScopes(source, placed.scopes, tools);
  const [fault] = faultsOfShape(node, document.parsed);
  if (fault !== undefined) throw new OperationFault(fault);
  const requiredScopes = sorted(placed.scopes);
  return {
    ...{ name: node.name!.value, tag, kind: node.operation as StoredOperation['kind'] },
    ...{ summary, description: rest.join(' '), method, path, status: status as 200 | 201 },
    ...{
      requiredScopes,
      document,
      parts: partsOf(source),
      source,
      shape: shapeOf(tools.schema, node, document.parsed),
    },
    documentFor: documentsFor(source, document, requiredScopes),
    least: leastOf(source),
    variables: variablesOf(tools.schema, document.parsed, { method, path, report, requiredScopes }),
  };
}

/** Rethrows what is no fault of the operation. */
function faultIn(error: unknown): string {
  if (error instanceof OperationFault) return error.message;
  if (error instanceof ApiError) return `is over the limits of a request: ${error.message}`;
  throw error;
}

function parseFile(file: OperationFile, faults: string[]) {
  try {
    return [{ file, document: parse(new Source(file.text, file.file)) }];
  } catch (error) {
    faults.push(`${file.file}: ${(error as Error).message}`);
    return [];
  }
}

/** By name, of all files: a fragment that two features use stands once. */
function fragmentsIn(nodes: readonly DefinitionNode[]): Fragments {
  const fragments = nodes.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((node) => [node.name.value, node]));
}

const directives = [...specifiedDirectives, restDirective, withScopes];

/** All files as one document: each fragment is looked at once. */
function invalidIn(schema: GraphQLSchema, definitions: readonly DefinitionNode[]): string[] {
  const extended = new GraphQLSchema({ ...schema.toConfig(), directives });
  const errors = validate(extended, { kind: Kind.DOCUMENT, definitions });
  return errors.map(
    ({ message, source, locations }) => `${source?.name}:${locations?.[0]?.line}: ${message}`,
  );
}

function operationsIn(
  { file, document }: { readonly file: OperationFile; readonly document: DocumentNode },
  fragments: Fragments,
  tools: Tools,
  faults: string[],
): StoredOperation[] {
  return document.definitions.flatMap((node): StoredOperation[] => {
    if (node.kind !== Kind.OPERATION_DEFINITION) return [];
    try {
      return [toOperation(node, fragments, file, tools)];
    } catch (error) {
      faults.push(`${file.file}: ${node.name?.value ?? 'an operation'} ${faultIn(error)}.`);
      return [];
    }
  });
}

/** Throws StoredOperationsError. The operations come in the order of the files. */
export function parseOperations(files: readonly OperationFile[], tools: Tools): readonly StoredOperation[] {
  const faults: string[] = [];
  const parsed = files.flatMap((file) => parseFile(file, faults));
  const definitions = parsed.flatMap(({ document }) => document.definitions);
  faults.push(...invalidIn(tools.schema, definitions));
  // Only what is valid can be planned.
  if (faults.length > 0) throw new StoredOperationsError(faults);
  const fragments = fragmentsIn(definitions);
  const operations = parsed.flatMap((file) => operationsIn(file, fragments, tools, faults));
  faults.push(...doublesIn(operations));
  if (faults.length > 0) throw new StoredOperationsError(faults);
  return operations;
}
