// Many places in one document: paths that begin alike share their beginning, up to what the server takes at once.
import type { Path, Step } from './paths.ts';

/** Both are what the server takes, less a margin for the braces of the document. */
const maxTokens = 1_990;
const maxAliases = 30;
const maxRootFields = 20;

/** What is asked at the end of a path. */
export interface Errand {
  readonly path: Path;
  /** Fields of the rows at its end. */
  readonly selection: string;
  /** How many aliases the selection has. */
  readonly aliases?: number;
}

interface Branch {
  readonly step: Step | null;
  readonly selections: string[];
  readonly below: Map<string, Branch>;
}

/** An interface is asked once for each of its types, under a name for each. */
const nameOf = ({ field, kind, target }: Step) =>
  kind === 'node' ? `${field.name}_${target.name}: ${field.name}` : field.name;

export function argumentsText(given: Readonly<Record<string, string | number>>): string {
  const texts = Object.entries(given).map(([name, value]) => `${name}: ${value}`);
  return texts.length > 0 ? `(${texts.join(', ')})` : '';
}

/** The rows of a step and, of a list, their number. */
export function wrap({ kind, target }: Pick<Step, 'kind' | 'target'>, inner: string): string {
  if (kind === 'list') return inner === '' ? '{ totalCount }' : `{ totalCount nodes { ${inner} } }`;
  return kind === 'node' ? `{ ... on ${target.name} { ${inner} } }` : `{ ${inner} }`;
}

function printed({ step, selections, below }: Branch, first: number): string {
  const inner = [...selections, ...[...below.values()].map((branch) => printed(branch, first))].join(' ');
  if (!step) return inner;
  const given = { ...step.required, ...(step.kind === 'list' ? { first } : {}) };
  return `${nameOf(step)}${argumentsText(given)} ${wrap(step, inner)}`;
}

const newBranch = (step: Step | null): Branch => ({ step, selections: [], below: new Map() });

/** As the lexer of the server counts them. */
function countTokens(text: string): number {
  return text.match(/"[^"]*"|\.\.\.|\w+|[^\s,\w]/g)?.length ?? 0;
}

/** One document as it grows. */
class Draft {
  private readonly root = newBranch(null);
  readonly errands: Errand[] = [];
  private tokens: number;
  private aliases = 0;

  constructor(
    private readonly head: string,
    private readonly first: number,
  ) {
    this.tokens = countTokens(head) + 2;
  }

  get document(): string {
    return `${this.head} { ${printed(this.root, this.first)} }`;
  }

  /** False, and nothing is done, when the document would grow over the limits. The first errand always fits. */
  add(errand: Errand): boolean {
    const { tokens, aliases } = this.costOf(errand);
    const roots = new Set([...this.errands, errand].map(({ path: [first] }) => first && nameOf(first)));
    const isOver =
      this.tokens + tokens > maxTokens || this.aliases + aliases > maxAliases || roots.size > maxRootFields;
    if (isOver && this.errands.length > 0) return false;
    this.tokens += tokens;
    this.aliases += aliases;
    this.errands.push(errand);
    this.grow(errand);
    return true;
  }

  private costOf({ path, selection, aliases = 0 }: Errand): { tokens: number; aliases: number } {
    let branch: Branch | undefined = this.root;
    const cost = { tokens: countTokens(selection), aliases };
    for (const step of path) {
      branch = branch?.below.get(nameOf(step));
      if (branch) continue;
      cost.tokens += countTokens(printed({ ...newBranch(step), selections: ['_'] }, this.first));
      cost.aliases += step.kind === 'node' ? 1 : 0;
    }
    return cost;
  }

  private grow({ path, selection }: Errand): void {
    let branch = this.root;
    for (const step of path) {
      const known = branch.below.get(nameOf(step)) ?? newBranch(step);
      branch.below.set(nameOf(step), known);
      branch = known;
    }
    branch.selections.push(selection);
  }
}

export interface Batch {
  readonly document: string;
  readonly errands: readonly Errand[];
}

/** Every errand, in as few documents as the limits allow. `head` opens each; lists on the way show `first` rows. */
export function batchesOf(errands: readonly Errand[], head: string, first: number): Batch[] {
  let draft = new Draft(head, first);
  const drafts = [draft];
  for (const errand of errands) {
    if (draft.add(errand)) continue;
    draft = new Draft(head, first);
    draft.add(errand);
    drafts.push(draft);
  }
  return drafts.filter((one) => one.errands.length > 0);
}
