// Of a stored operation each caller runs the parts that its scopes open (`@withScopes`). Which coordinates were of such a part stands
// among those of the run as marks, so that other scopes can be judged later: they close the part, and do not refuse the run. Another
// mark says that a query is answered whole or refused, as REST and agents ask it.
import type { LeastDocument } from '../../core/request-facts.ts';

/** Stands among coordinates for a run that answers nothing without a part: the scopes of one that it has. */
const opening = '-opening-part';
const ofPart = (coordinate: string) => `${coordinate}-part`;
/** The mark of a query that is refused as soon as one of its fields is denied. */
const whole = '-whole-part';

export const isPartMark = (coordinate: string): boolean => coordinate.endsWith('-part');

/** The coordinates of what every caller runs of an operation. */
export interface LeastUse extends Pick<LeastDocument, 'openedBy'> {
  readonly used: readonly string[];
}

const marked = new WeakMap<readonly string[], WeakMap<readonly string[], readonly string[]>>();

/** With a mark for each coordinate that only a part asked for. Sorted; the same array for the same two lists. */
export function withPartMarks(used: readonly string[], least: LeastUse): readonly string[] {
  const ofUsed = marked.get(used) ?? new WeakMap<readonly string[], readonly string[]>();
  marked.set(used, ofUsed);
  const known = ofUsed.get(least.used);
  if (known) return known;
  const always = new Set(least.used);
  const marks = used.filter((coordinate) => !always.has(coordinate)).map(ofPart);
  const openings = least.openedBy.map((scopes) => `${scopes.join()}${opening}`);
  const found = [...used, ...marks, ...openings].sort();
  ofUsed.set(least.used, found);
  return found;
}

const asWhole = new WeakMap<readonly string[], readonly string[]>();

/** With the mark of a query that is answered as a whole or not at all. Sorted; the same array for the same list. */
export function withWholeMark(used: readonly string[]): readonly string[] {
  const known = asWhole.get(used);
  if (known) return known;
  const found = [...used, whole].sort();
  asWhole.set(used, found);
  return found;
}

export interface Parts {
  /** Whether the query is refused as soon as one of its fields is denied. */
  readonly isWhole: boolean;
  isOfPart(coordinate: string): boolean;
  /** Sets of scopes; a run is refused to who has none of them whole. Empty = it needs no part. */
  readonly openedBy: LeastDocument['openedBy'];
}

/** What the marks among coordinates say. */
export function partsIn(coordinates: readonly string[]): Parts {
  const marks = new Set(coordinates.filter(isPartMark));
  const openings = [...marks].filter((mark) => mark.endsWith(opening));
  return {
    isWhole: marks.has(whole),
    isOfPart: (coordinate) => marks.has(ofPart(coordinate)),
    openedBy: openings.map((mark) => mark.slice(0, -opening.length).split(',')),
  };
}
