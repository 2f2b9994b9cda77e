// How many rows a list answers, and how long the text is that it is searched by: what is read, what is charged and what the
// descriptions say must be the same number.

/** When neither `first` nor `last` is given. */
export const defaultPageSize = 50;
/** More is refused, never cut down. */
export const maxPageSize = 100;

/** Characters of `search`. */
export const maxSearchLength = 200;
