// Which tools there are, for whom, and which one a call means.
import type { StoredOperation } from '../rest/stored-operation.ts';
import type { ToolRoom } from './protocol.ts';
import { explainAccess, explainAccessName, runExplainAccess } from './tools/explain-access.ts';
import { runTool } from './tools/run-tool.ts';
import { missingFor, toTool } from './tools/tool.ts';

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
