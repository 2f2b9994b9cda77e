// A server on a store that a test house has opened already, which tells the test of each statement before it runs.
import { pino } from 'pino';
import { createApp, type App } from '../../../src/app.ts';
import { readConfig } from '../../../src/config/config.ts';
import { testScheduler } from '../../support/scheduler.ts';
import {
  send,
  testSecrets,
  bearer,
  noLimits,
  type Answer,
  type TestHouse,
  type Variables,
} from '../../support/house.ts';

export interface SecondServer {
  readonly app: App;
  readonly statements: string[];
  /** Called with each statement's text, before it is sent. */
  onStatement: (text: string) => void;
  send(secret: string, query: string, variables?: Variables): Promise<Answer>;
  close(): Promise<void>;
}

export async function openSecondServer(house: TestHouse): Promise<SecondServer> {
  const app = await createApp({
    config: readConfig({ DATABASE_URL: house.engine.url, DEMO: '0', ...noLimits }),
    clock: house.clock,
    scheduler: testScheduler(),
    secrets: testSecrets,
    logger: pino({ level: 'silent' }),
    database: {
      onStatement(text) {
        server.statements.push(text);
        server.onStatement(text);
      },
    },
  });
  const server: SecondServer = {
    app,
    statements: [],
    onStatement: () => {},
    send: (secret, query, variables) => send(app, bearer(secret), { query, variables }),
    close: () => app.close(),
  };
  return server;
}
