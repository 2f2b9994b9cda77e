// Operations that a workspace stores, run by their name; and the pin of a key: it runs its operations, each by its name, and
// nothing else. Every surface passes here, so a new one is held to it without knowing of it.
import type { GraphQLSchema } from 'graphql';
import type { OperationInspector } from '../../access/context.ts';
import { onlyItsOperations } from '../../access/authentication/in-flight.ts';
import { findOperations, placeKey } from '../../access/authentication/operation-store.ts';
import type { StoredOperationRow } from '../../access/authentication/tables.ts';
import { ApiError, refusedToPinned } from '../../core/errors.ts';
import type { KnownPrincipal, Principal } from '../../core/principal.ts';
import type { NamedRequest, RequestFacts, SentOperation } from '../../core/request-facts.ts';
import { createCrossRequestLoader } from '../../db/store/cross-request-loader.ts';
import type { Database } from '../../db/store/database.ts';
import { badRequest } from '../errors/format-error.ts';

/** A longer name is not looked up: no operation has it. */
const maxNameLength = 100;

/** The operation that a request names. */
export interface NamedOperation extends SentOperation {
  /** Who runs it: a pinned key with the operation that is to be there when its answer leaves. */
  readonly principal: KnownPrincipal;
}

export interface StoredOperations {
  /**
   * Null when the request names none. Read from the store on each request. Throws FORBIDDEN (KEY_PINNED) for a pinned key that
   * asks for anything but its operations, OPERATION_NOT_FOUND, GRAPHQL_VALIDATION_FAILED when the operation cannot be run any
   * more, and BAD_REQUEST when it comes with a document or wants another method.
   */
  find(
    facts: Pick<RequestFacts, 'stored' | 'persisted' | 'operation'>,
    principal: Principal,
  ): Promise<NamedOperation | null>;
}

interface Options {
  readonly database: Database;
  readonly inspector: OperationInspector;
  readonly schema: GraphQLSchema;
}

/** Throws FORBIDDEN for a pinned key. For surfaces that answer something else than an operation. */
export function assertNotPinned(principal: Principal): void {
  if (principal.kind === 'API_KEY' && principal.operationIds !== null)
    throw refusedToPinned(onlyItsOperations);
}

/** The caller, when it may run this operation. Of a pinned key's other names it is not said whether they exist. */
function runnerOf(
  principal: KnownPrincipal,
  operation: StoredOperationRow | null,
  name: string,
): KnownPrincipal {
  const ids = principal.kind === 'API_KEY' ? principal.operationIds : null;
  if (ids !== null && !(operation && ids.includes(operation.id))) throw refusedToPinned(onlyItsOperations);
  if (!operation) throw new ApiError('OPERATION_NOT_FOUND', `There is no stored operation "${name}".`);
  if (ids === null) return principal;
  return { ...principal, pinned: { id: operation.id, version: operation.version } } as KnownPrincipal;
}

/** Why is for those who can repair it. */
function assertFits({ inspector, schema }: Options, { name, document }: StoredOperationRow): void {
  try {
    inspector.inspect(document, schema);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const message =
      `The stored operation "${name}" does not fit the schema or the limits of this server any more. ` +
      'Owners and admins see why in storedOperations { nodes { name problems } }.';
    throw new ApiError('GRAPHQL_VALIDATION_FAILED', message);
  }
}

/** The document in the place of the name. */
function sentOf(
  options: Options,
  row: StoredOperationRow,
  { operationName, isRead = false, isStrict = false, variablesFor }: NamedRequest,
): SentOperation {
  assertFits(options, row);
  if (isRead && row.kind === 'MUTATION')
    throw badRequest(405, 'This operation changes something: send it by POST.', { Allow: 'POST' });
  const variables = variablesFor?.(row.document);
  return { query: row.document, operationName, isStrict, ...(variables ? { variables } : {}) };
}

export function createStoredOperations(options: Options): StoredOperations {
  const findRow = createCrossRequestLoader((keys) => findOperations(options.database, keys));
  return {
    async find({ stored, persisted, operation: sent }, principal) {
      if (principal.kind === 'ANONYMOUS') return null;
      // A name beside a document would leave open which of them is meant.
      if (!stored || persisted || sent) assertNotPinned(principal);
      if (!stored) return null;
      if (persisted || sent)
        throw new ApiError('BAD_REQUEST', 'Send the name of a stored operation or a document, not both.');
      const { name } = stored;
      const { workspaceId } = principal;
      const row = name.length > maxNameLength ? null : await findRow(placeKey({ workspaceId, name }));
      const runner = runnerOf(principal, row, name.slice(0, maxNameLength));
      return { ...sentOf(options, row!, stored), principal: runner };
    },
  };
}
