// Large answers go out piece by piece, whose turns all of them share.
import { expect, it } from 'vitest';
import { createTurns, inPieces } from '../../src/http/pieces.ts';

it('lets a few through in each turn of the event loop, in their order', async () => {
  const turn = createTurns(3);
  const order: number[] = [];
  const all = Array.from({ length: 8 }, async (_, number) => {
    await turn();
    order.push(number);
  });
  const after: number[] = [];
  while (order.length < 8) {
    await new Promise((resolve) => setImmediate(resolve));
    after.push(order.length);
  }
  await Promise.all(all);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(after.filter((count) => count > 0)).toEqual([3, 6, 8]);
  await turn();
});

it('sends every byte once', async () => {
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
  const read = async () => Buffer.concat((await inPieces(bytes).toArray()) as Buffer[]);
  for (const found of await Promise.all([read(), read()])) expect(found.equals(bytes)).toBe(true);
});
