// Files of stored operations -> StoredOperation. Every fault of every file is found at once, before the server starts.
import {
  getDirectiveValues,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  DirectiveLocation,
  GraphQLError,
  Kind,
  parse,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { AccessExplainer, AccessReport } from '../access/policy/index.ts';
import { bareOf, commentAbove, documentOf, textOf } from './parse/documents.ts';
import { OperationFault } from './parse/fault.ts';
import { faultsOfShape, shapeOf } from './parse/shape.ts';
import { variablesOf } from './parse/variables.ts';
import {
  allowedMethods,
  type RestMethod,
  type StoredDocument,
  type StoredOperation,
} from './stored-operation.ts';

export interface OperationFile {
  readonly feature: string;
  /** For messages. */
  readonly file: string;
  readonly text: string;
}

interface Tools {
  readonly schema: GraphQLSchema;
  readonly explainer: Pick<AccessExplainer, 'explain'>;
}

/** Thrown at boot; lists every fault at once. */
export class StoredOperationsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The stored operations are not right:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = 'StoredOperationsError';
  }
}

const scopeList = new GraphQLList(new GraphQLNonNull(GraphQLString));

/** No part of the schema that is served: it says where an operation is served, and is taken off before it runs. */
const restDirective = new GraphQLDirective({
  name: 'rest',
  locations: [DirectiveLocation.QUERY, DirectiveLocation.MUTATION],
  args: {
    method: {
      type: new GraphQLNonNull(
        new GraphQLEnumType({
          name: 'RestMethod',
          values: Object.fromEntries(allowedMethods.map((method) => [method, { value: method }])),
        }),
      ),
    },
    path: { type: new GraphQLNonNull(GraphQLString) },
    status: { type: GraphQLInt, defaultValue: 200 },
    // What a call needs.
    scopes: { type: new GraphQLNonNull(scopeList) },
    // What the whole answer of a write needs besides; without it ids alone are answered.
    answer: { type: scopeList, defaultValue: [] },
  },
});

