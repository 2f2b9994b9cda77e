// Decides which task begins next, so that no workspace waits for another: workspaces in turn, the tasks of one in the order
// in which they came. Pure data: it holds no promise, no clock and no connection.

export interface Task {
  /** Tasks of a workspace wait for each other; those of different workspaces get equal parts. */
  readonly workspace: string;
  /** Tasks with the same name run one at a time. */
  readonly name?: string;
}

export interface FairQueue<T extends Task> {
  add(task: T): void;
  /** Takes a task out that has not begun. False when it has. */
  remove(task: T): boolean;
  /** How many tasks have not begun: of this workspace, or of all. */
  waitingOf(workspace: string): number;
  waiting(): number;
  /** The next task that may begin now, which then counts as running until `end`; null when there is none. */
  begin(): T | null;
  end(task: T): void;
  /** True when no task waits or runs. */
  isIdle(): boolean;
}

/** A workspace may take a place while it has less than this many times the places that are free. */
const greed = 2;

/** Tasks that have not begun, in the order in which their workspaces are served; one that was served goes to the end. */
function createWaiting<T extends Task>() {
  const waiting = new Map<string, T[]>();
  return {
    waiting,
    add(task: T) {
      const tasks = waiting.get(task.workspace);
      if (tasks) tasks.push(task);
      else waiting.set(task.workspace, [task]);
    },
    remove(task: T): boolean {
      const tasks = waiting.get(task.workspace) ?? [];
      const index = tasks.indexOf(task);
      if (index < 0) return false;
      tasks.splice(index, 1);
      if (tasks.length === 0) waiting.delete(task.workspace);
      return true;
    },
    /** The first that may begin, of the first workspace that has room for it. */
    take(hasRoom: (workspace: string) => boolean, isFree: (task: T) => boolean): T | null {
      for (const [workspace, tasks] of waiting) {
        const index = hasRoom(workspace) ? tasks.findIndex(isFree) : -1;
        if (index < 0) continue;
        const [task] = tasks.splice(index, 1);
        waiting.delete(workspace);
        if (tasks.length > 0) waiting.set(workspace, tasks);
        return task!;
      }
      return null;
    },
  };
}

/** `slots`: how many tasks run at the same time. `mostOf`: how many of one workspace may, at least one. */
export function createFairQueue<T extends Task>(
  slots: number,
  mostOf: (workspace: string) => number = () => slots,
): FairQueue<T> {
  const { waiting, add, remove, take } = createWaiting<T>();
  const running = new Map<string, number>();
  const names = new Set<string>();
  let free = slots;

  /**
   * A workspace that has nothing running may take any free place. One that has leaves the last one to others, and the more
   * places are taken, the less it may have: of ten alone seven, two workspaces four each.
   */
  const hasRoom = (workspace: string) => {
    const own = running.get(workspace) ?? 0;
    return own === 0 ? free > 0 : free > 1 && own < Math.min(greed * free, mostOf(workspace));
  };
  const isFree = ({ name }: T) => name === undefined || !names.has(name);

  return {
    ...{ add, remove },
    waitingOf: (workspace) => waiting.get(workspace)?.length ?? 0,
    waiting: () => [...waiting.values()].reduce((sum, tasks) => sum + tasks.length, 0),
    begin() {
      const task = free > 0 ? take(hasRoom, isFree) : null;
      if (!task) return null;
      free -= 1;
      running.set(task.workspace, (running.get(task.workspace) ?? 0) + 1);
      if (task.name !== undefined) names.add(task.name);
      return task;
    },
    end({ workspace, name }) {
      free += 1;
      const rest = (running.get(workspace) ?? 0) - 1;
      if (rest > 0) running.set(workspace, rest);
      else running.delete(workspace);
      if (name !== undefined) names.delete(name);
    },
    isIdle: () => waiting.size === 0 && running.size === 0,
  };
}
