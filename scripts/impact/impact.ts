// Which callers and kept operations a change of the schema or of scopes would break: changes x recorded use. Pure.
import { parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { missingScopes } from '../../src/access/policy/index.ts';
import type { Instant } from '../../src/core/clock.ts';
import { useOf, type DocumentUse } from './document-use.ts';
import type { Caller, Use, UsedWay, WorkspaceUse } from './recorded-use.ts';
import type { SchemaChange, ScopeChange } from './schema-changes.ts';

export interface MetCaller extends Pick<Caller, 'kind' | 'id' | 'label'> {
  readonly workspaceId: string;
  readonly workspaceName: string;
  /** Requests that used what changes. */
  requests: number;
  lastUsedAt: Instant;
  /** Names of the operations; `(unnamed)` for those without. Sorted. */
  operations: string[];
  /** false = the value of a variable may have named it: values are not recorded. */
  isCertain: boolean;
}

export interface MetOperation {
  /** `GET /api/v1/customers`, or the name of a saved operation. */
  readonly name: string;
  /** null = of the program itself. */
  readonly workspaceId: string | null;
  readonly isCertain: boolean;
}

export interface MetChange extends Pick<SchemaChange, 'kind' | 'coordinate' | 'change'> {
  readonly callers: readonly MetCaller[];
  readonly operations: readonly MetOperation[];
}

interface Met extends MetChange {
  readonly callers: MetCaller[];
  readonly operations: MetOperation[];
}

export interface Versions {
  readonly before: GraphQLSchema;
  readonly after: GraphQLSchema;
}

/** true = it uses it; false = a variable may; null = it does not. */
function isMet({ certain, possible }: DocumentUse, { coordinate }: SchemaChange): boolean | null {
  if (coordinate === null) return null;
  if (certain.has(coordinate)) return true;
  return possible.has(coordinate) ? false : null;
}

const newChange = ({ kind, coordinate, change }: SchemaChange): Met => ({
  ...{ kind, coordinate, change, callers: [], operations: [] },
});

/** The first fault that a document has by the newer schema alone. */
function newFault({ before, after }: Versions, document: DocumentNode): string | null {
  const known = new Set(validate(before, document).map(({ message }) => message));
  return validate(after, document).find(({ message }) => !known.has(message))?.message ?? null;
}

export class Impact {
  private readonly met = new Map<string, Met>();

  constructor(
    private readonly versions: Versions,
    private readonly changes: readonly SchemaChange[],
    private readonly scopes: readonly ScopeChange[],
  ) {
    for (const change of [...changes, ...scopes]) this.met.set(change.change, newChange(change));
  }

  /** Those that break something that is used or kept first, then the others. */
  found(): readonly MetChange[] {
    const isUsed = ({ callers, operations }: MetChange) => callers.length + operations.length > 0;
    const all = [...this.met.values()];
    return [...all.filter(isUsed), ...all.filter((change) => !isUsed(change))];
  }

  addWorkspace({ workspace, documents, ways, saved }: WorkspaceUse): void {
    for (const { name, document, uses } of documents) {
      if (uses.length === 0) continue;
      for (const [change, isCertain] of this.metBy(document))
        for (const use of uses) this.addUse(change, workspace, use, { name, isCertain });
    }
    for (const way of ways) this.addWay(workspace, way);
    for (const { name, document } of saved) this.addOperation(name, document, workspace.id);
  }

  /** An operation that is kept, whether it was run or not. `workspaceId` null = one of the program itself. */
  addOperation(name: string, document: string, workspaceId: string | null): void {
    const { certain } = this.useOf(document);
    const locked = this.scopes
      .filter(({ coordinate }) => certain.has(coordinate))
      .map((change): [Met, boolean] => [this.met.get(change.change)!, true]);
    for (const [change, isCertain] of [...this.metBy(document), ...locked])
      change.operations.push({ name, workspaceId, isCertain });
  }

  /** A stored operation of the program that does not fit its own schema, in a sentence. */
  addFault(fault: string): void {
    const change = 'Stored operations do not fit the schema.';
    const operation = { name: fault, workspaceId: null, isCertain: true };
    this.other('STORED_OPERATION', change).operations.push(operation);
  }

  private other(kind: string, change: string): Met {
    const known = this.met.get(change) ?? newChange({ kind, coordinate: null, change });
    this.met.set(change, known);
    return known;
  }

  private useOf(document: string): DocumentUse {
    return useOf(this.versions.before, parse(document));
  }

  private metBy(text: string): [Met, boolean][] {
    const document = parse(text);
    const use = useOf(this.versions.before, document);
    const found = this.changes.flatMap((change): [Met, boolean][] => {
      const isCertain = isMet(use, change);
      return isCertain === null ? [] : [[this.met.get(change.change)!, isCertain]];
    });
    if (found.some(([, isCertain]) => isCertain)) return found;
    // Whatever the list of changes knows: a document that fits no more is broken.
    const fault = newFault(this.versions, document);
    return fault === null ? found : [[this.other('INVALID', fault), true], ...found];
  }

  /** A run that its key's scopes allowed and that they would not allow now. */
  private addWay(workspace: WorkspaceUse['workspace'], way: UsedWay): void {
    const { caller, coordinates, operationName: name } = way;
    const held = new Set(caller.scopes);
    for (const change of this.scopes) {
      const { coordinate, before, after } = change;
      if (!coordinates.includes(coordinate)) continue;
      const wasAllowed = missingScopes(before, held).length === 0;
      if (wasAllowed && missingScopes(after, held).length > 0)
        this.addUse(this.met.get(change.change)!, workspace, way, { name, isCertain: true });
    }
  }

  private addUse(
    { callers }: Met,
    { id: workspaceId, name: workspaceName }: WorkspaceUse['workspace'],
    { caller, requests, lastUsedAt }: Use,
    { name, isCertain }: { readonly name: string | null; readonly isCertain: boolean },
  ): void {
    const operation = name ?? '(unnamed)';
    const known = callers.find(({ id }) => id === caller.id);
    if (!known) {
      const { kind, id, label } = caller;
      const operations = [operation];
      const names = { kind, id, label, workspaceId, workspaceName };
      callers.push({ ...names, requests, lastUsedAt, operations, isCertain });
      return;
    }
    known.requests += requests;
    if (lastUsedAt > known.lastUsedAt) known.lastUsedAt = lastUsedAt;
    known.operations = [...new Set([...known.operations, operation])].sort();
    known.isCertain ||= isCertain;
  }
}
