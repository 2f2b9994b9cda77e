// A house that agents call on a socket, with a workspace of its own.
import type { Engine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { agentWith, type Agent, type Mode } from './mcp.ts';

export interface AgentHouse {
  readonly house: TestHouse;
  readonly workspace: TestWorkspace;
  /** An agent with this key; it ends with the house. */
  agent(secret: string, mode?: Mode): Promise<Agent>;
  /** An agent with a new key of the workspace. */
  agentFor(...scopes: string[]): Promise<Agent>;
  close(): Promise<void>;
}

export async function openAgentHouse(engine: Engine['name']): Promise<AgentHouse> {
  const house = await openTestHouse(engine);
  const { url } = await house.app.http.listen('127.0.0.1', 0);
  const workspace = await house.workspace();
  const agents: Agent[] = [];
  const agent: AgentHouse['agent'] = async (secret, mode) => {
    const made = await agentWith(url, secret, mode);
    agents.push(made);
    return made;
  };
  return {
    ...{ house, workspace, agent },
    agentFor: async (...scopes) => agent((await workspace.key(...scopes)).secret),
    async close() {
      for (const one of agents) await one.close();
      await house.close();
    },
  };
}
