/**
 * What is measured in Aldermark, the fictional nation of the demonstration: 120 measures with their versions and one
 * break, and every file put out about them. Plain arrays for a seed to insert; the same on every run.
 */
export { breaks, measures } from './definitions.ts'
export type { DemonstrationBreak, DemonstrationMeasure, DemonstrationVersion } from './definitions.ts'
export { knownOver } from './history.ts'
export type { KnownObservation, ReleaseCounts } from './history.ts'
export { deliberateMismatches } from './observations.ts'
export { localMeasures, localOwner, makeLocalReleases } from './local.ts'
export type { DemonstrationObservation } from './observations.ts'
export { makeReleases, periods } from './releases.ts'
export type { DemonstrationRelease } from './releases.ts'
export { warningsOf } from './warnings.ts'
