import type { Reader } from '#kernel/db/index.ts'
import { groupChoices, type Authority, type GroupChoice } from '#slices/places/index.ts'
import { authoritiesWith, measuresWith, mostAuthorities, mostMeasures, sideBySide } from '../side-by-side.ts'
import type { CompareAsked } from './compare.ts'

/** The chosen authorities and measures with their figures, and the groups that position words may be within. */
export async function whatIsShown(db: Reader, asked: CompareAsked, knownAt: Date | undefined) {
  const authorities = await authoritiesWith(db, asked.authority)
  const measures = await measuresWith(db, asked.measure, asked.service, knownAt)
  const groups = (await groupChoices(db)).filter(({ type }) => type !== 'neighbours')
  const group = groupOf(asked.group, authorities, groups)
  const question = { authorities: authorities.slice(0, mostAuthorities), measures: measures.slice(0, mostMeasures), group: group.address }
  const rows = authorities.length === 0 ? [] : await sideBySide(db, { ...question, period: asked.period, knownAt })
  return { authorities, measures, groups, group, rows }
}

export type Shown = Awaited<ReturnType<typeof whatIsShown>>

/** The group asked for, else all of the kind the chosen authorities have in common, else all authorities. */
function groupOf(address: string, authorities: readonly Authority[], groups: readonly GroupChoice[]): { address: string; title: string } {
  const [kind, ...others] = new Set(authorities.map((one) => one.kind))
  const usual = kind !== undefined && others.length === 0 ? `kind:${kind}` : 'all'
  const wanted = address === '' ? usual : address
  return groups.find((one) => one.address === wanted) ?? { address: wanted, title: wanted === 'all' ? 'All authorities' : wanted }
}
