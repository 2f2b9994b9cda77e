// Execution of decided operations: queries that come again are compiled by graphql-jit, everything else is run by
// graphql-js. Both answer the same; what the compiler would answer differently it is not given (compilable-operation.ts).
// Measured on two busy cores in November 2026, Dashboard at 32 connections: 1.33 times the requests, 0.76 of the CPU.
import { createRequire } from 'node:module';
import { execute, GraphQLError, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { OperationDefinitionNode, SourceLocation } from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { compilableOperationOf, writeOut, type CompilableOperation } from './compilable-operation.ts';
import { canSkipSerialization } from './skip-serialization.ts';

/** `always` and `never` are for tests and comparisons. */
export type CompiledExecution = 'auto' | 'always' | 'never';

/** A query that came this often will come again: compiling costs as much as running it a few times. */
const usesBeforeCompiling = 3;
/**
 * Selections of all compiled queries together, written out; measured, one takes about 0.7 KB, and its code when it
 * runs.
 */
const maxSelectionsKept = 10_000;
/** Of variables that do not fit. Each shows the whole value, with thousands of fields that do not exist: by default 50 of them. */
const maxCoercionErrors = 5;
/** The compiler's code writes an error for each item that does not fit: measured, 1.4 s for 60,000 of them. */
const maxListItems = 100;

export interface ExecutionRequest {
  readonly document: DocumentNode;
  /** None: the name asked for is not in the document. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: unknown;
}

type Run = CompiledQuery['query'];

/** A candidate with decided switches. */
interface Variant {
  uses: number;
  isGivenUp: boolean;
}

interface Kept {
  readonly candidate: CompilableOperation;
  readonly variants: Map<string, Variant>;
}

/** What graphql-js would have made of it: Apollo and the error door read more of an error than graphql-jit writes. */
function asGraphQLError({ message, path, originalError, locations }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path, originalError });
  const isSame = (a: SourceLocation) => (b: SourceLocation) => a.line === b.line && a.column === b.column;
  const distinct = locations?.filter((place, index) => locations.findIndex(isSame(place)) === index);
  return distinct?.length ? Object.assign(error, { locations: distinct }) : error;
}

function hasLongList(variables: Readonly<Record<string, unknown>>): boolean {
  return Object.values(variables).some((value) => Array.isArray(value) && value.length > maxListItems);
}

/** Null for values that are not Booleans: graphql-js says what is wrong with them. */
function switchValues(candidate: CompilableOperation, variables: Readonly<Record<string, unknown>>) {
  const values: Record<string, boolean> = {};
  for (const name of candidate.switches) {
    const value = variables[name];
    if (typeof value !== 'boolean') return null;
    values[name] = value;
  }
  return values;
}

/** Loaded with the first query that comes again, so that an idle server does without its megabytes. */
function loadCompiler(): typeof import('graphql-jit') {
  return createRequire(import.meta.url)('graphql-jit') as typeof import('graphql-jit');
}

function compile(schema: GraphQLSchema, candidate: CompilableOperation, values: Record<string, boolean>) {
  const plain = writeOut(candidate, values);
  if (!plain) return null;
  const { compileQuery, isCompiledQuery } = loadCompiler();
  const compiled = compileQuery(schema, plain.document, undefined, {
    disablingCapturingStackErrors: true,
    disableLeafSerialization: canSkipSerialization(schema, plain.document),
  });
  return isCompiledQuery(compiled) ? { run: compiled.query as Run, size: plain.size } : null;
}

/** Looks up or compiles; null = graphql-js runs it. */
function createCompiler(schema: GraphQLSchema, usesBefore: number) {
  // Kept as long as Apollo keeps the parsed document.
  const candidates = new WeakMap<OperationDefinitionNode, Kept | null>();
  const runs = new LRUCache<Variant, Run>({
    maxSize: maxSelectionsKept,
    // What was pushed out has to come as often again: otherwise too many queries at a time would compile each time.
    dispose: (_run, variant) => (variant.uses = 0),
  });

  const keptOf = (document: DocumentNode, operation: OperationDefinitionNode): Kept | null => {
    let kept = candidates.get(operation);
    if (kept === undefined) {
      const candidate = compilableOperationOf(schema, document, operation);
      kept = candidate && { candidate, variants: new Map() };
      candidates.set(operation, kept);
    }
    return kept;
  };

  const runOf = ({ candidate, variants }: Kept, values: Record<string, boolean>): Run | null => {
    const key = Object.values(values).join();
    const variant = variants.get(key) ?? { uses: 0, isGivenUp: false };
    variants.set(key, variant);
    const known = runs.get(variant);
    if (known || variant.isGivenUp) return known ?? null;
    variant.uses += 1;
    if (variant.uses < usesBefore) return null;
    const made = compile(schema, candidate, values);
    if (made) runs.set(variant, made.run, { size: made.size });
    else variant.isGivenUp = true;
    return made?.run ?? null;
  };
  return { keptOf, runOf };
}

/** Runs operations of one schema. Does NOT decide about access, and does NOT format errors. */
export function createExecutor(schema: GraphQLSchema, mode: CompiledExecution) {
  const compiler = createCompiler(schema, mode === 'always' ? 1 : usesBeforeCompiling);

  const runCompiled = async ({ document, operation, variables, context }: ExecutionRequest) => {
    const kept = operation && mode !== 'never' ? compiler.keptOf(document, operation) : null;
    if (!kept || hasLongList(variables)) return null;
    const given = { ...kept.candidate.defaults, ...variables };
    const values = switchValues(kept.candidate, given);
    const run = values && compiler.runOf(kept, values);
    const result = await run?.(undefined, context, given);
    // Without data no resolver has run: the variables did not fit, and graphql-js says better why.
    if (!result || result.data === undefined) return null;
    const errors = result.errors?.map(asGraphQLError);
    return errors ? { data: result.data, errors } : { data: result.data };
  };

  return async (request: ExecutionRequest): Promise<ExecutionResult> => {
    const { document, operationName, variables: variableValues, context: contextValue } = request;
    const compiled = await runCompiled(request);
    if (compiled) return compiled;
    const options = { maxCoercionErrors };
    const result = await execute({ schema, document, operationName, variableValues, contextValue, options });
    // Past them graphql-js adds an error of its own without a place in the document, which would pass for a fault of ours.
    return result.data === undefined && result.errors
      ? { errors: result.errors.slice(0, maxCoercionErrors) }
      : result;
  };
}
