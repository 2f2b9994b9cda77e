// Conversations with the business as a whole, about no venue in particular.
import { BRAND } from './places.ts';
import type { Topic } from './topic.ts';

export const GENERAL_TOPICS: readonly Topic[] = [
  {
    about: 'any',
    subjects: ['Something for our team', 'Corporate offer', 'For my colleagues'],
    openings: [
      `We are a company of forty people in {city} and plan a health day in spring. Does ${BRAND} come to offices?`,
      'Some of my colleagues come to you already. Could you spend a day in our office, or is there a corporate rate?',
    ],
    ask: 'We would love to. How many people would take part, and do you have two quiet rooms?',
    detail: 'About twenty-five, and yes, two meeting rooms.',
    answers: [
      'Attached is our offer for a day with two therapists, twenty minutes per person.',
      'We gladly come to you, and from ten people on your team gets 15% off in our studios. I have sent you the form.',
    ],
    followUps: [
      'Corporate offer: call {first} for a decision.',
      'Send {first} the dates for the health day.',
    ],
  },
  {
    about: 'any',
    subjects: ['Newsletter', 'Please take me off the list', 'Too many e-mails'],
    openings: [
      'Please take me off your newsletter. I would still like to get reminders for my appointments.',
      'I get every newsletter twice. Could you remove one of my addresses?',
    ],
    ask: 'Sure. Is the address you are registered with the one you want to keep?',
    detail: 'Yes, please keep that one.',
    answers: [
      'Done. You will only hear from us about your own appointments.',
      'I have cleaned that up, and I am sorry for the noise in your inbox.',
    ],
    followUps: ['Check that {first} is off the newsletter list.'],
  },
  {
    about: 'any',
    subjects: ['My data', 'Data request', 'What you have on file'],
    openings: [
      `I would like a copy of the data that ${BRAND} keeps about me, please.`,
      'I have moved. Could you send me what you have on file about me, so that I can correct it?',
    ],
    ask: 'We will see to it. For your safety: may we call you to make sure that it is you?',
    detail: 'Yes, any day between ten and twelve.',
    answers: [
      'Thank you. You will have it within the week, in a protected file.',
      'It is on its way to you. Tell me what to correct and I will do it the same day.',
    ],
    followUps: ['Data request of {first}: answer within 30 days.'],
  },
  {
    about: 'any',
    subjects: ['Valid in your other studios?', 'Visiting you in another city'],
    openings: [
      'I have a voucher from {city}. Can I use it in one of your other studios as well?',
      'I travel a lot. Is my ten-visit card good in every city?',
    ],
    ask: 'Good question. Does it have a number that begins with SG?',
    detail: 'Yes, it does: SG and then six digits.',
    answers: [
      'Yes, it works in all our studios. Where prices differ, you pay or keep the difference.',
      'It does. Just show the number at the desk.',
    ],
    followUps: ['Check the voucher balance of {first}.'],
  },
  {
    about: 'any',
    subjects: ['Working with you', `Jobs at ${BRAND}`, 'Application'],
    openings: [
      'As a guest I like your studios very much, and I am a trained massage therapist. Are you hiring?',
      `My daughter looks for an internship in physiotherapy. Does ${BRAND} take students?`,
    ],
    ask: 'How nice! From when on, and in which city would it be?',
    detail: 'From September on, preferably in {city}.',
    answers: [
      'Please send the papers to our team lead. We answer every application within two weeks.',
      'We are glad about every application. I have passed your message on to the team lead.',
    ],
    followUps: [
      'Pass the application from {first} to the team lead.',
      'Team lead: has {first} had an answer?',
    ],
  },
  {
    about: 'any',
    subjects: ['Online booking does not work', 'Problem with the website', 'Trouble with booking'],
    openings: [
      'The online booking shows an empty calendar on my phone. Is it me or is it you?',
      'I no longer get the code for logging in. Can you help?',
    ],
    ask: 'That should not happen. Which phone and which browser do you use?',
    detail: 'A two-year-old phone, with the browser that came with it.',
    answers: [
      'We had a fault last night and it is repaired. Please reload the page once.',
      'I have reset your account. Please try again, and call us if it still fails.',
    ],
    followUps: ['Ask {first} whether the online booking works again.'],
  },
];
