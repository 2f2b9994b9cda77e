// Which tools there are, for whom, and which one a call means.
import type { StoredOperation } from '../rest/stored-operation.ts';
import type { Exchange } from './exchange.ts';
import { explainAccess, explainAccessName, runExplainAccess } from './tools/explain-access.ts';
import { runTool, type Arguments } from './tools/run-tool.ts';
import { runSaved } from './tools/run-saved.ts';
import {
  findNamed,
  openSavedTools,
  savedNameIn,
  type NamedOperations,
  type SavedOperations,
} from './tools/saved-tools.ts';
import { firstPageOf, nameIn, type ToolPage } from './tools/tool-page.ts';
import { missingFor, toTool, type ToolDescription } from './tools/tool.ts';
import type { ToolResult } from './tools/tool-result.ts';

export interface ToolRoom {
  /**
   * A page of what the caller may call, from the cursor of another page on. Null = the cursor is none of ours. Of a caller whose
   * credential has ended meanwhile it is empty, and the answer of the exchange says why.
   */
  list(exchange: Exchange, cursor?: string): Promise<ToolPage | null>;
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

  const ownNames = [explainAccessName, ...tools.keys()];

  /** Of ours, those behind `after`; null = all. A pinned key has none of them, and explain_access is one. */
  function ownTools({ principal }: NamedOperations, after: string | null): readonly ToolDescription[] {
    if (principal.kind === 'API_KEY' && principal.operationIds !== null) return [];
    const { scopes } = principal;
    const names = after === null ? ownNames : ownNames.slice(ownNames.indexOf(after) + 1);
    return names.flatMap((name) => {
      const tool = tools.get(name);
      if (!tool) return [explainAccess];
      return missingFor(tool, scopes).length === 0 ? [tool.describe(scopes)] : [];
    });
  }

  /** Ours first, in their order, then those of the workspace by their names. */
  async function* toolsAfter(named: NamedOperations, after: string | null): AsyncGenerator<ToolDescription> {
    const savedName = after === null ? null : savedNameIn(after);
    if (savedName === null) yield* ownTools(named, after);
    for await (const { description } of openSavedTools(saved, named, savedName)) yield description;
  }

  const isName = (name: string | null) =>
    name !== null && (ownNames.includes(name) || savedNameIn(name) !== null);

  return {
    async list(exchange, cursor) {
      const after = cursor === undefined ? null : nameIn(cursor);
      if (cursor !== undefined && !isName(after)) return null;
      const named = await findNamed(saved, exchange.principal!, exchange);
      return named ? firstPageOf(toolsAfter(named, after)) : { tools: [] };
    },
    async call(name, given, exchange) {
      const [tool, savedName] = [tools.get(name), savedNameIn(name)];
      exchange.isTool = tool !== undefined || savedName !== null || name === explainAccessName;
      exchange.isUnknownTool = !exchange.isTool;
      if (name === explainAccessName) return runExplainAccess(given, { tools, saved }, exchange);
      if (savedName !== null) return runSaved(saved, savedName, given, exchange);
      return tool ? runTool(tool, given, exchange) : null;
    },
  };
}
