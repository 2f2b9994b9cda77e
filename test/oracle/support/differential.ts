// The differential run: draws operations and callers, lets the server and the oracle answer, and counts.
import { parse, validate, type DocumentNode } from 'graphql';
import type { Principal } from '../../../src/core/principal.ts';
import { ApiError } from '../../../src/core/errors.ts';
import { CallerWriter, type Identities } from './callers.ts';
import { compareMutation, compareQuery } from './compare.ts';
import type { Sides } from './dense-house.ts';
import { drawn, sampled } from './draw.ts';
import { runEnforced } from './enforced.ts';
import {
  drawOperation,
  type DrawnOperation,
  type OperationKind,
  type OperationOptions,
} from './operations.ts';
import type { OracleRequest, Outcome } from './outcome.ts';
import { coordinatesOf, usesOf } from './uses.ts';
import type { ValuePool } from './values.ts';

export interface Disagreement {
  readonly where: 'dense rows' | 'store';
  readonly differences: readonly string[];
  readonly operation: DrawnOperation;
  readonly principal: Principal;
}

export interface Figures {
  pairs: number;
  operations: number;
  mutations: number;
  /** Pairs that the server refused to measure: nothing is compared. */
  tooExpensive: number;
  /** Pairs by what the oracle said. */
  allowed: number;
  denied: number;
  partly: number;
  /** Pairs whose data came from the store as well. */
  onStore: number;
  /** Pairs whose data from the store is nested five names deep or more. */
  deep: number;
  /** Kinds of selections, by the number of documents that hold them. */
  readonly uses: Record<string, number>;
  readonly coordinates: Set<string>;
  readonly invalid: string[];
  readonly disagreements: Disagreement[];
}

export interface DifferentialOptions {
  readonly dense: Sides;
  /** The same operations on real rows; absent = dense rows alone. */
  readonly store?: Sides;
  readonly pool: ValuePool;
  readonly identities: Identities;
  readonly dataScopes: readonly string[];
  readonly drawing?: OperationOptions;
}

const callersPerOperation = 4;
const keptDisagreements = 200;

export interface Drawn {
  readonly operation: DrawnOperation;
  readonly document: DocumentNode;
  readonly principals: readonly Principal[];
}

const failed = (error: Error) => `the server did not answer: ${error.message}`;

function depthOf(data: unknown): number {
  if (Array.isArray(data)) return Math.max(0, ...data.map(depthOf));
  if (data === null || typeof data !== 'object') return 0;
  return 1 + Math.max(0, ...Object.values(data).map(depthOf));
}

export function newFigures(): Figures {
  const counts = {
    pairs: 0,
    operations: 0,
    mutations: 0,
    allowed: 0,
    denied: 0,
    partly: 0,
    onStore: 0,
    deep: 0,
    tooExpensive: 0,
  };
  return { ...counts, uses: {}, coordinates: new Set(), invalid: [], disagreements: [] };
}

export class Differential {
  private readonly callers: CallerWriter;

  constructor(private readonly options: DifferentialOptions) {
    const { dense, identities, dataScopes } = options;
    const { schema, policy } = dense;
    this.callers = new CallerWriter({ schema, policy, identities, dataScopes });
  }

  /** At least so many pairs of an operation and a caller; fewer when `enough` disagreements are found before. */
  async run(pairs: number, seed: number, enough = Infinity): Promise<Figures> {
    const figures = newFigures();
    for (const drawn of this.operations(pairs, seed)) {
      figures.operations += 1;
      if (!this.isValid(drawn, figures)) continue;
      this.countUses(drawn.document, figures);
      for (const principal of drawn.principals) {
        figures.pairs += 1;
        await this.compare(drawn, principal, figures);
      }
      if (figures.disagreements.length >= enough) break;
    }
    return figures;
  }

  /** The operations of a run, each with its callers. */
  operations(pairs: number, seed: number): Generator<Drawn> {
    return sampled(this.arbitrary(), seed, Math.ceil(pairs / callersPerOperation));
  }

