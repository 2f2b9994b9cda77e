// Which tools there are, for whom, and which one a call means.
import type { StoredOperation } from '../rest/stored-operation.ts';
import type { Principal } from '../core/principal.ts';
import type { Exchange } from './exchange.ts';
import { explainAccess, explainAccessName, runExplainAccess } from './tools/explain-access.ts';
import { runTool, type Arguments } from './tools/run-tool.ts';
import { missingFor, toTool, type ToolDescription } from './tools/tool.ts';
import type { ToolResult } from './tools/tool-result.ts';

export interface ToolRoom {
  /** What the caller may call. */
  list(principal: Principal): readonly ToolDescription[];
  /** Null = there is no such tool, and the door was not entered. */
  call(name: string, given: Arguments, exchange: Exchange): Promise<ToolResult | null>;
}

export const unknownTool = (name: string) => `Unknown tool: ${name.slice(0, 60)}`;

/** Throws when two operations would be one tool. */
export function createToolRoom(operations: readonly StoredOperation[]): ToolRoom {
  const tools = new Map(operations.map(toTool).map((tool) => [tool.name, tool]));
  if (tools.size < operations.length || tools.has(explainAccessName))
    throw new Error('Two stored operations would be tools of one name.');
  return {
    list({ scopes }) {
      const open = [...tools.values()].filter((tool) => missingFor(tool, scopes).length === 0);
      return [explainAccess, ...open.map((tool) => tool.describe(scopes))];
    },
    async call(name, given, exchange) {
      exchange.isTool = true;
      if (name === explainAccessName) return runExplainAccess(given, tools, exchange);
      const tool = tools.get(name);
      if (tool) return runTool(tool, given, exchange);
      exchange.isTool = false;
      return null;
    },
  };
}
