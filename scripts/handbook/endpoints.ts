// The table of endpoints: one line for each, those of a workspace's own operations too.
import { namedEndpoints } from '../../src/rest/openapi/named-endpoints.ts';
import type { StoredOperation } from '../../src/rest/stored-operation.ts';
import { code, codes, table } from './markdown.ts';

function needs({ requiredScopes, parts }: StoredOperation): string {
  if (requiredScopes.includes('workspace:manage')) return 'owner or admin, signed in';
  if (requiredScopes.length > 0) return codes(requiredScopes);
  return parts.length > 0 ? 'each section its own' : 'any key';
}

export function endpointTable(operations: readonly StoredOperation[]): string {
  const named = namedEndpoints.map((endpoint) => ({ ...endpoint, needs: "the operation's own" }));
  const byPath = [
    ...operations.map((operation) => ({ ...operation, needs: needs(operation) })),
    ...named,
  ].sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
  const rows = byPath.map((endpoint) => [
    code(`${endpoint.method} ${endpoint.path}`),
    endpoint.summary,
    endpoint.needs,
  ]);
  return table(['endpoint', 'what it does', 'scope'], rows);
}
