// The limits of one request: what is left before it, what it is charged, what its answer says of it.
import type { Clock } from '../../core/clock.ts';
import type { Principal } from '../../core/principal.ts';
import type { AnswerNotes } from '../../core/request-facts.ts';
import { tooExpensive } from '../../core/too-expensive.ts';
import {
  callerCharges,
  failureCharge,
  managementCharges,
  type LimitSettings,
  type NamedCharge,
} from './buckets.ts';
import { FullBuckets } from './full-buckets.ts';
import {
  bindingRequests,
  limitHeaders,
  rateLimited,
  refusalOf,
  type NamedStanding,
} from './limit-headers.ts';
import type { PasswordAttempts } from './password-attempts.ts';
import { openRowBudget, type RowBudget } from './row-budget.ts';
import type { RowCounts } from './row-counts.ts';
import type { LimitStore } from './store.ts';

/** `extensions.cost`, in points. */
export interface CostReport {
  readonly requestedQueryCost: number;
  /** Equal to the requested cost: all of it was charged before the run, and none is given back. */
  readonly actualQueryCost: number;
  readonly throttleStatus: {
    readonly maximumAvailable: number;
    readonly currentlyAvailable: number;
    /** Points a second, on average: each point comes back a minute after it was spent. */
    readonly restoreRate: number;
  };
}

/** What `rateLimit` answers. */
export interface LimitStatus {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAtMs: number;
  readonly cost: number;
}

/** The limits of one request. */
export interface RequestLimits {
  /**
   * Says on which budget a signed-in user's request draws, once its operation was looked at. Throws RATE_LIMITED at once
   * when the requests of that budget are known to be used up.
   */
  chooseBudget(isManagement: boolean): void;
  /**
   * Charges the request and its cost, before it runs. Throws RATE_LIMITED, or QUERY_TOO_EXPENSIVE when the cost is over
   * what a minute has, which no waiting would change. Throws RATE_LIMITED, EGRESS_BUDGET, when the key was answered all rows of
   * its day.
   */
  charge(cost: number): Promise<void>;
  /** Told how many rows were read for the answer. */
  noteRows(count: number): void;
  /** Counts those rows, before the answer leaves. Never rejects. */
  settleRows(): Promise<void>;
  /** Null until charged. */
  costReport(): CostReport | null;
  /** Null until charged. */
  status(): LimitStatus | null;
  /**
   * Lets `verify` look at a password. Counts the attempt first, by account and by address; one that succeeds counts no
   * longer. Throws RATE_LIMITED, and NOT_ALLOWED for a second attempt in the same request.
   */
  tryPassword(account: string, verify: () => Promise<boolean>): Promise<boolean>;
}

export interface Limits {
  /**
   * Begins a request. Throws RATE_LIMITED at once when its requests are known to be used up; of a signed-in user that is
   * asked by chooseBudget(), because managing the workspace goes on when everything else is used up. A request that ends before it
   * was charged (it did not parse, say) is charged as one request when its answer leaves.
   */
  open(principal: Principal, ip: string, answer: AnswerNotes): RequestLimits;
  /** Counts a credential that was refused. Throws RATE_LIMITED when its address had too many of them. */
  noteFailure(ip: string): Promise<void>;
}

interface LimitsOptions {
  readonly settings: LimitSettings;
  readonly store: LimitStore;
  readonly clock: Clock;
  readonly passwordAttempts: PasswordAttempts;
  readonly rowCounts: RowCounts;
}

class OpenRequest implements RequestLimits {
  private standings: readonly NamedStanding[] | null = null;
  private cost = 0;
  private isCharged = false;
  private hasTriedPassword = false;
  private isManagement = false;
  private readonly rows: RowBudget | null;

  constructor(
    private readonly options: LimitsOptions,
    private readonly full: FullBuckets,
    private readonly principal: Principal,
    private readonly ip: string,
    private readonly answer: AnswerNotes,
  ) {
    this.rows = openRowBudget({ counts: options.rowCounts, clock: options.clock }, principal, answer);
  }

  noteRows(count: number): void {
    this.rows?.note(count);
  }

  async settleRows(): Promise<void> {
    await this.rows?.settle();
  }

