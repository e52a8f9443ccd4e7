import type { Slice } from '#kernel/slice.ts'
import { apiRoutes } from './api.ts'
import { groupCommands } from './command-line.ts'
import { exports } from './exports.ts'
import { listMakers } from './lists.ts'
import { groupRoutes } from './routes.ts'
import { seed } from './seed.ts'

export { authorities, authorityByCode, successionOf, type Authority } from './authorities.ts'
export { groupChoices, isComputed, isInBeing, kindsInWords, resolveGroup, type Group, type GroupChoice, type GroupQuestion } from './groups.ts'
export { areaLevelOf, isOnlyAnArea, kindOf, kindOfGss, realKinds } from './kinds.ts'
export type { AreaLevel, AuthorityKind, Tier } from './kinds.ts'
export { inBeing, indexNames, matchName } from './matching.ts'
export type { Candidate, NamedAuthority, NameIndex, NameMatch, OtherName, Span } from './matching.ts'
export { lastDayInBeing, slugOf } from './rules.ts'
export { addCodesAndNames, addSuccessions, ensureAreas, ensureKinds, placeInRegions, saveAuthorities } from './commands.ts'
export type { AreaRecord, AuthorityKeyRecord, AuthorityRecord } from './commands.ts'
export { confirmName } from './confirming.ts'
export { saveGroups, withdrawGroups } from './grouping.ts'
export type { GroupRecord, MemberRecord } from './grouping.ts'
export { keepLayout, layoutHolding, withdrawLayouts } from './layouts.ts'
export type { Layout, LayoutCell } from './layouts.ts'
export { authorityKeys, authorityLookup } from './lookup.ts'
export type { AuthorityKey, AuthorityLookup, FoundAuthority } from './lookup.ts'
export * from './demonstration.ts'

/** Authorities, what they are called, what became of them, and whom they are compared with. */
export const places: Slice = {
  name: 'places',
  title: 'Places',
  permissions: { 'lists.make': listMakers },
  navigation: [{ text: 'Groups', href: '/groups' }],
  routes(app, house) {
    apiRoutes(app, house)
    groupRoutes(app, house)
  },
  exports,
  commands: groupCommands,
  seed,
}
