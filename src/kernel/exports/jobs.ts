import type { Permissions } from '../access/actor.ts'
import type { JobKind } from '../jobs/index.ts'
import { droppingJob, keepingJob } from './kept/jobs.ts'
import type { ExportSource } from './source.ts'

/** The kinds of job that exports need, for whichever process does jobs. */
export function exportJobs(sources: readonly ExportSource[], permissions: Permissions): JobKind[] {
  return [keepingJob(sources, permissions), droppingJob]
}
