// The one ordered list of migrations. A migration that has been released is never changed; a new one is added. One that
// servers of an earlier version cannot honour calls requireVersion (requirements.ts). Those of version 0.1 have a folder of
// their own.
import { Accounts1767225600001 } from './versions/0.1/1-accounts.ts';
import { Customers1767225600002 } from './versions/0.1/2-customers.ts';
import { Audit1767225600003 } from './versions/0.1/3-audit.ts';
import { Bookings1767225600004 } from './versions/0.1/4-bookings.ts';
import { Idempotency1767225600005 } from './versions/0.1/5-idempotency.ts';
import { CustomerSearch1767225600006 } from './versions/0.1/6-customer-search.ts';
import { Statistics1767225600008 } from './versions/0.1/8-statistics.ts';
import { BookingStatistics1767225600009 } from './versions/0.1/9-booking-statistics.ts';
import { ExternalSignIn1767225600011 } from './versions/0.1/11-external-sign-in.ts';
import { UserNames1767225600012 } from './versions/0.1/12-user-names.ts';
import { Sweeps1767225600013 } from './versions/0.1/13-sweeps.ts';
import { RowCounts1767225600014 } from './versions/0.1/14-row-counts.ts';
import { ListFilters1767225600020 } from './versions/20-list-filters.ts';
import { TextFolds1767225600030 } from './versions/30-text-folds.ts';
import { ZoneNames1767225600040 } from './versions/40-zone-names.ts';
import { LargePrices1767225600041 } from './versions/41-large-prices.ts';
import { ReplyAuthors1767225600042 } from './versions/42-reply-authors.ts';
import { StoreRequirements1767225600050 } from './versions/50-store-requirements.ts';
import { AddressFolds1767225600060 } from './versions/60-address-folds.ts';
import { VenueCustomers1767225600070 } from './versions/70-venue-customers.ts';
import { StoredOperations1767225600080 } from './versions/80-stored-operations.ts';
import { KeyLists1767225600085 } from './versions/85-key-lists.ts';
import { WorkspaceSettings1767225600086 } from './versions/86-workspace-settings.ts';
import { Recording1767225600090 } from './versions/90-recording.ts';
import { KeyNarrowing1767225600095 } from './versions/95-key-narrowing.ts';
import { RequestLogIndexes1767225600096 } from './versions/96-request-log-indexes.ts';
import { KeyReads1767225600100 } from './versions/100-key-reads.ts';
import { RecordedCallers1767225600101 } from './versions/101-recorded-callers.ts';

export const migrations = [
  Accounts1767225600001,
  Customers1767225600002,
  Audit1767225600003,
  Bookings1767225600004,
  Idempotency1767225600005,
  CustomerSearch1767225600006,
  Statistics1767225600008,
  BookingStatistics1767225600009,
  ExternalSignIn1767225600011,
  UserNames1767225600012,
  Sweeps1767225600013,
  RowCounts1767225600014,
  ListFilters1767225600020,
  TextFolds1767225600030,
  ZoneNames1767225600040,
  LargePrices1767225600041,
  ReplyAuthors1767225600042,
  StoreRequirements1767225600050,
  AddressFolds1767225600060,
  VenueCustomers1767225600070,
  StoredOperations1767225600080,
  KeyLists1767225600085,
  WorkspaceSettings1767225600086,
  Recording1767225600090,
  KeyNarrowing1767225600095,
  RequestLogIndexes1767225600096,
  KeyReads1767225600100,
  RecordedCallers1767225600101,
];
