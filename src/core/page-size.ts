// Limits of lists and of their search text. Reading, cost and descriptions use the same numbers.

/** When neither `first` nor `last` is given. */
export const defaultPageSize = 50;
/** More is refused, never cut down. */
export const maxPageSize = 100;

/** Maximum length of `search`, in characters. */
export const maxSearchLength = 200;
