// A page of tools/list: how much one answer holds, and the cursor with which the next one goes on.
import type { ToolDescription } from './tool.ts';

/** The official client follows 64 pages: these limits keep the longest list there can be below 40. */
const maxPageTools = 50;
/** Of the JSON of its tools. */
const maxPageBytes = 64 * 1024;
/** Of one tool. A document may declare hundreds of variables. */
const maxToolBytes = 16 * 1024;

export interface ToolPage {
  readonly tools: readonly ToolDescription[];
  /** Absent at the end of the list. */
  readonly nextCursor?: string;
}

/** A cursor is the name of the last tool that was listed, so what is saved or deleted meanwhile moves no other tool. */
const cursorAfter = (name: string) => Buffer.from(name).toString('base64url');

/** The name that a cursor goes on after. Returns null when cursorAfter did not write it; whether there is such a tool is NOT checked. */
export function nameIn(cursor: string): string | null {
  const name = Buffer.from(cursor, 'base64url').toString('utf8');
  return name !== '' && cursorAfter(name) === cursor ? name : null;
}

const bytesOf = (tool: ToolDescription) => Buffer.byteLength(JSON.stringify(tool));

const leftOut = ' Its inputs are too many to be listed here: a call without them names those that it needs.';

/** Every tool fits a page, so that a list goes on. */
function shortened(tool: ToolDescription): ToolDescription {
  if (bytesOf(tool) <= maxToolBytes) return tool;
  return { ...tool, description: tool.description + leftOut, inputSchema: { type: 'object' } };
}

/** The first of these tools, as many as one page holds. Reads one more than it answers. */
export async function firstPageOf(all: AsyncIterable<ToolDescription>): Promise<ToolPage> {
  const tools: ToolDescription[] = [];
  let bytes = 0;
  for await (const one of all) {
    const tool = shortened(one);
    bytes += bytesOf(tool);
    const last = tools.at(-1);
    if (last && (tools.length >= maxPageTools || bytes > maxPageBytes))
      return { tools, nextCursor: cursorAfter(last.name) };
    tools.push(tool);
  }
  return { tools };
}
