// The table of endpoints: one line for each stored operation.
import type { StoredOperation } from '../../src/rest/stored-operation.ts';
import { code, codes, table } from './markdown.ts';

function needs({ requiredScopes, parts }: StoredOperation): string {
  if (requiredScopes.includes('workspace:manage')) return 'owner or admin, signed in';
  if (requiredScopes.length > 0) return codes(requiredScopes);
  return parts.length > 0 ? 'each section its own' : 'any key';
}

export function endpointTable(operations: readonly StoredOperation[]): string {
  const byPath = [...operations].sort(
    (a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method),
  );
  const rows = byPath.map((operation) => [
    code(`${operation.method} ${operation.path}`),
    operation.summary,
    needs(operation),
  ]);
  return table(['endpoint', 'what it does', 'scope'], rows);
}
