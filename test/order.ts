import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest, in the order in which they are begun: one that began last would keep one core waiting for it at the end. */
const longest = [
  'test/tenancy.test.ts',
  'test/pages.test.ts',
  'test/start.test.ts',
  'src/slices/indicators/imports/published.test.ts',
  'test/killed-import.test.ts',
  'src/slices/indicators/guessing/published.test.ts',
  'test/journeys/guided-import.test.ts',
  'src/slices/indicators/pages/appearance.test.ts',
  'test/several-processes.test.ts',
  'test/job-processes/job-processes.test.ts',
  'test/journeys/main-job.test.ts',
  'test/backup.test.ts',
  'src/slices/benchmarking/pages/appearance.test.ts',
].map((path) => join(import.meta.dirname, '..', path))

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => (longest.includes(moduleId) ? longest.indexOf(moduleId) : longest.length)
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => place(a) - place(b))
  }
}
