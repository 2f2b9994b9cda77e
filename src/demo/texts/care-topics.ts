// Conversations about the treatment itself, the body, and the house at one venue.
import type { Topic } from './topic.ts';

export const CARE_TOPICS: readonly Topic[] = [
  {
    about: 'physio',
    subjects: ['Knee pain after running', 'Which appointment for my knee?', 'Knee hurts on stairs'],
    openings: [
      'My knee has been hurting since a long run two weeks ago, mostly on stairs. Is the {treatment} the right thing to book?',
      'I am training for a half marathon and my right knee complains. Can your physiotherapists at {venue} have a look?',
    ],
    ask: 'Sorry to hear that. Is the knee swollen, and have you seen a doctor about it?',
    detail: 'No swelling. The doctor said to rest it and see a physiotherapist.',
    answers: [
      'Then the {treatment} fits well. {day} at {time} is free; please bring shorts and your running shoes.',
      'Yes, we see this often. The {treatment} takes {minutes} minutes, and you leave with a plan for the next weeks.',
    ],
    followUps: [
      'Ask {first} how the knee is after the first session.',
      'Send {first} the sheet with the knee exercises.',
    ],
  },
  {
    about: 'physio',
    subjects: ['Does my insurance pay?', 'Question about insurance'],
    openings: [
      'Do I need a referral for the {treatment}, and will my health insurance pay part of it?',
      'My insurance asks for a cost estimate before I start. Could you write one for six times the {treatment}?',
    ],
    ask: 'Yes, we can help. Which insurance are you with, and do you have a letter from your doctor?',
    detail: 'I have the letter here, and I am with the public insurance.',
    answers: [
      'With the letter they usually pay a large part of the {price}. I have attached the cost estimate for you to hand in.',
      'You can come without a referral, but the insurance only pays with one. You pay us first and get a receipt.',
    ],
    followUps: [
      'Has {first} heard from the insurance?',
      'Write the cost estimate for {first} (six sessions).',
    ],
  },
  {
    about: 'physio',
    subjects: ['Rehab after shoulder surgery', 'Starting physio after my operation'],
    openings: [
      'I had surgery on my shoulder last week. When can I start with physiotherapy at {venue}?',
      'My surgeon wants me to begin rehabilitation in ten days, twice a week. Do you have regular places?',
    ],
    ask: 'We will gladly help. Could you send us the report from the hospital, so that we can plan?',
    detail: 'I have asked for it and will bring it with me, two pages.',
    answers: [
      'I have reserved {day} and {otherDay} at {time} for the next four weeks. We start gently.',
      'You can start as soon as the stitches are out. I would suggest {day} at {time} for the first visit.',
    ],
    followUps: [
      'Hospital report of {first} received?',
      'Review the rehabilitation plan with {first} after four sessions.',
    ],
  },
  {
    about: 'massage',
    subjects: ['Massage during pregnancy', 'Pregnant: is a massage safe?'],
    openings: [
      'I am in my fifth month. Is a massage at {venue} all right, and who on your team has experience with it?',
      'My partner is pregnant and has back pain. Which massage would you recommend?',
    ],
    ask: 'Congratulations! Are there any complications the therapist should know about?',
    detail: 'None, everything is going well. Only the lower back is tense.',
    answers: [
      'From the fourth month on it is safe, in a side position with cushions. {day} at {time} with our most experienced therapist is free.',
      'Yes. We use no scented oil and take more time to settle in. Just say so when you arrive.',
    ],
    followUps: [
      'Note for the therapist: {first} asked about massage in pregnancy.',
      'Ask {first} whether the side position was comfortable.',
    ],
  },
  {
    about: 'massage',
    subjects: ['Which massage for a stiff neck?', 'Stiff neck from desk work', 'Deep tissue or Swedish?'],
    openings: [
      'I sit at a desk all day and my neck is like stone. Would the {treatment} help, or is something else better?',
      'I have never had a massage before and do not know what to choose. My neck and shoulders are the problem.',
    ],
    ask: 'That is a common one. Do you like firm pressure, or rather gentle?',
    detail: 'Rather firm, but I do not want to be sore for a week.',
    answers: [
      'Then I would start with the {treatment}, {minutes} minutes, and tell the therapist where to stop. {day} at {time} is free.',
      'The {treatment} is a good first choice. Many guests with desk jobs come every three weeks.',
    ],
    followUps: [
      'Ask {first} how the neck feels after the {treatment}.',
      'Suggest the three-week rhythm to {first}.',
    ],
  },
  {
    about: 'any',
    subjects: ['Allergy question', 'Which oils do you use?', 'Sensitive skin'],
    openings: [
      'I am allergic to nuts. Which oils and creams do you use for the {treatment}?',
      'My skin reacts to perfume. Can I have the {treatment} with unscented products?',
    ],
    ask: 'Thank you for saying so before your visit. Is it a contact allergy, and how strong is it?',
    detail: 'A rash for a day or two, nothing dangerous, but unpleasant.',
    answers: [
      'We can use grape seed oil and unscented cream only. I have put a note in your file, so everyone knows.',
      'No problem: the whole {treatment} can be done without perfume or nut oils. You may also bring your own product.',
    ],
    followUps: [
      'Allergy of {first}: is the note in the file?',
      'Order unscented cream before {first} comes on {day}.',
    ],
  },
  {
    about: 'any',
    subjects: ['Lost scarf', 'Did I leave my earrings with you?', 'Forgotten water bottle'],
    openings: [
      'I was at {venue} on {day} and think I left something in the changing room. Has anything been found?',
      'After my {treatment} on {day} one of my things is missing. Could you look in the locker? Number 14, I believe.',
    ],
    ask: 'Let me look. Can you describe it a little?',
    detail: 'It is dark green and quite small, in a cotton bag.',
    answers: [
      'Found! It is at the desk under your name. We are here on {otherDay} from ten.',
      'I have looked in the lockers and the laundry and it is not there yet. I have told the team to keep an eye open.',
    ],
    followUps: [
      'Lost property: has {first} picked it up?',
      'Ask the cleaning team about the things of {first}.',
    ],
  },
  {
    about: 'any',
    subjects: ['Getting to {venue}', 'Is {venue} easy to reach?', 'Access and parking'],
    openings: [
      'My mother uses a wheelchair and would like to come for the {treatment}. Is {venue} step-free?',
      'Is there parking near {venue}? I cannot walk far at the moment.',
    ],
    ask: 'You are both welcome. Do you need help from the car to the door?',
    detail: 'Not from the car, but a ramp at the door would help.',
    answers: [
      'The entrance is level and the ground-floor room is wide enough. Two marked parking places are right in front.',
      'There is one step at the door and we have a ramp for it. Ring the bell and one of us comes out. You can park right in front.',
    ],
    followUps: [
      'Reserve the ground-floor room for {first}.',
      'Ask {first} whether the way in was easy enough.',
    ],
  },
  {
    about: 'any',
    subjects: ['Not happy with my last visit', 'Complaint about {day}', 'Not quite what I hoped for'],
    openings: [
      'I have to say that I was disappointed on {day}. The room was cold and the {treatment} began fifteen minutes late.',
      'The {treatment} on {day} was good, but there was loud drilling next door all the time. Could you have warned me?',
    ],
    ask: 'I am sorry, that is not how it should be. Who was your therapist that day, and may I call you about it?',
    detail: 'I do not remember the name. No need to call, I just wanted you to know.',
    answers: [
      'I apologise. I have talked to the team, and your next {treatment} is on us: the credit is in your account.',
      'Thank you for telling us. I have taken half of the {price} off and sent it back to your card.',
    ],
    followUps: [
      'Complaint of {first}: check that the next visit goes well.',
      'Talk to the {venue} team about the visit of {first}.',
    ],
  },
  {
    about: 'any',
    subjects: ['First visit: what should I bring?', 'My first time at {venue}'],
    openings: [
      'I am coming to {venue} for the first time on {day}. What should I bring for the {treatment}?',
      'It is my first {treatment} and I am a bit nervous. How does it work, and how early should I be there?',
    ],
    ask: 'Welcome! Is there anything about your health that we should know in advance?',
    detail: 'Nothing special, only low blood pressure.',
    answers: [
      'Just come ten minutes early. Towels, slippers and tea are here; there is a short form to fill in.',
      'You need nothing but a little time. We talk first, you say what you like, and you can stop whenever you want.',
    ],
    followUps: [
      'Welcome call: ask {first} how the first visit was.',
      'Send {first} the health form before {day}.',
    ],
  },
];
