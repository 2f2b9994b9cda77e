// Words that people and programs write beside a telephone number and that are no part of it: `Tel.`, `phone:`, `whatsapp:`.
// Does NOT know names: `Anna 0170 5550001` is a name and a number.

/** Folded (see fold.ts). Of the languages that are written most; in any other a colon tells as well. */
const labels = new Set(
  [
    'tel t tlf tfn telnr telno telefon telefono telefone telephone phone phones telefonnummer telefonnr teleph ph p',
    'fon fono call callto dial contact ring number no nr num numero nummer n',
    'mobil mobile mob m cell cellphone cellular handy handynummer handynr gsm celular movel movil cellulare portable natel gsmnr',
    'fax f sms whatsapp wa signal viber telegram sip viber imessage',
    'home work office private privat business buro geschaftlich dienstlich main direct direkt',
    'тел т телефон моб мобильный факс τηλ τηλεφωνο κινητο φαξ 電話 电话 手机 携帯 전화 휴대폰 هاتف תלפון טלפון दूरभाष फोन โทร',
  ]
    .join(' ')
    .split(' '),
);

/** What joins a label to what it stands before. */
const colon = /^[\s.]*[:=][\s:/+(]*$/;

/** Whether a word stands before or behind a number only to say that it is one. `after`: what is between the word and a number. */
export function isPhoneLabel(word: string, after: string | null): boolean {
  return labels.has(word) || (after !== null && colon.test(after));
}

/** `t0170` is rather the name of a mailbox. */
const isShort = (label: string) => /^[a-z]{1,2}$/.test(label);

/** `tel0170` and `電話03` without their label; other words as they are. */
export function withoutLabel(word: string): string {
  const [, label, digits] = /^(\P{N}+)([0-9]+)$/u.exec(word) ?? [];
  if (label === undefined || digits === undefined || isShort(label) || !labels.has(label)) return word;
  return digits;
}
