import { getPriority } from 'node:os'
import { z } from 'zod'
import { jobKind } from '#kernel/jobs/index.ts'
import { refused } from '#kernel/problems.ts'

// Work that behaves in every way it should not.

const input = z.object({})
const says = (text: string) => ({ done: 0, of: null, says: text })

/** Says which process it is in, and then lets nothing else happen there. */
export const endless = jobKind({
  name: 'test.endless', input, repeatable: true,
  async run(work) {
    work.progress(says(String(process.pid)))
    // What it said is on its way before it begins.
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (;;) Math.random()
  },
})

export const deadly = jobKind({
  name: 'test.deadly', input, repeatable: true,
  run() {
    process.kill(process.pid, 'SIGKILL')
    return new Promise(() => {})
  },
})

export const refusing = jobKind({ name: 'test.refusing', input, repeatable: true, run: () => Promise.reject(refused('The file has no columns.')) })

export const faulty = jobKind({ name: 'test.faulty', input, repeatable: true, run: () => Promise.reject(new TypeError('x is not a function')) })

/** Says who it was done as, where, and with what priority. */
export const plain = jobKind({
  name: 'test.plain', input, repeatable: true,
  run: ({ actor }) => Promise.resolve({ says: `${actor.kind === 'person' ? actor.name : actor.kind} ${process.pid} ${getPriority()}`, href: '/done' }),
})

export const kinds = [endless, deadly, refusing, faulty, plain]
