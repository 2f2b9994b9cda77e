// Which operations there are: each document gets the id of its normalised form, once for each workspace. A caller who sends
// documents without end fills neither memory nor store: what is beyond the limits is counted under one name.
import { createHash } from 'node:crypto';
import { print, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { dayMs, hourMs } from '../../../core/clock.ts';
import { blankSecrets } from '../../../core/logger.ts';
import type { RanOperation, RecordedRequest } from '../../../core/recorder.ts';
import type { RecordedOperationKind } from '../recording.tables.ts';
import { FairRoom } from './fair-room.ts';
import { normalisedDocument } from './normalised-document.ts';

/** What was refused before an operation was resolved. */
export const noOperation = 'none';
/** All operations beyond the limits. */
export const unlistedOperation = 'other';

/** Longer ones are not listed. */
const maxDocumentLength = 16_384;
/** New operations of one workspace in one hour, shared by its callers as FairRoom says. */
const maxNewInHour = 400;
/** New operations that wait to be written, of all workspaces: at most 16 MB. */
const maxWaiting = 1_000;
/** Operations that are known to be in the store. */
const maxKnown = 20_000;
/** Workspaces whose new operations of this hour are counted. */
const maxWorkspaces = 10_000;
const maxNameLength = 100;

export interface NewOperation {
  readonly id: string;
  readonly workspaceId: string;
  /** Who ran it first. */
  readonly callerId: string;
  readonly name: string | null;
  readonly kind: RecordedOperationKind;
  readonly document: string;
}

interface EnteredOperation extends Pick<NewOperation, 'id' | 'workspaceId' | 'callerId'> {
  readonly ran: RanOperation;
  readonly text: string;
}

interface Normalised {
  readonly text: string;
  readonly digest: string;
  readonly ids: LRUCache<string, string>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function normalise(ran: RanOperation): Normalised {
  const text = print(normalisedDocument(ran));
  return { text, digest: sha256(text), ids: new LRUCache({ max: maxWorkspaces }) };
}

export class OperationBook {
  /** By the operation as the server keeps it parsed: a document is normalised when it is first seen, and not at each request. */
  private readonly normalised = new WeakMap<OperationDefinitionNode, Normalised>();
  /** Id -> the day on which it was written last: written again on another day, should it have been deleted. */
  private readonly written = new LRUCache<string, number>({ max: maxKnown });
  private readonly waiting = new Map<string, NewOperation>();
  private newInHour = new FairRoom(maxNewInHour, maxWorkspaces);
  private hour = -1;

  /** The id under which a request is counted. */
  idOf({ caller: { workspaceId, id: callerId }, ran }: RecordedRequest, nowMs: number): string {
    if (!ran) return noOperation;
    let normalised = this.normalised.get(ran.operation);
    if (!normalised) this.normalised.set(ran.operation, (normalised = normalise(ran)));
    let id = normalised.ids.get(workspaceId);
    if (id === undefined) {
      id = `rop_${sha256(`${workspaceId} ${normalised.digest}`).slice(0, 32)}`;
      normalised.ids.set(workspaceId, id);
    }
    const day = Math.floor(nowMs / dayMs);
    if (this.written.get(id) === day || this.waiting.has(id)) return id;
    return this.enter({ id, workspaceId, callerId, ran, text: normalised.text }, nowMs);
  }

  /** Operations that are not in the store yet, as far as this process knows; at most so many. */
  newOnes(most: number): readonly NewOperation[] {
    return [...this.waiting.values()].slice(0, most);
  }

  /** They wait no more. Those that were not refused need not be written any more today. */
  settle(operations: readonly NewOperation[], refused: ReadonlySet<string>, nowMs: number): void {
    for (const { id } of operations) {
      this.waiting.delete(id);
      if (!refused.has(id)) this.written.set(id, Math.floor(nowMs / dayMs));
    }
  }

  private enter({ ran, text, ...named }: EnteredOperation, nowMs: number): string {
    const { id } = named;
    const isKnown = this.written.has(id);
    const isFull = this.waiting.size >= maxWaiting;
    if (isKnown && isFull) return id;
    if (!isKnown && (isFull || text.length > maxDocumentLength)) return unlistedOperation;
    const hour = Math.floor(nowMs / hourMs);
    if (hour !== this.hour) this.newInHour = new FairRoom(maxNewInHour, maxWorkspaces);
    this.hour = hour;
    if (!isKnown && !this.newInHour.take(named)) return unlistedOperation;
    const { name, operation } = ran.operation;
    const kind = operation === 'mutation' ? 'MUTATION' : 'QUERY';
    const shown = name ? blankSecrets(name.value).slice(0, maxNameLength) : null;
    this.waiting.set(id, { ...named, kind, document: text, name: shown });
    return id;
  }
}
