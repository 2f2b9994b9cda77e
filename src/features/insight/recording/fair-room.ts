// Places of workspaces, such as operations that are listed: how many are taken, and by whom.

export interface Taker {
  readonly workspaceId: string;
  /** Null = not known. */
  readonly callerId: string | null;
}

interface Taken {
  count: number;
  readonly byCaller: Map<string, number>;
}

/**
 * A caller gets no more places than are left for the others of its workspace: the first one half, the next one half of the rest. So
 * one that asks without end leaves places for the others.
 */
export class FairRoom {
  private readonly taken = new Map<string, Taken>();

  constructor(
    /** Places of each workspace. */
    private readonly most: number,
    /** Workspaces beyond it get none. */
    private readonly maxWorkspaces = Infinity,
  ) {}

  /** Notes places that are taken already. */
  note({ workspaceId, callerId }: Taker, count: number): void {
    const taken = this.taken.get(workspaceId) ?? { count: 0, byCaller: new Map<string, number>() };
    this.taken.set(workspaceId, taken);
    taken.count += count;
    if (callerId !== null) taken.byCaller.set(callerId, (taken.byCaller.get(callerId) ?? 0) + count);
  }

  /** Takes a place; false = there is none for this caller. */
  take(taker: Taker): boolean {
    const taken = this.taken.get(taker.workspaceId);
    if (!taken && this.taken.size >= this.maxWorkspaces) return false;
    const own = taken?.byCaller.get(taker.callerId ?? '') ?? 0;
    if (own >= this.most - (taken?.count ?? 0)) return false;
    this.note(taker, 1);
    return true;
  }
}
