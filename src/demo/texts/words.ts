// Small talk of the demo story: notes, tags, and the lines that fit any thread. Topics have files of their own.

/** What staff write about a customer. */
export const NOTES: readonly string[] = [
  'Prefers mornings, before work.',
  'Only after 17:00 on weekdays.',
  'Latex allergy: use vinyl gloves.',
  'Allergic to nut oils. Use the grape seed oil.',
  'Lower back, L4/L5. No strong pressure on the lumbar area.',
  'Left shoulder operated on last spring, full range not back yet.',
  'Likes a quiet room, no music.',
  'Comes by wheelchair, needs the ground-floor room.',
  'Always pays by invoice to the employer.',
  'Brings a toddler sometimes, ask for the family room.',
  'Training for a marathon in autumn.',
  'Speaks little English, write short sentences.',
  'Sends friends to us. Thank them at the next visit.',
  'Had a cancelled session in spring, was given a free upgrade.',
  'Migraines: dim the light and leave out the scented oil.',
  'Pregnant, due in the summer. Side position only.',
  'Please call, rarely reads e-mail.',
  'Birthday voucher every year from the family.',
  'Works shifts, books at short notice.',
  'Blood pressure medication, no hot stone and no sauna.',
];

/** Tags with how common each is. `new` and `regular` are not here: they follow from the customer's story. */
export const TAGS: readonly (readonly [string, number])[] = [
  ['newsletter', 10],
  ['physio', 7],
  ['massage', 7],
  ['gift-card', 4],
  ['insurance', 4],
  ['student', 2],
  ['corporate', 2],
  ['prenatal', 1],
  ['vip', 1],
];

/** Last word of a customer whose question was answered. */
export const THANKS: readonly string[] = [
  'Perfect, thank you so much!',
  'Thank you, that is all I needed to know.',
  'Great, thanks for the quick answer.',
  'Lovely, thank you. See you soon.',
  'That works for me. Many thanks!',
  'Wonderful, I am looking forward to it.',
  'Thanks a lot for taking care of this.',
];

/** A customer who has waited too long for a first answer. */
export const NUDGES: readonly string[] = [
  'Just checking whether you have seen my message?',
  'Did you get this? I would like to plan my week.',
  'Sorry to ask again, but is there any news?',
];

/** Staff, when the customer never came back to their question. */
export const FAREWELLS: readonly string[] = [
  'I have not heard back, so I will close this for now. Just write again whenever it suits you.',
  'I am closing this message on our side. A short line is enough and we pick it up again.',
];

export const SIGN_OFFS: readonly string[] = [
  'Kind regards',
  'Best wishes',
  'Thank you',
  'Many thanks',
  'Warmly',
];

/** Things to do about an inquiry nobody has answered. */
export const UNANSWERED_FOLLOW_UPS: readonly string[] = [
  'Get back to {first}, the message has no answer yet.',
  'Call {first} about the message.',
  'Find out who at {venue} can answer {first}.',
];

/** Things to do about an inquiry in which the customer owes an answer. */
export const WAITING_FOLLOW_UPS: readonly string[] = [
  'Has {first} answered our question?',
  'Remind {first} of our question.',
];

/** Things to do for somebody who has only just found us. */
export const NEWCOMER_FOLLOW_UPS: readonly string[] = [
  'Welcome call to {first}.',
  'Send {first} the welcome letter of {venue}.',
  'Check that the consent form of {first} is signed and on file.',
  'Offer {first} a slot for the {treatment}, as asked at the desk.',
  'Invite {first} to the open evening at {venue}.',
  'Ask {first} how the first visit was.',
];

/** Things to do for a customer of some standing that no inquiry asked for. */
export const ROUTINE_FOLLOW_UPS: readonly string[] = [
  'Three-month check-in: ask {first} how things are going.',
  'Send {first} the birthday voucher.',
  'Invite {first} to the open evening at {venue}.',
  'Ask {first} for a short review of {venue}.',
  'Ten-visit card nearly used up, offer {first} a new one.',
  'Call {first} about the missed appointment.',
  'Check that the consent form of {first} is signed and on file.',
  'Offer {first} a slot for the {treatment}, as asked at the desk.',
  'Remind {first} to bring the doctor’s letter next time.',
  'Ask {first} whether the home exercises are working.',
  'Return the umbrella {first} left at {venue}.',
  'Win-back call: {first} has not booked for a while.',
];