  async charge(cost: number): Promise<void> {
    const [, { limit }] = this.charges(cost);
    if (cost > limit) {
      throw tooExpensive(`The operation costs ${cost} points; the limit is ${limit}.`, {
        requested: cost,
        limit,
      });
    }
    this.cost = cost;
    await this.take(cost);
    await this.rows?.assertOpen();
  }

  chooseBudget(isManagement: boolean): void {
    this.isManagement = isManagement;
    this.assertNotFull();
  }

  /** For a request that was not charged until its answer leaves. */
  async settle(): Promise<void> {
    if (!this.isCharged) await this.take(0);
  }

  assertNotFull(): void {
    const [{ key }] = this.charges(0);
    const nowMs = this.options.clock.nowMs();
    const standings = this.full.find(key, nowMs);
    if (!standings) return;
    this.show(standings, nowMs);
    throw refusalOf(standings);
  }

  costReport(): CostReport | null {
    const points = this.standings?.find(({ unit }) => unit === 'points');
    if (!points) return null;
    const perSecond = Math.round((points.limit / points.windowMs) * 1_000_000) / 1000;
    return {
      requestedQueryCost: this.cost,
      actualQueryCost: this.cost,
      throttleStatus: {
        maximumAvailable: points.limit,
        currentlyAvailable: points.remaining,
        restoreRate: perSecond,
      },
    };
  }

  status(): LimitStatus | null {
    if (!this.standings) return null;
    const { limit, remaining, resetMs } = bindingRequests(this.standings);
    return { limit, remaining, resetAtMs: this.options.clock.nowMs() + resetMs, cost: this.cost };
  }

  async tryPassword(account: string, verify: () => Promise<boolean>): Promise<boolean> {
    const isFirst = !this.hasTriedPassword;
    this.hasTriedPassword = true;
    return this.options.passwordAttempts.attempt({ account, ip: this.ip, isFirst }, verify);
  }

  private charges(cost: number) {
    const { options, principal, ip } = this;
    return this.isManagement && principal.kind === 'USER'
      ? managementCharges(options.settings, principal, cost)
      : callerCharges(options.settings, principal, ip, cost);
  }

  private async take(cost: number): Promise<void> {
    this.isCharged = true;
    const charges = this.charges(cost).filter((charge): charge is NamedCharge => charge !== undefined);
    const nowMs = this.options.clock.nowMs();
    const { type, standings: found } = await this.options.store.charge(charges, nowMs);
    const standings = found.map((standing, index) => {
      const { name, unit, windowMs, amount } = charges[index]!;
      return { ...standing, name, unit, windowMs, amount };
    });
    this.standings = standings;
    this.show(standings, nowMs);
    if (type === 'allow') return;
    // The workspace's requests are used up for everybody: until then nobody needs to ask the store, nor to be parsed.
    if (standings[0]!.waitMs > 0) this.full.note(charges[0]!.key, standings, nowMs);
    throw refusalOf(standings);
  }

  private show(standings: readonly NamedStanding[], nowMs: number): void {
    Object.assign(this.answer.headers, limitHeaders(standings, nowMs));
  }
}

export function createLimits(options: LimitsOptions): Limits {
  const full = new FullBuckets();
  return {
    open(principal, ip, answer) {
      const request = new OpenRequest(options, full, principal, ip, answer);
      if (principal.kind !== 'USER') request.assertNotFull();
      answer.beforeSend = () => request.settle();
      return request;
    },
    async noteFailure(ip) {
      const charge = failureCharge(options.settings, ip);
      const { type, retryAfterMs } = await options.store.charge([charge], options.clock.nowMs());
      if (type === 'allow') return;
      const what = `Over the limit of ${charge.limit} refused credentials a minute from one address.`;
      throw rateLimited(what, retryAfterMs, { limit: charge.limit });
    },
  };
}

/** For commands: the operator is not limited. */
export const unlimited: RequestLimits = {
  chooseBudget: () => {},
  charge: async () => {},
  noteRows: () => {},
  settleRows: async () => {},
  costReport: () => null,
  status: () => null,
  tryPassword: (_account, verify) => verify(),
};
