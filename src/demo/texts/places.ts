// The cities a demo business can be in and the hours it keeps. Streets are real, the studios are not.
import type { OpeningHours, Weekday } from './story.types.ts';

/** Name of the whole chain; each venue is called after it and its district. */
export const BRAND = 'Saltgrove';

export interface Place {
  readonly district: string;
  readonly city: string;
  /** ISO 3166. */
  readonly country: string;
  readonly timezone: string;
  /** `#` is replaced by a house number. */
  readonly address: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Towns nearby where some customers live. */
  readonly nearby: readonly string[];
}

function place(where: string, timezone: string, address: string, currency: string, nearby: string): Place {
  const [district = '', city = '', country = ''] = where.split(', ');
  return { district, city, country, timezone, address, currency, nearby: nearby.split(', ') };
}

export const PLACES: readonly Place[] = [
  place(
    'Chiado, Lisboa, PT',
    'Europe/Lisbon',
    'Rua Garrett #, 1200-203 Lisboa',
    'EUR',
    'Cascais, Almada, Sintra',
  ),
  place('Kreuzberg, Berlin, DE', 'Europe/Berlin', 'Bergmannstraße #, 10961 Berlin', 'EUR', 'Potsdam, Bernau'),
  place('Kazimierz, Kraków, PL', 'Europe/Warsaw', 'ul. Józefa #, 31-056 Kraków', 'PLN', 'Wieliczka, Skawina'),
  place(
    'Gràcia, Barcelona, ES',
    'Europe/Madrid',
    'Carrer de Verdi #, 08012 Barcelona',
    'EUR',
    'Sitges, Badalona',
  ),
  place(
    'Nørrebro, København, DK',
    'Europe/Copenhagen',
    'Jægersborggade #, 2200 København N',
    'DKK',
    'Roskilde, Gentofte',
  ),
  place(
    'Södermalm, Stockholm, SE',
    'Europe/Stockholm',
    'Skånegatan #, 116 37 Stockholm',
    'SEK',
    'Solna, Nacka',
  ),
  place(
    'Le Marais, Paris, FR',
    'Europe/Paris',
    'Rue de Turenne #, 75003 Paris',
    'EUR',
    'Montreuil, Versailles',
  ),
  place(
    'Jordaan, Amsterdam, NL',
    'Europe/Amsterdam',
    'Westerstraat #, 1015 MH Amsterdam',
    'EUR',
    'Haarlem, Zaandam',
  ),
  place('Vinohrady, Praha, CZ', 'Europe/Prague', 'Mánesova #, 120 00 Praha 2', 'CZK', 'Beroun, Kladno'),
  place('Brera, Milano, IT', 'Europe/Rome', 'Via Solferino #, 20121 Milano', 'EUR', 'Monza, Pavia'),
  place('Stoneybatter, Dublin, IE', 'Europe/Dublin', 'Manor Street #, Dublin 7', 'EUR', 'Howth, Bray'),
  place(
    'Stokes Croft, Bristol, GB',
    'Europe/London',
    '# Jamaica Street, Bristol BS2 8JP',
    'GBP',
    'Bath, Clevedon',
  ),
  place(
    'Moda, İstanbul, TR',
    'Europe/Istanbul',
    'Moda Caddesi No: #, 34710 Kadıköy',
    'TRY',
    'Üsküdar, Ataşehir',
  ),
  place(
    'Gornji grad, Zagreb, HR',
    'Europe/Zagreb',
    'Tkalčićeva ulica #, 10000 Zagreb',
    'EUR',
    'Samobor, Velika Gorica',
  ),
  place('Κουκάκι, Αθήνα, GR', 'Europe/Athens', 'Οδός Βεΐκου #, 117 41 Αθήνα', 'EUR', 'Πειραιάς, Γλυφάδα'),
  place(
    'Eimsbüttel, Hamburg, DE',
    'Europe/Berlin',
    'Osterstraße #, 20259 Hamburg',
    'EUR',
    'Pinneberg, Lüneburg',
  ),
];

const WORKDAYS: readonly Weekday[] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'];

function week(
  workdays: readonly Weekday[],
  hours: [string, string],
  saturday: [string, string],
  sunday?: [string, string],
): readonly OpeningHours[] {
  const open = (weekday: Weekday, [opens, closes]: [string, string]): OpeningHours => ({
    weekday,
    opens,
    closes,
  });
  const weekend = [open('SATURDAY', saturday), ...(sunday ? [open('SUNDAY', sunday)] : [])];
  return [...workdays.map((day) => open(day, hours)), ...weekend];
}

// All of them are open Tuesday to Friday, 10:00 to 18:00: the threads propose appointments in that window.
export const WEEKS: readonly (readonly OpeningHours[])[] = [
  week(WORKDAYS, ['09:00', '19:00'], ['10:00', '16:00']),
  week(WORKDAYS, ['08:00', '20:00'], ['09:00', '17:00'], ['10:00', '15:00']),
  week(WORKDAYS.slice(1), ['10:00', '20:00'], ['10:00', '18:00']),
  week(WORKDAYS, ['09:00', '18:00'], ['09:00', '14:00']),
];
