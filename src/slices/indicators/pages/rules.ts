/** Facts about imports on pages. No database, no web. */
import type { Role } from '#kernel/access/actor.ts'
import type { CheckName } from '../imports/report.ts'

/** Who may bring figures in, take them back and save recipes. */
export const makers: readonly Role[] = ['performance-officer', 'administrator', 'department-analyst']

/** What each check found, as a heading and a sentence on what to do about it. */
export const checkWords: Record<CheckName, { title: string; advice: string }> = {
  'value-disagrees': {
    title: 'The value is not numerator ÷ denominator',
    advice: 'Publishers round and revise one without the other. Small differences are harmless; a large one may be a wrong unit.',
  },
  outlier: { title: 'Far from the earlier values of the series', advice: 'It may be true. If it is not, the publisher can tell.' },
  'sign-or-scale': { title: 'Sign or size unlike the rest of the series', advice: 'Often a value in thousands among values in pounds, or a share among percentages.' },
  'outside-dates': { title: 'The authority did not exist then', advice: 'Publishers put figures of a new authority back in time, or keep an old one on. They are kept as published.' },
  'kind-not-applicable': { title: 'The measure does not apply to this kind of authority', advice: 'The figure is kept, and is not compared with those it does apply to.' },
  'unknown-authority': { title: 'The register does not have this authority', advice: 'The row is left out. If you know whom it means, confirm the name and try again.' },
}

/** Names a page asks about at a time. */
export const namesAtOnce = 10

/** So many of a list a page shows before it says how many more there are. */
export const shownAtOnce = 20
