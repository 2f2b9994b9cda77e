// Sends large bodies piece by piece, as their callers take them. Hundreds of callers who are sent all of it at once
// keep the process, and the memory of the system, busy for seconds.
import { Readable } from 'node:stream';

const pieceBytes = 65_536;
/**
 * Pieces of all answers together in one turn of the event loop. The system takes megabytes of each at once: a piece of
 * each of 500 answers was 0.4 s in which a busy machine did nothing else.
 */
const piecesPerTurn = 16;

/** Lets some through in each turn of the event loop, in the order in which they came. */
export function createTurns(perTurn: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let isRunning = false;
  const next = () => {
    waiting.splice(0, perTurn).forEach((goOn) => goOn());
    isRunning = waiting.length > 0;
    if (isRunning) setImmediate(next);
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (!isRunning) setImmediate(next);
      isRunning = true;
    });
}

const turn = createTurns(piecesPerTurn);

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    await turn();
    yield bytes.subarray(start, start + pieceBytes);
  }
}

export function inPieces(bytes: Buffer): Readable {
  return Readable.from(piecesOf(bytes));
}
