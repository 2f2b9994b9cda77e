// Conversations about finding, moving and paying for an appointment at one venue.
import type { Topic } from './topic.ts';

export const APPOINTMENT_TOPICS: readonly Topic[] = [
  {
    about: 'any',
    subjects: ['Appointment on {day}?', 'Free slot for the {treatment}', 'Anything free on {day}?'],
    openings: [
      'Do you have anything free on {day} for the {treatment}? Ideally around {time}.',
      'I would like to book the {treatment} at {venue}. Would {day} at about {time} be possible?',
    ],
    ask: 'Gladly! Would you like the room with the daylight window, or is any room fine?',
    detail: 'Any room is fine, the time matters more to me.',
    answers: [
      '{day} at {time} is free and I have put your name on it. Please come five minutes early.',
      '{time} is just gone, but I can offer {day} at {otherTime}. I am holding it for you until tonight.',
    ],
    followUps: [
      'Check that {first} confirmed {day} for the {treatment}.',
      'Release the held slot if {first} does not confirm.',
    ],
  },
  {
    about: 'any',
    subjects: ['Moving my appointment', 'Can I come on {otherDay} instead?', 'Need to reschedule'],
    openings: [
      'Something has come up at work. Can I move my {treatment} from {day} to {otherDay}?',
      'I cannot make it on {day} after all. Is there a slot on {otherDay} for the {treatment}?',
    ],
    ask: 'No problem. Is morning or afternoon better for you on {otherDay}?',
    detail: 'Afternoon would be better, any time after two.',
    answers: [
      'Done: you are now booked on {otherDay} at 15:30. There is no fee, you told us in good time.',
      'I have moved you to {otherDay} at 16:00. You will get a new confirmation in a minute.',
    ],
    followUps: [
      'Make sure the old {day} slot of {first} is open again.',
      'Call {first} to confirm the new time on {otherDay}.',
    ],
  },
  {
    about: 'any',
    subjects: ['Cancel my booking', 'Cancelling {day}'],
    openings: [
      'I have caught a cold and need to cancel my {treatment} on {day}. I hope that is all right.',
      'Please cancel my appointment on {day} at {time}. I will book again when I am back in {city}.',
    ],
    ask: 'Thank you for telling us. Shall I move it to next week instead of cancelling?',
    detail: 'No, please cancel it. I will get in touch when I know my dates.',
    answers: [
      'Your appointment on {day} is cancelled, nothing to pay. All the best until then!',
      'Cancelled, and the deposit goes back to your card within three working days.',
    ],
    followUps: [
      'Ask {first} whether to find a new date for the {treatment}.',
      'Check that the deposit of {first} was refunded.',
    ],
  },
  {
    about: 'any',
    subjects: ['Price of the {treatment}', 'What does the {treatment} cost?'],
    openings: [
      'How much is the {treatment} at {venue}, and how long does it take?',
      'Your leaflet has no prices. What would I pay for the {treatment}? Do you have a card for several visits?',
    ],
    ask: 'Happy to help. Is it for one visit, or do you plan to come regularly?',
    detail: 'Probably once a month, if I like it.',
    answers: [
      'The {treatment} takes {minutes} minutes and costs {price}. With the ten-visit card the tenth one is free.',
      'It is {price} for {minutes} minutes, towels and tea included. You can pay by card or in cash.',
    ],
    followUps: [
      'Send {first} the ten-visit card offer.',
      'Call {first}: was interested in the {treatment}, price sent.',
    ],
  },
  {
    about: 'any',
    subjects: ['Waiting list for {day}', 'Please put me on the waiting list'],
    openings: [
      'Everything on {day} seems to be taken. Can you put me on the waiting list for the {treatment}?',
      'If somebody cancels the {treatment} this week, would you let me know? I can be there within half an hour.',
    ],
    ask: 'You are on the list. Up to what time of the day may we call you?',
    detail: 'Until eight in the evening is fine.',
    answers: [
      'Good news: somebody cancelled, {otherDay} at {time} is yours if you want it.',
      'You are second on the list for {day}. We send a message as soon as a place opens.',
    ],
    followUps: [
      'Waiting list: call {first} when a {treatment} slot opens.',
      'Tell {first} about the cancellation on {otherDay}.',
    ],
  },
  {
    about: 'massage',
    subjects: ['Booking for two', 'Two appointments at the same time', 'Visit with a friend'],
    openings: [
      'A friend visits me in {city} and we would like to come together on {day}. Can two people have the {treatment} at once?',
      'Is it possible to book the {treatment} for two, side by side? It is for our anniversary.',
    ],
    ask: 'What a nice idea. Do you both want the {treatment}, or shall we mix?',
    detail: 'Both the same, please.',
    answers: [
      'Yes, we have a double room. {day} at {time} is free for both of you, {price} each.',
      'On {day} we have two therapists from {time}. I have reserved the double room for you.',
    ],
    followUps: [
      'Confirm the double room for {first} on {day}.',
      'Prepare tea and flowers: {first} comes for two.',
    ],
  },
  {
    about: 'massage',
    subjects: ['Gift voucher', 'Voucher as a birthday present', 'Gift card for my sister'],
    openings: [
      'I would like to give my sister the {treatment} for her birthday. Do you sell vouchers, and can I have it by {day}?',
      'Can I buy a gift voucher for {venue} online, or do I need to come by?',
    ],
    ask: 'Of course! Shall we send it by e-mail, or would you like the printed card in an envelope?',
    detail: 'The printed card, please. I can pick it up.',
    answers: [
      'The voucher for the {treatment} is {price} and is valid for three years. It is ready at the desk from {day}.',
      'The printed voucher comes in a linen envelope. We keep one at the desk for you, {price}.',
    ],
    followUps: [
      'Voucher for {first}: printed and ready at the desk?',
      'Call {first}, the voucher has not been picked up.',
    ],
  },
  {
    about: 'any',
    subjects: ['Question about my payment', 'My payment on {day}', 'Invoice'],
    openings: [
      'Could you send me an invoice for my {treatment} on {day}? I need it for my tax return.',
      'I think I paid twice for the {treatment} on {day}. Could you check, and send me the invoice?',
    ],
    ask: 'Let me look into it. Under which name did you book, and did you pay by card?',
    detail: 'Under my own name, and yes, by card.',
    answers: [
      'I have sent you the invoice over {price}. Anything you paid twice goes back to your card.',
      'I found it. The invoice over {price} is on its way to you as a PDF.',
    ],
    followUps: [
      'Accounting: check the payment of {first} for the {treatment}.',
      'Has {first} received the invoice?',
    ],
  },
];
