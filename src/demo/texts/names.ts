// Person names by language, with a fictional or unassigned phone range for each. No choosing happens here.

/** One language's names. A name outside the Latin alphabet carries its Latin form: `Ελένη|eleni`. */
export interface Culture {
  /** ISO 3166 country whose venues these customers prefer. */
  readonly country: string;
  /** `#` stands for a digit. Ranges kept for fiction where a regulator names one (DE FR GB IE SE), unassigned ones elsewhere. */
  readonly phone: string;
  readonly people: readonly { readonly firsts: readonly string[]; readonly lasts: readonly string[] }[];
}

const list = (text: string): readonly string[] => text.split(', ');

/** Same surnames for women and men. */
function plain(country: string, phone: string, firsts: string, lasts: string): Culture {
  return { country, phone, people: [{ firsts: list(firsts), lasts: list(lasts) }] };
}

/** Surnames that change with gender. */
function gendered(country: string, phone: string, women: [string, string], men: [string, string]): Culture {
  const people = [women, men].map(([firsts, lasts]) => ({ firsts: list(firsts), lasts: list(lasts) }));
  return { country, phone, people };
}

// Surnames differ between cultures even without accents: that is what keeps e-mail addresses unique.
export const CULTURES: readonly Culture[] = [
  plain(
    'DE',
    '+49 30 23125 ###',
    'Jürgen, Zoë, Annika, Matthias, Käthe, Björn, Sabine, Lukas, Franziska, Tobias, Heike, Jörg, Leonie, Moritz, Ulrike, Felix, Grete, Sönke, Johanna, Niklas, Birgit, Emil, Mareike, Günter, Svenja, Konrad',
    'Müller, Schäfer, Krüger, Weiß, Hoffmann, Vogel, Lindner, Brandt, Köhler, Jäger, Hartmann, Seidel, Böhm, Winkler, Großmann, Ziegler, Albrecht, Kühn, Reuter, Stein, Pfeiffer, Dörr',
  ),
  gendered(
    'PL',
    '+48 100 01# ###',
    [
      'Małgorzata, Agnieszka, Zofia, Katarzyna, Łucja, Hanna, Bożena, Weronika, Kinga, Aleksandra, Grażyna, Maja, Jadwiga',
      'Kowalska, Wiśniewska, Zielińska, Dąbrowska, Kamińska, Szymańska, Woźniak, Jabłońska, Górska, Pawłowska, Malinowska, Krawczyk, Nowak, Sikora, Mróz, Wróbel, Lewandowska, Zając, Bąk, Maciejewska',
    ],
    [
      'Łukasz, Paweł, Michał, Stanisław, Wojciech, Krzysztof, Grzegorz, Bartosz, Jędrzej, Tomasz, Rafał, Kacper, Mikołaj',
      'Kowalski, Wiśniewski, Zieliński, Dąbrowski, Kamiński, Szymański, Woźniak, Jabłoński, Górski, Pawłowski, Malinowski, Krawczyk, Nowak, Sikora, Mróz, Wróbel, Lewandowski, Zając, Bąk, Maciejewski',
    ],
  ),
  plain(
    'ES',
    '+34 555 01# ###',
    'Ángel, Lucía, Íñigo, Begoña, Martín, Inés, Álvaro, Carmen, Joaquín, Nuria, Rubén, Pilar, Óscar, Marta, Andrés, Rocío, Sergio, Elena, Iker, Paloma, Hugo, Alba, Jesús, Belén, Xavier, Montserrat',
    'García, Núñez, Ibáñez, Fernández, Peña, Muñoz, Ortega, Castaño, Jiménez, Vidal, Herrera, Gómez, Cabrera, Rubio, Soler, Marín, Iglesias, Navarro, Peláez, Carrasco, de la Fuente, Zubiri',
  ),
  plain(
    'PT',
    '+351 555 01# ###',
    'João, Inês, Tomás, Mafalda, Gonçalo, Beatriz, Simão, Catarina, Rui, Leonor, Diogo, Filipa, Nuno, Margarida, Tiago, Conceição, Vasco, Madalena, André, Teresa, Duarte, Sofia, Luís, Constança',
    'Silva, Araújo, Magalhães, Ferreira, Gonçalves, Carvalho, Lourenço, Pereira, Simões, Almeida, Teixeira, Guimarães, Correia, Mendonça, Tavares, Brandão, Nogueira, Falcão, Pinheiro, Leitão, Sequeira, Moura',
  ),
  plain(
    'FR',
    '+33 6 39 98 ## ##',
    'Chloé, François, Anaïs, Jérôme, Maëlle, Benoît, Hélène, Loïc, Aurélie, Théo, Noémie, Rémi, Élodie, Gaël, Camille, Thibault, Océane, Cédric, Margaux, Étienne, Solène, Raphaël, Clémence, Yves',
    'Lefèvre, Moreau, Dubois, Fournier, Lemaître, Chevalier, Bérard, Rousseau, Garnier, Faure, Besnard, Gauthier, Lacroix, Perrin, Désormeaux, Mercier, Boyer, Roche, Aubert, Guérin, Prévost, Marchand',
  ),
  plain(
    'IT',
    '+39 555 01# ####',
    'Niccolò, Giulia, Matteo, Chiara, Lorenzo, Francesca, Davide, Alessia, Riccardo, Martina, Tommaso, Elisa, Giacomo, Sara, Edoardo, Noemi, Pietro, Benedetta, Fabio, Ginevra, Stefano, Ilaria, Luca, Serena',
    "Rossi, Ferrari, Bianchi, Romano, Colombo, Ricci, Marino, Greco, Bruno, Gallo, Conti, De Luca, Mancini, Rizzo, Lombardi, Moretti, Barbieri, Fontana, D'Angelo, Caruso, Nicolò, Testa",
  ),
  plain(
    'NL',
    '+31 6 00 01 ## ##',
    'Daan, Noa, Sem, Fleur, Thijs, Sanne, Joost, Lotte, Bram, Anouk, Ruben, Maud, Jeroen, Femke, Willem, Roos, Pieter, Marit, Koen, Eline, Maarten, Renée, Sjoerd, Loïs',
    'de Vries, van den Berg, Bakker, Visser, Smit, Meijer, de Boer, Mulder, Bos, Hendriks, van Leeuwen, Dekker, Brouwer, de Wit, Dijkstra, Kuipers, Postma, van der Heijden, Vermeulen, Schouten, Prins, Hoekstra',
  ),
  plain(
    'SE',
    '+46 70 174 06 ##',
    'Åsa, Göran, Linnéa, Björn, Märta, Håkan, Elsa, Oskar, Saga, Sören, Ebba, Anders, Maja, Lennart, Tuva, Viktor, Alva, Gustav, Ingrid, Måns, Frida, Nils, Agnes, Örjan',
    'Andersson, Lindqvist, Sjöberg, Åkesson, Bergström, Öberg, Lundgren, Nyström, Ekström, Hedlund, Björklund, Söderberg, Wallin, Holmgren, Forsberg, Engström, Dahlgren, Löfgren, Norén, Strömberg, Blomqvist, Hägg',
  ),
  plain(
    'DK',
    '+45 10 01 ## ##',
    'Søren, Freja, Jørgen, Kirstine, Bjørn, Astrid, Mads, Signe, Rasmus, Maren, Kåre, Ida, Anders, Johanne, Frederik, Laura, Torben, Mette, Esben, Liv, Nikolaj, Karen, Asger, Bodil',
    'Jensen, Sørensen, Østergaard, Kjær, Møller, Nørgaard, Bech, Lauridsen, Højgaard, Thomsen, Mortensen, Skov, Dalgaard, Vestergaard, Krogh, Bjerregaard, Lund, Toft, Friis, Kragh, Søndergaard, Winther',
  ),
  gendered(
    'CZ',
    '+420 100 01# ###',
    [
      'Tereza, Markéta, Kateřina, Božena, Eliška, Adéla, Zdeňka, Lenka, Žaneta, Barbora, Klára, Růžena, Šárka',
      'Nováková, Svobodová, Dvořáková, Černá, Procházková, Kučerová, Veselá, Horáková, Němcová, Pokorná, Růžičková, Benešová, Fialová, Sedláčková, Doležalová, Zemanová, Kolářová, Čermáková, Vaňková, Šimková',
    ],
    [
      'Jiří, Tomáš, Ondřej, Václav, Matěj, Luboš, Řehoř, Radek, Štěpán, Vojtěch, Zdeněk, Petr, Miloš',
      'Novák, Svoboda, Dvořák, Černý, Procházka, Kučera, Veselý, Horák, Němec, Pokorný, Růžička, Beneš, Fiala, Sedláček, Doležal, Zeman, Kolář, Čermák, Vaněk, Šimek',
    ],
  ),
  plain(
    'TR',
    '+90 100 01# ## ##',
    'İpek, Çağla, Oğuz, Şebnem, Gökhan, Ayşe, Ömer, Zeynep, Barış, Elif, Işıl, Kerem, Tuğçe, Yiğit, Gülşen, Emre, Nazlı, Doğan, Sıla, Burak, Özlem, Cem, Büşra, Ümit',
    'Yılmaz, Demir, Şahin, Çelik, Yıldız, Öztürk, Aydın, Özdemir, Arslan, Doğru, Kılıç, Çetin, Koç, Kurt, Özkan, Şimşek, Polat, Güneş, Erdoğmuş, Aksoy, Tekin, Uçar',
  ),
  plain(
    'HR',
    '+385 10 001 ####',
    'Đorđe, Željka, Tihomir, Mirjana, Siniša, Ružica, Boško, Nataša, Zvonimir, Đurđica, Krešimir, Anđela, Hrvoje, Snježana, Dražen, Jelena, Mladen, Višnja, Goran, Iva, Srećko, Lana, Domagoj, Nikolina',
    'Horvat, Babić, Marić, Jurić, Kovačević, Knežević, Vuković, Matić, Šarić, Perković, Đurić, Božić, Lončar, Žagar, Tomić, Pavlović, Radić, Grgić, Živković, Bošnjak, Ćosić, Blažević',
  ),
  plain(
    'GB',
    '+44 7700 900###',
    'Amelia, Oliver, Priya, George, Isla, Harry, Zadie, Arthur, Poppy, Samir, Florence, Alfie, Imogen, Rowan, Nadia, Edward, Beatrix, Callum, Chidi, Harriet, Rhys, Yasmin, Duncan, Esme',
    'Whitfield, Patel, Hughes, Bennett, Okafor, Clarke, Ashworth, Khan, Pritchard, Sinclair, Fletcher, Osei, Marlowe, Thornton, Begum, Hargreaves, Lockwood, Singh, Drummond, Pemberton, Walsh, Rahman',
  ),
  plain(
    'IE',
    '+353 20 91# ####',
    'Aoife, Seán, Niamh, Cillian, Róisín, Pádraig, Saoirse, Eoin, Gráinne, Conor, Síofra, Darragh, Orla, Tadhg, Bríd, Fionn, Maeve, Oisín, Ciara, Rónán, Éabha, Declan, Sinéad, Donnacha',
    "O'Brien, Murphy, Byrne, Ní Dhomhnaill, Gallagher, Doyle, Kavanagh, O'Sullivan, Brennan, Quinn, McCarthy, Nolan, Ó Murchú, Fitzgerald, Daly, Keane, Flanagan, O'Leary, Hennessy, Moran, Sheehan, Tierney",
  ),
  gendered(
    'GR',
    '+30 100 001 ####',
    [
      'Ελένη|eleni, Κατερίνα|katerina, Σοφία|sofia, Δήμητρα|dimitra, Άννα|anna, Ιωάννα|ioanna, Φωτεινή|foteini, Χριστίνα|christina',
      'Παπαδοπούλου|papadopoulou, Νικολάου|nikolaou, Γεωργίου|georgiou, Βλάχου|vlachou, Κωνσταντίνου|konstantinou, Δημητρίου|dimitriou, Καραγιάννη|karagianni, Οικονόμου|oikonomou, Αντωνίου|antoniou, Ζαχαρίου|zachariou',
    ],
    [
      'Γιώργος|giorgos, Νίκος|nikos, Δημήτρης|dimitris, Κώστας|kostas, Θανάσης|thanasis, Στέλιος|stelios, Αλέξανδρος|alexandros, Μιχάλης|michalis',
      'Παπαδόπουλος|papadopoulos, Νικολάου|nikolaou, Γεωργίου|georgiou, Βλάχος|vlachos, Κωνσταντίνου|konstantinou, Δημητρίου|dimitriou, Καραγιάννης|karagiannis, Οικονόμου|oikonomou, Αντωνίου|antoniou, Ζαχαρίου|zachariou',
    ],
  ),
];

/** First names of staff. One word each, so none can be mistaken for a customer's full name. */
export const STAFF = list(
  'Marta, Jonas, Amina, Beatriz, Tomasz, Lena, Søren, Elif, Chiara, Pauline, Daniel, Zuzana, Ingrid, Rafael, Nóra, Sam, Katja, Mateus',
);