interface Placed {
  readonly method: RestMethod;
  readonly path: string;
  readonly status: number;
  readonly scopes: readonly string[];
  readonly answer: readonly string[];
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function placeOf(node: OperationDefinitionNode): Placed {
  const placed = getDirectiveValues(restDirective, node) as Placed | undefined;
  if (!placed) throw new OperationFault('has no @rest(method, path, scopes)');
  if (placed.status !== 200 && placed.status !== 201)
    throw new OperationFault('has another status than 200 or 201');
  if (!/^(\/([a-z][a-z-]*|\{[a-z][a-z0-9_]*\}))+$/.test(placed.path))
    throw new OperationFault(
      `has the path ${placed.path}, which is none of lower-case words and {variables}`,
    );
  return placed;
}

const sorted = (scopes: Iterable<string>) => [...new Set(scopes)].sort();
const listed = (scopes: readonly string[]) => `[${scopes.join(', ')}]`;

function explained(
  document: DocumentNode,
  { schema, explainer }: Tools,
): StoredDocument & { report: AccessReport } {
  const { text, parsed } = textOf(document);
  const report = explainer.explain({ document: text, operationName: null }, new Set(), schema);
  if (report.fields.some(({ requiredScopes }) => requiredScopes.length > 1))
    throw new OperationFault('uses a field with several sets of scopes; a stored operation needs one');
  return { text, parsed, requiredScopes: sorted(report.requiredScopes), report };
}

function assertScopes(what: string, declared: readonly string[], found: readonly string[]): void {
  if (listed(sorted(declared)) === listed(found)) return;
  throw new OperationFault(
    `declares ${what} ${listed(sorted(declared))}, and its document needs ${listed(found)}`,
  );
}

function storedDocument({ text, parsed, requiredScopes }: StoredDocument): StoredDocument {
  return { text, parsed, requiredScopes };
}

function toOperation(
  node: OperationDefinitionNode,
  fragments: Fragments,
  { feature }: OperationFile,
  tools: Tools,
): StoredOperation {
  const { method, path, status, scopes, answer } = placeOf(node);
  if (!node.name) throw new OperationFault('has no name');
  const [summary = '', ...rest] = commentAbove(node);
  if (summary === '') throw new OperationFault('has no comment above it, which is its summary');
  if (node.operation === 'subscription') throw new OperationFault('is a subscription');
  if ((node.operation === 'query') !== (method === 'GET'))
    throw new OperationFault(`is a ${node.operation} at ${method}`);
  const whole = explained(documentOf(node, fragments), tools);
  const lean = bareOf(node);
  const bare = lean && explained(documentOf(lean, fragments), tools);
  const needed = (bare ?? whole).requiredScopes;
  assertScopes('the scopes', scopes, needed);
  assertScopes(
    'for its answer the scopes',
    answer,
    whole.requiredScopes.filter((scope) => !needed.includes(scope)),
  );
  const shape = shapeOf(node);
  const [fault] = faultsOfShape(node, whole.parsed);
  if (fault !== undefined) throw new OperationFault(fault);
  return {
    ...{ name: node.name.value, feature, kind: node.operation, summary, description: rest.join(' ') },
    ...{ method, path, status: status as 200 | 201, requiredScopes: needed, shape },
    document: storedDocument(whole),
    bare: bare && answer.length > 0 ? storedDocument(bare) : null,
    variables: variablesOf(tools.schema, whole.parsed, { method, path, report: whole.report }),
  };
}

/** Rethrows what is no fault of the operation. */
function faultIn(error: unknown): string {
  if (error instanceof OperationFault) return error.message;
  if (error instanceof GraphQLError) return `is not valid: ${error.message}`;
  throw error;
}

function parseFile({ file, text }: OperationFile, faults: string[]): DocumentNode | null {
  try {
    return parse(text);
  } catch (error) {
    faults.push(`${file}: ${(error as Error).message}`);
    return null;
  }
}

/** By name, of all files: a fragment that two features use stands once. */
function fragmentsIn(documents: readonly DocumentNode[]): Fragments {
  const nodes = documents.flatMap(({ definitions }) => definitions);
  const fragments = nodes.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((node) => [node.name.value, node]));
}

/** `/customers/{id}` and `/customers/{customer_id}` are the same path to a caller. */
const sharedPath = (path: string) => path.replaceAll(/\{\w+\}/g, '{}');

function doublesIn(operations: readonly StoredOperation[]): string[] {
  const known = new Map<string, string>();
  return operations.flatMap(({ name, method, path }) => {
    const keys = [`the name ${name}`, `${method} ${sharedPath(path)}`];
    return keys.flatMap((key) => {
      const other = known.get(key);
      known.set(key, name);
      return other === undefined ? [] : [`${name} and ${other} share ${key}.`];
    });
  });
}

/** Throws StoredOperationsError. The operations come in the order of the files. */
export function parseOperations(files: readonly OperationFile[], tools: Tools): readonly StoredOperation[] {
  const faults: string[] = [];
  const parsed = files.map((file) => ({ file, document: parseFile(file, faults) }));
  const fragments = fragmentsIn(parsed.flatMap(({ document }) => document ?? []));
  const operations = parsed.flatMap(({ file, document }) =>
    (document?.definitions ?? []).flatMap((node): StoredOperation[] => {
      if (node.kind !== Kind.OPERATION_DEFINITION) return [];
      try {
        return [toOperation(node, fragments, file, tools)];
      } catch (error) {
        faults.push(`${file.file}: ${node.name?.value ?? 'an operation'} ${faultIn(error)}.`);
        return [];
      }
    }),
  );
  faults.push(...doublesIn(operations));
  if (faults.length > 0) throw new StoredOperationsError(faults);
  return operations;
}
