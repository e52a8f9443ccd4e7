import type { ComparisonAnswer, TrendAnswer } from '../answer.ts'

/**
 * A group as it stands in the middle of a sentence. Computed groups come so from the register ("all authorities in
 * Scotland"); lists somebody keeps have a title of their own, which says nothing about whose neighbours they are. Signed, it
 * says who grouped them.
 */
export function groupWords({ group, authority }: Pick<ComparisonAnswer | TrendAnswer, 'group' | 'authority'>, sorted: 'unsigned' | 'signed' = 'unsigned'): string {
  const [type] = group.address.split(':', 1)
  const by = group.publisher === null || sorted === 'unsigned' ? '' : ` (as grouped by ${group.publisher})`
  switch (type) {
    case 'neighbours':
      return `${authority?.known_name ?? 'the authority'} and its ${neighbours(group)}nearest neighbours${by}`
    case 'family':
      return `the family “${group.title}”${by}`
    case 'list':
      return `the list “${group.title}”`
    default:
      return group.title
  }
}

/** The terms of a publisher's grouping as a sentence of its own; empty where there are none to tell. */
export function groupLicence({ group }: Pick<ComparisonAnswer | TrendAnswer, 'group'>): string {
  return group.licence === null ? '' : ` Licence of the grouping: ${group.licence}.`
}

/** How many neighbours there are, where the comparison has counted them: the authority itself is one of the group. */
function neighbours(group: object): string {
  return 'expected' in group && typeof group.expected === 'number' ? `${group.expected - 1} ` : ''
}