  private async compare(drawn: Drawn, principal: Principal, figures: Figures): Promise<void> {
    const { operation, document } = drawn;
    const { operationName, variables, type } = operation;
    const request: OracleRequest = { document, operationName, variables };
    const { dense, store } = this.options;
    const note = (where: Disagreement['where'], differences: readonly string[]) => {
      if (differences.length > 0 && figures.disagreements.length < keptDisagreements)
        figures.disagreements.push({ where, differences, operation, principal });
    };
    const oracle = await dense.oracle.run(request, dense.contextFor(principal));
    this.count(oracle, operation, figures);
    const differences = await this.onDense(request, type, principal, oracle);
    if (differences === 'TOO_EXPENSIVE') return void (figures.tooExpensive += 1);
    note('dense rows', differences);
    if (type === 'mutation' || !store) return;
    figures.onStore += 1;
    const expected = await store.oracle.run(request, store.contextFor(principal));
    if (depthOf(expected.data) >= 5) figures.deep += 1;
    const actual = await this.serve(store, request, principal);
    note('store', actual instanceof Error ? [failed(actual)] : compareQuery(expected, actual, false));
  }

  private async onDense(
    request: OracleRequest,
    type: OperationKind,
    principal: Principal,
    oracle: Outcome,
  ): Promise<string[] | 'TOO_EXPENSIVE'> {
    const { dense } = this.options;
    dense.runs?.clear();
    const server = await this.serve(dense, request, principal);
    if (server instanceof ApiError && server.code === 'QUERY_TOO_EXPENSIVE') return 'TOO_EXPENSIVE';
    if (server instanceof Error) return [failed(server)];
    if (type === 'query') return compareQuery(oracle, server, true);
    const ran = [...(dense.runs ?? [])].filter(([coordinate]) => coordinate.startsWith('Mutation.'));
    return compareMutation(
      oracle,
      server,
      ran.reduce((sum, [, times]) => sum + times, 0),
    );
  }

  private async serve(sides: Sides, request: OracleRequest, principal: Principal): Promise<Outcome | Error> {
    try {
      return await runEnforced(sides.enforcement, request, sides.contextFor(principal));
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private arbitrary() {
    const { dense, pool, drawing } = this.options;
    return drawn((draw): Drawn => {
      const operation = drawOperation(draw, dense.schema, pool, drawing);
      const document = parse(operation.text);
      return { operation, document, principals: this.callers.draw(draw, document, callersPerOperation) };
    });
  }

  private isValid({ operation, document }: Drawn, figures: Figures): boolean {
    const [error] = validate(this.options.dense.schema, document);
    if (error) figures.invalid.push(`${error.message}\n${operation.text}`);
    return !error;
  }

  private count(oracle: Outcome, { type }: DrawnOperation, figures: Figures): void {
    if (type === 'mutation') figures.mutations += 1;
    const roots = Object.keys((oracle.data ?? {}) as object);
    if (oracle.denied.size === 0) figures.allowed += 1;
    else if (type === 'query' && roots.some((name) => !oracle.denied.has(name))) figures.partly += 1;
    else figures.denied += 1;
  }

  private countUses(document: DocumentNode, { uses, coordinates }: Figures): void {
    for (const use of usesOf(document)) uses[use] = (uses[use] ?? 0) + 1;
    for (const coordinate of coordinatesOf(this.options.dense.schema, document)) coordinates.add(coordinate);
  }
}

/** The smallest of the documents that disagree says most. */
export function smallest(disagreements: readonly Disagreement[]): string {
  const [first] = [...disagreements].sort((a, b) => a.operation.text.length - b.operation.text.length);
  if (!first) return 'none';
  const { where, differences, operation, principal } = first;
  return [
    `${disagreements.length} disagreements, the smallest of them on ${where}:`,
    ...differences,
    `${principal.kind} with ${[...principal.scopes].sort().join(' ') || 'no scopes'}`,
    `${operation.operationName} of\n${operation.text}`,
    `variables ${JSON.stringify(operation.variables)}`,
  ].join('\n');
}

export function report(figures: Figures, seed: number): string {
  const { uses, coordinates, invalid, disagreements, ...counts } = figures;
  const { pairs, operations, mutations, allowed, partly, denied, onStore, deep } = counts;
  return [
    `oracle: ${pairs} pairs, ${operations} operations, ${disagreements.length} disagreements (seed ${seed})`,
    `  valid ${operations - invalid.length}/${operations}; of mutations ${mutations} pairs; on the store as well ${onStore}, ${deep} of them deep`,
    `  allowed ${allowed}, partly denied ${partly}, denied ${denied}; too expensive ${counts.tooExpensive}; ${coordinates.size} coordinates`,
    `  ${Object.entries(uses)
      .map(([use, count]) => `${use} ${count}`)
      .join(', ')}`,
  ].join('\n');
}
