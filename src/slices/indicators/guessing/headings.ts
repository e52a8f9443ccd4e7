/** A heading as words: `LA_NumeratorCash` is la numerator cash. */
export const wordsOf = (heading: string): string =>
  heading.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_\-./:]+/g, ' ').replace(/\s+/g, ' ').trim().toLowerCase()
