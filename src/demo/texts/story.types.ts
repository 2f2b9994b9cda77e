// The shape of the demo story: plain values, no database and no ids. Imported through story.ts.

/** One business: its venues at once, its customers one at a time. */
export interface Story {
  readonly venues: VenueStory[];
  /** Yields customers 0..count-1. Lazy; customer i is the same whatever the count. NOT sorted by time. */
  customers(count: number): Generator<CustomerStory>;
}

export interface VenueStory {
  /** Place in `Story.venues`; what `venueKeys` and `venueKey` refer to. */
  key: number;
  name: string;
  city: string;
  address: string;
  /** IANA name. */
  timezone: string;
  /** Local times, HH:MM. At most one entry per weekday; a missing weekday is closed. */
  openingHours: OpeningHours[];
  treatments: TreatmentStory[];
}

export type Weekday = 'MONDAY' | 'TUESDAY' | 'WEDNESDAY' | 'THURSDAY' | 'FRIDAY' | 'SATURDAY' | 'SUNDAY';

export interface OpeningHours {
  weekday: Weekday;
  opens: string;
  closes: string;
}

export interface TreatmentStory {
  name: string;
  durationMinutes: number;
  /** Hundredths of the currency. */
  priceCents: number;
  /** ISO 4217. */
  currency: string;
}

export interface CustomerStory {
  name: string;
  /** Unique within one story; example.com, .org or .net. Never null when `phone` is. */
  email: string | null;
  phone: string | null;
  city: string | null;
  notes: string | null;
  tags: string[];
  /** One or two venues. */
  venueKeys: number[];
  createdAtMs: number;
  /** Oldest first, none before the customer was created. */
  inquiries: InquiryStory[];
  followUps: FollowUpStory[];
}

export type Channel = 'EMAIL' | 'SMS' | 'WHATSAPP' | 'WEB' | 'PHONE';
export type InquiryStatus = 'OPEN' | 'WAITING' | 'ANSWERED' | 'CLOSED';

export interface InquiryStory {
  /** One of the customer's `venueKeys`, or null when it concerns the whole business. */
  venueKey: number | null;
  subject: string;
  body: string;
  channel: Channel;
  /** OPEN: no staff reply yet. WAITING: staff asked and the customer has not answered. */
  status: InquiryStatus;
  createdAtMs: number;
  /** In order of time, none later than the story's now. */
  replies: ReplyStory[];
}

export interface ReplyStory {
  body: string;
  /** The customer's full name, or the first name of a member of staff. */
  author: string;
  writer: 'customer' | 'staff';
  createdAtMs: number;
}

export interface FollowUpStory {
  /** Place in the customer's `inquiries`, or null when it concerns the customer as such. */
  inquiryIndex: number | null;
  venueKey: number | null;
  note: string;
  dueAtMs: number;
  status: 'OPEN' | 'DONE';
  /** Set exactly when DONE; never before `createdAtMs`. */
  completedAtMs: number | null;
  createdAtMs: number;
}
