// Of tests that measure: LATCHKEY_TEST_FIGURES=5 has each of them measure five times and print the best.
const wanted = Number(process.env['LATCHKEY_TEST_FIGURES'] ?? 0);

export const figureRounds = wanted > 1 ? wanted : 1;
export const areFiguresWanted = wanted > 0;
