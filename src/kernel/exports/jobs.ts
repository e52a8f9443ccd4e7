import { permissionsOf } from '../access/actor.ts'
import type { JobKind } from '../jobs/index.ts'
import type { Slice } from '../slice.ts'
import { droppingJob, keepingJob } from './kept/jobs.ts'

/** Every kind of job there is: those of the slices, and making and removing files of their tables. */
export function everyKindOfJob(slices: readonly Slice[]): JobKind[] {
  const sources = slices.flatMap((slice) => slice.exports ?? [])
  return [keepingJob(sources, permissionsOf(slices)), droppingJob, ...slices.flatMap((slice) => slice.jobs ?? [])]
}
