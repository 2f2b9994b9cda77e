// Two servers that begin at the same moment on a store that is new to both: one makes the demo workspace, both serve.
import { beforeAll, expect, it } from 'vitest';
import { createDemoWorkspace } from '../../src/demo/demo-workspace.ts';
import { allRows } from '../db/support/store.ts';
import { buildCommands } from '../support/processes/commands.ts';
import { describeEachEngine, newEngine } from '../support/engines.ts';
import { openTestHouse } from '../support/house.ts';
import { startServer } from '../support/processes/server-process.ts';

describeEachEngine('Two that begin together', (engineName) => {
  beforeAll(buildCommands);

  it('make one demo workspace, where both have found none', async () => {
    const house = await openTestHouse(engineName);
    const other = await openTestHouse(engineName, { sharing: house });
    const made = await Promise.all([createDemoWorkspace(house.app), createDemoWorkspace(other.app)]);
    expect(made.filter((demo) => demo !== null)).toHaveLength(1);
    expect(await allRows(house.app.database, 'workspaces')).toHaveLength(1);
    expect(await allRows(house.app.database, 'customers')).toHaveLength(250);
    await other.close();
    await house.close();
  });

  it('both serve', async () => {
    const engine = await newEngine(engineName);
    const servers = await Promise.all([1, 2].map(() => startServer(engine.url, { DEMO: '1' })));
    const live = servers.map(async ({ url }) => (await fetch(new URL('/health/live', url))).status);
    expect(await Promise.all(live)).toEqual([200, 200]);
    const said = await Promise.all(servers.map((server) => server.stop()));
    expect(said.join('').match(/This is shown once/g)).toHaveLength(1);
    await engine.remove();
  });
});
