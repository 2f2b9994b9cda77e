// Which tools there are, for whom, and which one a call means.
import type { StoredOperation } from '../rest/stored-operation.ts';
import type { KnownPrincipal } from '../core/principal.ts';
import type { Exchange } from './exchange.ts';
import { explainAccess, explainAccessName, runExplainAccess } from './tools/explain-access.ts';
import { runTool, type Arguments } from './tools/run-tool.ts';
import { findSavedTools, runSaved, savedNameIn, type SavedOperations } from './tools/saved-tools.ts';
import { missingFor, toTool, type ToolDescription } from './tools/tool.ts';
import type { ToolResult } from './tools/tool-result.ts';

export interface ToolRoom {
  /** What the caller may call. Of one whose credential has ended meanwhile it is empty, and the answer of the exchange says why. */
  list(exchange: Exchange): Promise<readonly ToolDescription[]>;
  /** Null = there is no such tool, and the door was not entered. */
  call(name: string, given: Arguments, exchange: Exchange): Promise<ToolResult | null>;
}

export const unknownTool = (name: string) => `Unknown tool: ${name.slice(0, 60)}`;

/** Throws when two operations would be one tool. */
export function createToolRoom(operations: readonly StoredOperation[], saved: SavedOperations): ToolRoom {
  const tools = new Map(operations.map(toTool).map((tool) => [tool.name, tool]));
  const isTaken = [...tools.keys()].some((name) => name === explainAccessName || savedNameIn(name) !== null);
  if (tools.size < operations.length || isTaken)
    throw new Error('Two stored operations would be tools of one name.');

  /** A pinned key has none of ours, and explain_access is one. */
  function ownTools(principal: KnownPrincipal): ToolDescription[] {
    if (principal.kind === 'API_KEY' && principal.operationIds !== null) return [];
    const { scopes } = principal;
    const open = [...tools.values()].filter((tool) => missingFor(tool, scopes).length === 0);
    return [explainAccess, ...open.map((tool) => tool.describe(scopes))];
  }

  return {
    async list(exchange) {
      const found = await findSavedTools(saved, exchange.principal!, exchange);
      if (!found) return [];
      const { principal } = found;
      const open = found.tools.filter((tool) => missingFor(tool, principal.scopes).length === 0);
      return [...ownTools(principal), ...open.map(({ description }) => description)];
    },
    async call(name, given, exchange) {
      const [tool, savedName] = [tools.get(name), savedNameIn(name)];
      exchange.isTool = tool !== undefined || savedName !== null || name === explainAccessName;
      if (name === explainAccessName) return runExplainAccess(given, { tools, saved }, exchange);
      if (savedName !== null) return runSaved(saved, savedName, given, exchange);
      return tool ? runTool(tool, given, exchange) : null;
    },
  };
}
