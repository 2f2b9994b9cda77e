// Dresses a line of a thread for its channel: a letter by e-mail, a short line on the phone's screen, a note after a call.
import type { Channel } from './story.types.ts';
import type { Blanks } from './topic.ts';

export type Writer = 'customer' | 'staff';

/** The customer's first message. `signOff` is used in e-mails only. */
export function openingLetter(channel: Channel, text: string, blanks: Blanks, signOff: string): string {
  switch (channel) {
    case 'EMAIL':
      return `Hello,\n\n${text}\n\n${signOff}\n${blanks.first}`;
    case 'PHONE':
      return `Voicemail from ${blanks.first}: ${text}`;
    case 'SMS':
    case 'WHATSAPP':
      return `Hi, this is ${blanks.first}. ${text}`;
    case 'WEB':
      return text;
  }
}

/** A later message of either side. */
export function replyLetter(channel: Channel, writer: Writer, text: string, blanks: Blanks): string {
  const { first, staff } = blanks;
  const byStaff = writer === 'staff';
  switch (channel) {
    case 'EMAIL':
    case 'WEB':
      return byStaff
        ? `Hi ${first},\n\n${text}\n\nBest wishes\n${staff}`
        : `Hi ${staff},\n\n${text}\n\n${first}`;
    case 'PHONE':
      return byStaff ? `Called ${first} back: ${text}` : `${first} on the phone: ${text}`;
    case 'SMS':
    case 'WHATSAPP':
      return byStaff ? `Hi ${first}! ${text} (${staff})` : text;
  }
}
