// A list that is asked for without a size: what is answered, what is charged and what the schema says agree.
import { expect, it } from 'vitest';
import { defaultPageSize, maxPageSize } from '../../src/core/page-size.ts';
import { openTestHouse } from '../support/house.ts';

it('A page without a size has the default one, costs as much as that one, and is described so', async () => {
  const house = await openTestHouse('sqlite');
  const workspace = await house.workspace();
  const key = await workspace.key('read:customers');
  for (let made = 0; made <= defaultPageSize; made += 1) await workspace.customer();
  const list = (size: string) => key.send(`{ customers${size} { nodes { id } pageInfo { hasNextPage } } }`);
  const [unsaid, said, one] = [
    await list(''),
    await list(`(first: ${defaultPageSize})`),
    await list('(first: 1)'),
  ];
  expect(unsaid.data.customers.nodes).toHaveLength(defaultPageSize);
  expect(unsaid.data).toEqual(said.data);
  expect(unsaid.cost?.requestedQueryCost).toBe(said.cost?.requestedQueryCost);
  expect(unsaid.cost!.requestedQueryCost).toBeGreaterThan(one.cost!.requestedQueryCost);
  const { first } = Object.fromEntries(
    house.app.schema.schema
      .getQueryType()!
      .getFields()
      ['customers']!.args.map((argument) => [argument.name, argument]),
  );
  expect(first!.description).toContain(`1 to ${maxPageSize}; ${defaultPageSize} when nothing is given`);
  await house.close();
});
