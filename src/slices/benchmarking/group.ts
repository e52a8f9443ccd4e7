import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { remembered } from '#kernel/db/remembered.ts'
import type { Period } from '#kernel/periods/index.ts'
import type { Measure } from '#slices/indicators/index.ts'
import { isComputed, isInBeing, resolveGroup, type Authority, type Group } from '#slices/places/index.ts'

/** A group, who was ever in it, and how it came to be chosen. */
export interface ChosenGroup extends Group {
  /** False when nobody asked for it and it is the usual one. */
  asked: boolean
  /** Whether the register decides who belongs to it on a day. */
  computed: boolean
}

/** Models of likeness for a council as a whole come before those made for one service; then by name. */
const generalModels = ['oflog', 'ons-global']

/**
 * The group asked for, with everybody who ever was in it. When none is asked for: the authority's nearest neighbours, else
 * all of its kind; without an authority, all authorities. A measure says which
 * combined authorities belong, and without an authority whether the fictional ones do.
 */
export async function chooseGroup(
  db: Reader,
  { group, authority, measure, knownAt: moment }: { group?: string | undefined; authority?: Authority | undefined; measure?: Measure; knownAt?: Date | undefined },
): Promise<ChosenGroup> {
  const address = group ?? (authority ? await usualGroup(db, authority, moment) : 'all')
  const resolved = await resolveGroup(db, { address, of: authority, kinds: measure?.kinds, fictional: authority?.fictional ?? fictionalOf(measure), knownAt: moment })
  return { ...resolved, asked: group !== undefined, computed: isComputed(address) }
}

/** A measure of an organisation's own may be of places of either sort, whatever was said when it was made. */
export function fictionalOf(measure: Pick<Measure, 'fictional' | 'organisation'> | undefined): boolean | undefined {
  return measure?.organisation === null ? measure.fictional : undefined
}

function usualGroup(db: Reader, authority: Authority, moment: Date | undefined): Promise<string> {
  return remembered(db, ['usual group', authority.id, moment], () => findUsualGroup(db, authority, moment))
}

async function findUsualGroup(db: Reader, authority: Authority, moment: Date | undefined): Promise<string> {
  const lists = await db
    .selectFrom('places.comparator_group as g')
    .select('g.source')
    .where('g.of_authority', '=', authority.id)
    .where(knownAt('g', moment))
    .execute()
  const sources = lists.map(({ source }) => source).sort()
  const usual = generalModels.find((source) => sources.includes(source)) ?? sources[0]
  return usual === undefined ? `kind:${authority.kind}` : `neighbours:${usual}`
}

/**
 * Whether a member of a group is expected to have a figure for a period. In computed groups: those in being on the period's last
 * day whose kind the measure applies to (no kinds: every kind). A list somebody keeps is taken as it is: who was not in being
 * then has no figure, and that is said.
 */
export function countsIn(group: ChosenGroup, member: Authority, period: Pick<Period, 'ends'>, kinds: readonly string[]): boolean {
  return !group.computed || (isInBeing(member, period.ends) && (kinds.length === 0 || kinds.includes(member.kind)))
}

/** Who is expected to have a figure for a period, in alphabetical order. */
export function membersDuring(group: ChosenGroup, period: Period, kinds: readonly string[]): Authority[] {
  return group.members
    .filter((member) => countsIn(group, member, period, kinds))
    .sort((a, b) => a.known_name.localeCompare(b.known_name, 'en') || (a.code < b.code ? -1 : 1))
}

/** Why a member without a row has no figure. */
export function reasonWithoutRow(member: Authority, period: Period): string {
  return isInBeing(member, period.ends) || isInBeing(member, period.starts) ? 'missing' : 'not-in-being'
}
