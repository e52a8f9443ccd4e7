import type { Slice } from '#kernel/slice.ts'
import { seed } from './seed.ts'

export { aliasesOf, breaksOf, measureByCode, measures, versionsOf, type Measure, type MeasureFilters } from './measures/queries.ts'
export { periodByLabel, periodsOf, type HeldPeriod } from './measures/periods.ts'
export { figuresOf, kindsWithFigures, observations, revisionsOf, valuesOf } from './observations/queries.ts'
export type { DatedValue, Figure, ObservationFilters } from './observations/queries.ts'
export { withheld } from './observations/small-numbers.ts'

/** What is measured, its figures with their revisions, and how published files become figures. */
export const indicators: Slice = { name: 'indicators', title: 'Indicators', seed }
