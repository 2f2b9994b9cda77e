// What holds for every answer to bad input, whatever it is: a code of the closed list, the id of its request, nothing of
// the inside, and a store that is as it was.
import { afterAll, beforeAll, expect } from 'vitest';
import { httpStatusOf } from '../../../src/core/errors.ts';
import type { Engine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Answer,
  type Caller,
  type KeyCaller,
  type TestHouse,
} from '../../support/house.ts';
import { storeContent } from '../../access/support/store-content.ts';

export interface Expected {
  readonly status: number;
  readonly code: string;
  readonly message?: RegExp;
}

export const userInput = (message = /./): Expected => ({ status: 400, code: 'BAD_USER_INPUT', message });
export const expensive = (message: RegExp): Expected => ({
  status: 400,
  code: 'QUERY_TOO_EXPENSIVE',
  message,
});
export const badRequest = (status: number): Expected => ({ status, code: 'BAD_REQUEST' });
export const failure = (code: string): Expected => ({ status: 400, code });

/** A stack, a path of the source, SQL or the words of an engine. */
const inside =
  /\\n\s+at |node_modules|\.ts\b|SELECT|INSERT|SQLITE|constraint|syntax error at|invalid byte|typeorm|stack/;

/** A house with one customer and one venue, which every bad input must leave as it is. */
export class BadInputHouse {
  house!: TestHouse;
  /** With every scope that a key can have. */
  key!: KeyCaller;
  owner!: Caller;
  private before: Record<string, string> = {};

  constructor(engine: Engine['name']) {
    beforeAll(() => this.open(engine));
    afterAll(() => this.house.close());
  }

  private async open(engine: Engine['name']): Promise<void> {
    this.house = await openTestHouse(engine);
    const workspace = await this.house.workspace();
    await workspace.customer({ name: 'Ada', venueIds: [await workspace.venue()] });
    this.key = await workspace.key(...this.house.app.scopes.dataScopes);
    this.owner = await workspace.owner();
    this.before = await storeContent(this.house);
  }

  async assertHarmless({ status, text, headers, errors }: Answer): Promise<void> {
    expect(status).toBeLessThan(500);
    for (const { extensions } of errors ?? []) {
      expect(Object.keys(httpStatusOf)).toContain(extensions['code']);
      expect(extensions['code']).not.toBe('INTERNAL_SERVER_ERROR');
      expect(extensions['requestId']).toBe(headers['x-request-id']);
    }
    expect(text).not.toMatch(inside);
    expect(text.length).toBeLessThan(20_000);
    expect(await storeContent(this.house)).toEqual(this.before);
  }

  async assertRefused(answer: Answer, { status, code, message = /./ }: Expected): Promise<void> {
    await this.assertHarmless(answer);
    expect([answer.status, answer.errors?.[0]?.extensions['code']]).toEqual([status, code]);
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors![0]!.message).toMatch(message);
  }

  /** A mutation that says in `userErrors` what is wrong, and where. */
  async assertUserErrors(
    caller: Caller,
    mutation: string,
    input: unknown,
    expected: readonly string[],
  ): Promise<void> {
    const answer = await caller.send(mutation, { input });
    await this.assertHarmless(answer);
    expect([answer.status, answer.errors]).toEqual([200, undefined]);
    const [payload] = Object.values(answer.data as object) as {
      userErrors: { code: string; field: string[] }[];
    }[];
    expect(payload!.userErrors.map(({ code, field }) => `${code} ${field.join('.')}`)).toEqual(expected);
  }
}
