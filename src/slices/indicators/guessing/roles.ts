/** What a column can be, in the order in which a page offers it. */
export const roles = [
  'ignore', 'authority-code', 'authority-name', 'period', 'measure-code', 'measure-title', 'measure-part',
  'value', 'value-of-measure', 'value-of-period', 'value-of-both', 'value-of-area', 'numerator', 'denominator', 'lower', 'upper', 'status', 'unit', 'polarity',
] as const
export type Role = (typeof roles)[number]

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)

/** A role somebody or something gave a column, and why in words. */
export interface Guess {
  role: Role
  reason: string
}

/** Whether the cells of a column are figures of the row's authority that are brought in by themselves. */
export const isValueRole = (role: Role): boolean => role === 'value' || role === 'value-of-measure' || role === 'value-of-period' || role === 'value-of-both'
