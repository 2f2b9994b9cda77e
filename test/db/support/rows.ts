// Rows as the tables want them, with everything filled in that a test does not care about.
import { randomUUID } from 'node:crypto';
import type { StoredApiKey, StoredApiKeySecret } from '../../../src/access/authentication/tables.ts';
import type { NewRow } from '../../../src/db/tenant/tenant-db.ts';
import { BookingStatus, type Booking } from '../../../src/features/bookings/index.ts';
import type { Customer } from '../../../src/features/customers/index.ts';
import type { FollowUp } from '../../../src/features/follow-ups/follow-up.entity.ts';
import {
  InquiryChannel,
  InquiryStatus,
  type Inquiry,
  type Reply,
} from '../../../src/features/inquiries/index.ts';
import type { Treatment } from '../../../src/features/treatments/index.ts';
import type { Venue } from '../../../src/features/venues/index.ts';

const moment = '2026-06-01T12:00:00.000Z';
const dates = { createdAt: moment, updatedAt: moment };
const anyId = (prefix: string) => `${prefix}_${randomUUID().replaceAll('-', '')}`;

export function venueRow(values: Partial<Venue> = {}): NewRow<Venue> {
  const base = { name: 'Venue', city: null, address: null, timezone: 'Europe/Berlin', openingHours: [] };
  return { id: anyId('ven'), ...base, version: 1, ...dates, ...values };
}

export function customerRow(values: Partial<Customer> = {}): NewRow<Customer> {
  const base = { name: 'Customer', email: null, phone: null, city: null, notes: null, tags: [] };
  return { id: anyId('cus'), ...base, version: 1, ...dates, ...values };
}

export function inquiryRow(values: Partial<Inquiry> & { customerId: string }): NewRow<Inquiry> {
  const base = { subject: 'Subject', body: 'Body', channel: InquiryChannel.WEB, status: InquiryStatus.OPEN };
  return { id: anyId('inq'), venueId: null, ...base, version: 1, ...dates, ...values };
}

export function replyRow(values: Partial<Reply> & { inquiryId: string }): NewRow<Reply> {
  return {
    id: anyId('rep'),
    body: 'Reply',
    author: 'Staff',
    authorKind: null,
    authorId: null,
    createdAt: moment,
    ...values,
  };
}

export function followUpRow(values: Partial<FollowUp> & { customerId: string }): NewRow<FollowUp> {
  const base = { inquiryId: null, venueId: null, note: 'Call back', dueAt: moment, completedAt: null };
  return { id: anyId('fup'), ...base, status: 'OPEN', version: 1, ...dates, ...values } as NewRow<FollowUp>;
}

export function treatmentRow(values: Partial<Treatment> & { venueId: string }): NewRow<Treatment> {
  const base = { name: 'Massage', durationMinutes: 60, priceCents: 7_000, currency: 'EUR' };
  return { id: anyId('trt'), ...base, version: 1, ...dates, ...values };
}

export function bookingRow(
  values: Partial<Booking> & { venueId: string; treatmentId: string; customerId: string },
): NewRow<Booking> {
  const times = { startsAt: moment, endsAt: '2026-06-01T13:00:00.000Z' };
  const state = { status: BookingStatus.BOOKED, cancelledAt: null };
  return { id: anyId('bkg'), ...times, ...state, version: 1, ...dates, ...values };
}

export function keyRow(values: Partial<StoredApiKey> = {}): NewRow<StoredApiKey> {
  const limits = {
    scopes: [],
    venueIds: null,
    operationIds: null,
    ...{ trial: null, narrowedFrom: null },
    ipAllowlist: [],
    ...{ rateLimitPerMinute: null, maxRowsPerDay: null },
  };
  const ends = { disabledReason: null, expiresAt: null, lastUsedAt: null, enabledAt: null, revokedAt: null };
  const base = { number: 1, label: 'Key', description: null, environment: 'LIVE', status: 'ACTIVE' } as const;
  return {
    id: anyId('key'),
    ...base,
    ...limits,
    ...ends,
    createdById: null,
    version: 1,
    ...dates,
    ...values,
  };
}

export function secretRow(
  values: Partial<StoredApiKeySecret> & { apiKeyId: string },
): NewRow<StoredApiKeySecret> {
  const base = {
    prefix: 'lk_live_0',
    digest: '0'.repeat(64),
    status: 'ACTIVE',
    overlapSeconds: null,
    sealed: null,
  } as const;
  const moments = { activatedAt: moment, lastUsedAt: null, expiresAt: null, createdAt: moment };
  return { id: randomUUID().slice(-12), ...base, ...moments, ...values };
}
