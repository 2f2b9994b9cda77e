// A server as `npm start` runs it, in a process that a fault may hit: started, watched until it is ready, killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Cleanup } from '../bench/cleanup.ts';

export interface Target {
  /** As DATABASE_URL takes it. */
  readonly databaseUrl: string;
  /** The compiled main.ts. */
  readonly program: string;
  /** As REDIS_URL takes it; default: none. */
  readonly redisUrl?: string;
  /** Default: none that is met. */
  readonly limits?: 'default';
  /** More settings, or other values. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly pid: number;
  /** From the start of the process until /health/ready said 200. */
  readonly readyMs: number;
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/** Of these servers alone; nothing that anybody else uses. */
export const faultSecrets = {
  jwtSecret: 'a-secret-for-faults-of-at-least-32-characters',
  keyPepper: 'a-pepper-for-faults-of-at-least-32-characters',
};

const settings = {
  ...{
    PORT: '0',
    UV_THREADPOOL_SIZE: '10',
    HOST: '127.0.0.1',
    DEMO: '0',
    NODE_ENV: 'production',
    LOG_LEVEL: 'fatal',
  },
  ...{ JWT_SECRET: faultSecrets.jwtSecret, KEY_PEPPER: faultSecrets.keyPepper },
};

/** For what is tried without the limits. */
const noLimits = { RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000', RATE_LIMIT_COST_PER_MINUTE: '1000000000' };

async function isReady(origin: string): Promise<boolean> {
  const { status } = await fetch(`${origin}/health/ready`);
  return status === 200;
}

export async function startTarget(
  { databaseUrl, program, redisUrl, limits, settings: own = {} }: Target,
  cleanup: Cleanup,
): Promise<RunningServer> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=64', program], {
    env: {
      ...{ ...settings, ...(limits === 'default' ? {} : noLimits), ...own, DATABASE_URL: databaseUrl },
      ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  cleanup.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  const origin = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = /listening at (\S+)\/graphql/.exec(said)?.[1];
      if (url) resolve(url);
    });
    child.once('exit', () => reject(new Error('The server ended while starting.')));
  });
  while (!(await isReady(origin)));
  return {
    origin,
    pid: child.pid!,
    readyMs: performance.now() - startedMs,
    async end(name) {
      child.kill(name);
      const [code, signal] = await ended;
      return { code, signal };
    },
  };
}
