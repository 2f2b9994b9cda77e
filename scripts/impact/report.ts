// The answer of schema:impact: an object for programs, lines for people.
import type { Instant } from '../../src/core/clock.ts';
import type { MetCaller, MetChange, MetOperation } from './impact.ts';

export interface ImpactReport {
  /** false = nothing that was used or is kept breaks. */
  readonly breaks: boolean;
  readonly recordedSince: Instant | null;
  /** Requests of operations, or in ways, that are not listed: what they used is not known. */
  readonly unknownRequests: number;
  /** false = no file of scopes was given: only the schema was compared. */
  readonly scopesCompared: boolean;
  readonly changes: readonly MetChange[];
}

const isUsed = ({ callers, operations }: MetChange) => callers.length + operations.length > 0;

/** What is not known counts as used, as long as there is a change that could meet it. */
export function reportOf(report: Omit<ImpactReport, 'breaks'>): ImpactReport {
  const { changes, recordedSince, unknownRequests } = report;
  const isKnown = recordedSince !== null && unknownRequests === 0;
  return { breaks: changes.some(isUsed) || (changes.length > 0 && !isKnown), ...report };
}

const certainty = (isCertain: boolean) => (isCertain ? 'breaks' : 'may break');

function callerLine(caller: MetCaller): string {
  const { kind, id, label, workspaceName, requests, lastUsedAt, operations, isCertain } = caller;
  const who = `${kind === 'API_KEY' ? 'key' : 'user'} ${id} ${JSON.stringify(label ?? '')}`;
  const often = `${requests} ${requests === 1 ? 'request' : 'requests'}, last ${lastUsedAt}`;
  return `  ${certainty(isCertain)}: ${who} of ${JSON.stringify(workspaceName)}: ${often}, ${operations.join(', ')}`;
}

function operationLine({ name, workspaceId, isCertain }: MetOperation): string {
  const kept = workspaceId === null ? 'stored operation' : `saved operation of ${workspaceId}:`;
  return `  ${certainty(isCertain)}: ${kept} ${name}`;
}

function limitsOf({ recordedSince, unknownRequests, scopesCompared, changes }: ImpactReport): string[] {
  return [
    recordedSince === null
      ? 'Requests are not recorded now: what is used is not known, and every change counts as used.'
      : `Recorded since ${recordedSince}; nothing is known of the time before.`,
    ...(unknownRequests > 0 && changes.length > 0
      ? [`${unknownRequests} requests were of operations that are not listed: they may break.`]
      : []),
    ...(scopesCompared ? [] : ['Scopes were not compared: no file of scopes was given.']),
  ];
}

export function textOfReport(report: ImpactReport): string {
  const { changes } = report;
  const used = changes.filter(isUsed);
  const rest = changes.length - used.length;
  return [
    ...used.flatMap(({ change, callers, operations }) => [
      change,
      ...callers.map(callerLine),
      ...operations.map(operationLine),
    ]),
    ...(changes.length === 0 ? ['No breaking change.'] : []),
    ...(rest > 0
      ? [`${rest} breaking ${rest === 1 ? 'change' : 'changes'} that no recorded operation uses.`]
      : []),
    ...limitsOf(report),
  ].join('\n');
}
