import type { Slice } from '#kernel/slice.ts'
import { compareCommand } from './command-line.ts'
import { exports } from './exports.ts'
import { helpTopics } from './page-routes.ts'
import { recomputing } from './recomputing.ts'
import { routes } from './routes.ts'

export { comparison, type ComparisonQuestion } from './comparison.ts'
export { answerAndKeep, positions, type ProfileQuestion } from './profile.ts'
export { glanceAndKeep, profileAndKeep } from './recomputing.ts'
export { keptGlance, type Chosen, type ProfileEntry, type ProfileGlance } from './profile.ts'
export { profileTable } from './table.ts'
export { positionWords } from './rules/position.ts'
export type { TrendQuestion } from './trend.ts'
export type { ProfileAnswer, ProfileRowAnswer, TrendAnswer, ComparisonAnswer, ComparisonRowAnswer, MeasureAnswer } from './answer.ts'

/** How authorities compare: on what, with whom, since when, and how sure one can be. */
export const benchmarking: Slice = {
  name: 'benchmarking',
  title: 'Benchmarking',
  navigation: [
    { text: 'Measures', href: '/measures' },
    { text: 'Compare', href: '/compare' },
  ],
  help: helpTopics,
  routes,
  exports,
  commands: [compareCommand],
  jobs: [recomputing],
}
