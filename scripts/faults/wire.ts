// A wire between the server and a store that a test can cut, or make swallow everything without a word.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Wire {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Connections stay, and new ones are taken; nothing gets through in either direction. */
  swallow(): void;
  /** What is open now stays silent for ever; new connections work, as after a router lost its table. */
  forget(): void;
  /** Ends every connection with a TCP reset; new ones are taken. */
  reset(): void;
  /** From now on everything takes so long on its way, in each direction. */
  delay(ms: number): void;
  /** As at the beginning, on the same port. */
  restore(): Promise<void>;
}

export async function openWire(target: { readonly host: string; readonly port: number }): Promise<Wire> {
  const sockets = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();
  let isOpen = true;
  let delayMs = 0;
  let server: Server | undefined;

  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    const pass = (chunk: Buffer) => isOpen && !forgotten.has(from) && to.writable && to.write(chunk);
    from.on('data', (chunk: Buffer) => (delayMs > 0 ? setTimeout(() => pass(chunk), delayMs) : pass(chunk)));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  async function listen(port: number): Promise<number> {
    const listening = createServer((client) => {
      const upstream = connect(target);
      join(client, upstream);
      join(upstream, client);
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve));
    return (listening.address() as AddressInfo).port;
  }

  const port = await listen(0);
  const cut = async () => {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
  };
  return {
    port,
    cut,
    swallow: () => void (isOpen = false),
    reset: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    delay: (ms) => void (delayMs = ms),
    forget: () => sockets.forEach((socket) => forgotten.add(socket)),
    async restore() {
      await cut();
      isOpen = true;
      delayMs = 0;
      await listen(port);
    },
  };
}
