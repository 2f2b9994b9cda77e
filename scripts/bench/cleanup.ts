// What a run leaves behind and takes away again: servers, files, databases. Also when it fails or is interrupted.
type Undo = () => Promise<unknown> | unknown;

export class Cleanup {
  private readonly undos: Undo[] = [];
  private running: Promise<void> | undefined;

  defer(undo: Undo): void {
    this.undos.push(undo);
  }

  /** Last in, first out. What fails does not keep the rest from being undone. Calling it twice is the same as once. */
  run(): Promise<void> {
    return (this.running ??= this.undoAll());
  }

  private async undoAll(): Promise<void> {
    for (let undo = this.undos.pop(); undo; undo = this.undos.pop()) {
      try {
        await undo();
      } catch (error) {
        process.stderr.write(`Not cleaned up: ${(error as Error).message}\n`);
      }
    }
  }
}

/** Runs `work`, then the clean-up; on SIGINT and SIGTERM the clean-up, then the end of this process. */
export async function withCleanup<T>(work: (cleanup: Cleanup) => Promise<T>): Promise<T> {
  const cleanup = new Cleanup();
  const stop = (signal: NodeJS.Signals) => {
    process.stderr.write(`\n${signal}: cleaning up\n`);
    void cleanup.run().then(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(cleanup);
  } finally {
    await cleanup.run();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
