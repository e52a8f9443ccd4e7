/** The columns of a file as the page shows them: one by one, and where there are many, like ones together. No database, no web. */
import { countOf } from '#kernel/figures/index.ts'
import { paginationOf } from '#kernel/web/components/pagination/pagination.ts'
import type { Choices } from '../../guessing/choices.ts'
import { statusMeanings } from '../../guessing/markers.ts'
import type { ColumnGuess, Proposal } from '../../guessing/propose.ts'
import { isRole, type Role } from '../../guessing/roles.ts'
import { reasons } from '../../imports/recipe-parts.ts'
import { reasonWords } from '../../imports/report.ts'
import { onlyOnce, roleOptions, roleWords } from './role-words.ts'

/** What the address of the page asks for. */
export interface Asked {
  find: string
  /** Only the columns of this role. */
  role: Role | null
  page: number
}

/** More columns than these are shown with like ones together. */
const fewColumns = 30
const leastAlike = 6
const atOnce = 25

interface Placed extends ColumnGuess {
  index: number
}

const placed = ({ columns }: Proposal): Placed[] => columns.map((column, index) => ({ ...column, index }))

/** Columns alike in what they were taken for and why; what a heading itself says makes no difference. */
function likeColumns(proposal: Proposal): { alone: Placed[]; groups: { role: Role; reason: string; columns: Placed[] }[] } {
  const all = placed(proposal)
  if (all.length <= fewColumns) return { alone: all, groups: [] }
  const alike = [...Map.groupBy(all, ({ role, reason }) => `${role} ${reason.replace(/“[^”]*”/g, '“…”')}`).values()]
  const groups = alike.filter((columns) => columns.length >= leastAlike)
  const together = new Set(groups.flat())
  return {
    alone: all.filter((column) => !together.has(column)),
    groups: groups.map((columns) => ({ role: columns[0]?.role ?? 'ignore', reason: columns[0]?.reason ?? '', columns })),
  }
}

export function columnsView(proposal: Proposal, asked: Asked, address: string) {
  const { alone, groups } = likeColumns(proposal)
  const narrowed = asked.find !== '' || asked.role !== null
  const found = narrowed ? placed(proposal).filter(({ name, role }) => (asked.role === null || role === asked.role) && name.toLowerCase().includes(asked.find.toLowerCase())) : alone
  const hrefOf = (page: number) => `${address}?${new URLSearchParams({ ...(asked.find === '' ? {} : { find: asked.find }), ...(asked.role === null ? {} : { role: asked.role }), page: String(page) }).toString()}`
  const pages = paginationOf({ page: asked.page, size: atOnce, total: found.length, hrefOf })
  const first = (asked.page - 1) * atOnce
  return {
    narrowed,
    find: asked.find,
    here: narrowed ? hrefOf(asked.page) : address,
    many: proposal.columns.length > fewColumns,
    countWords: countOf(proposal.columns.length, 'column'),
    foundWords: countOf(found.length, 'column'),
    columns: found.slice(first, first + atOnce).map(columnRow),
    pages: found.length > atOnce ? pages : null,
    groups: narrowed ? [] : groups.map(({ role, reason, columns }, place) => ({
      id: `group-${place}`, words: `${countOf(columns.length, 'column')} alike`, role, reason: reason.replace(/, “[^”]*”,/, ''),
      headings: columns.map(({ heading, name }) => heading || name), samples: (columns[0]?.samples ?? []).join(' · '),
      href: `${address}?role=${role}`,
    })),
    roleOptions,
    roleCounts: [...Map.groupBy(proposal.columns, ({ role }) => role)].map(([role, columns]) => ({ text: `${roleWords[role]}: ${columns.length}`, href: `${address}?role=${role}` })),
  }
}

function columnRow({ index, name, heading, samples, filled, blank, role, reason }: Placed) {
  return {
    id: `role-${index}`, heading: heading === '' ? `${name} (no heading)` : name, samples, role, reason,
    filledWords: blank === 0 ? '' : `${countOf(blank, 'blank cell')} of ${filled + blank}`,
  }
}

/** Markers and words a person is asked about. */
export function markersView({ markers, statuses }: Proposal) {
  const reasonItems = reasons.map((reason) => ({ value: reason, text: reasonWords[reason] }))
  const statusItems = statusMeanings.map((meaning) => ({ value: meaning, text: meaning.replaceAll('-', ' ') }))
  return {
    markers: markers.slice(0, 40).map(({ text, count, meaning }, place) => ({ id: `marker-${place}`, text, words: countOf(count, 'cell'), meaning: meaning ?? '', items: reasonItems })),
    statuses: statuses.slice(0, 40).map(({ text, count, meaning }, place) => ({ id: `status-${place}`, text, words: countOf(count, 'cell'), meaning: meaning ?? '', items: statusItems })),
  }
}

/** The choices with what a form of columns posted; what agrees with the guess needs no word. */
export function withPosted(choices: Choices, proposal: Proposal, posted: Readonly<Record<string, string>>): Choices {
  const roles = { ...choices.roles }
  const say = ({ name, guessed }: ColumnGuess, role: string | undefined) => {
    if (role === undefined || !isRole(role)) return
    if (role === guessed) delete roles[name]
    else roles[name] = role
  }
  for (const [place, { role, columns }] of likeColumns(proposal).groups.entries()) {
    const meant = posted[`group-${place}`]
    if (meant !== undefined && meant !== role) for (const column of columns) say(column, meant)
  }
  for (const column of placed(proposal)) say(column, posted[`role-${column.index}`])
  const meanings = <M extends string>(found: readonly { text: string }[], name: string, known: readonly M[]) =>
    Object.fromEntries(found.flatMap(({ text }, place) => {
      const meaning = known.find((one) => one === posted[`${name}-${place}`])
      return meaning === undefined ? [] : [[text, meaning]]
    }))
  return {
    ...choices, roles,
    markers: { ...choices.markers, ...meanings(proposal.markers, 'marker', reasons) },
    statuses: { ...choices.statuses, ...meanings(proposal.statuses, 'status', statusMeanings) },
  }
}

/** Roles that two columns cannot both have, as faults beside the second. */
export function twice({ columns }: Proposal): { field: string; message: string }[] {
  return onlyOnce.flatMap((role) => {
    const having = columns.map((column, index) => ({ ...column, index })).filter((column) => column.role === role)
    const [first, second] = having
    return first && second ? [{ field: `role-${second.index}`, message: `“${first.name}” and “${second.name}” are both said to be “${roleWords[role]}”. Only one can be` }] : []
  })
}
