/** Bringing kept profiles up to date as a job, so that not every first visitor after an import waits for one. */
import { z } from 'zod'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { countOf, formatCount } from '#kernel/figures/index.ts'
import { jobKind } from '#kernel/jobs/index.ts'
import { Problem } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ProfileAnswer } from './answer.ts'
import { profilesBehind } from './kept.ts'
import { answerAndKeep, type Chosen, type ProfileEntry, type ProfileGlance, type ProfileQuestion } from './profile.ts'

/**
 * Works out again every kept profile that fell behind. Kept rows are held against the figures whenever they are read, so nothing
 * is wrong before it has run, or when it is stopped: pages are only slower.
 */
export const recomputing = jobKind<Record<string, never>>({
  name: 'benchmarking.recompute',
  input: z.strictObject({}),
  repeatable: true,
  async run(work, { store }) {
    const behind = await store.read(everyone, profilesBehind)
    let gone = 0
    for (const [index, question] of behind.entries()) {
      work.signal.throwIfAborted()
      work.progress({ done: index, of: behind.length, says: `${formatCount(index)} of ${formatCount(behind.length)} profiles brought up to date.` })
      if (!(await isThere(() => answerAndKeep(store, everyone, question)))) gone++
    }
    const left = gone > 0 ? ` ${countOf(gone, 'was', 'were')} left, because the group or the authority is no longer there.` : ''
    return { says: `${countOf(behind.length - gone, 'kept profile was', 'kept profiles were')} brought up to date.${left}`, href: null }
  },
})

/** Every measure for one authority, kept for the next who asks. Whoever is the first after a change has the other kept profiles brought up to date. */
export async function profileAndKeep({ store, jobs }: Pick<House, 'store' | 'jobs'>, actor: Actor, question: ProfileQuestion): Promise<ProfileAnswer> {
  const { answer, kept } = await answerAndKeep(store, actor, question)
  if (kept && (await store.read(everyone, profilesBehind)).length > 0) {
    await jobs.ask({ kind: 'system', name: 'the workbench' }, recomputing, { key: 'kept-profiles', input: {}, organisation: null, title: 'Bringing kept profiles up to date' })
  }
  return answer
}

/** What `keptGlance` gives, worked out and kept for the next: for when it gave nothing. */
export async function glanceAndKeep(
  house: Pick<House, 'store' | 'jobs'>, actor: Actor, question: ProfileQuestion, choose: (entries: readonly ProfileEntry[]) => Chosen,
): Promise<ProfileGlance> {
  const { measures, ...answer } = await profileAndKeep(house, actor, question)
  const { shown, onPage } = choose(measures)
  const onThisPage = new Set(onPage)
  const rows = new Map(measures.filter((row) => onThisPage.has(row)).map((row) => [row as ProfileEntry, row]))
  return { ...answer, entries: measures, shown, rows: onPage.flatMap((entry) => rows.get(entry) ?? []) }
}

/** False when what was kept is about a group or an authority that nobody can ask about any more. */
async function isThere(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (cause) {
    if (cause instanceof Problem) return false
    throw cause
  }
}
