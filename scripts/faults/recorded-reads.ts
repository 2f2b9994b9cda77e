// Whether records that a key was answered are among those that the store says it may have read, after a kill and an end.
import type { RecordedKey } from './recording-load.ts';
import { sender } from './sender.ts';

/** A record whose id stood in a whole answer. */
export interface AnsweredRecord {
  readonly id: string;
  /** The killed process may not have written it. */
  readonly isUnwritten: boolean;
}

export interface ReadsReport {
  /** Customers whose id stood in an answer and that were asked for: all of them, or one in so many. */
  readonly answered: number;
  /** Of these, how many the killed process need not have written. */
  readonly unwritten: number;
  /** Of which the store does not know that they were read. */
  readonly lost: number;
  /** Of these, how many no kill explains. */
  readonly missing: number;
}

/** Aliases of one document. */
const atOnce = 20;
/** Each costs 50 points of the 60,000 that the owner has in a minute. */
const maxAsked = 600;

/** The id of the customer that a mutation answered, or null. */
export function customerIn(body: string): string | null {
  return /"customerId":"(cus_[0-9a-z]+)"/.exec(body)?.[1] ?? null;
}

function question(ids: readonly string[]): string {
  const fields = ids.map(
    (id, index) =>
      `a${index}: mayHaveRead(apiKeyId: $key, recordId: "${id}", from: $from, to: $to) { answer }`,
  );
  return `query ($key: ID!, $from: DateTime!, $to: DateTime!) { ${fields.join(' ')} }`;
}

export async function judgeReads(
  origin: string,
  token: string,
  { id: key }: RecordedKey,
  all: readonly AnsweredRecord[],
): Promise<ReadsReport> {
  const step = Math.max(1, Math.ceil(all.length / maxAsked));
  const records = all.filter((_record, index) => index % step === 0);
  const hourMs = 3_600_000;
  const range = {
    from: new Date(Date.now() - hourMs).toISOString(),
    to: new Date(Date.now() + hourMs).toISOString(),
  };
  const lost: AnsweredRecord[] = [];
  for (let start = 0; start < records.length; start += atOnce) {
    const part = records.slice(start, start + atOnce);
    const answers = await sender(origin, token)(question(part.map(({ id }) => id)), { key, ...range });
    const isKnown = (index: number) => (answers[`a${index}`] as { answer: string }).answer === 'YES';
    lost.push(...part.filter((_record, index) => !isKnown(index)));
  }
  return {
    answered: records.length,
    unwritten: records.filter(({ isUnwritten }) => isUnwritten).length,
    lost: lost.length,
    missing: lost.filter(({ isUnwritten }) => !isUnwritten).length,
  };
}
