/** Reads the members of a group from a row: one column each, several members in a cell, or one member a row. */
import { TableProblem } from '#kernel/tables/index.ts'
import type { AuthorityLookup, NamedAuthority } from '#slices/places/index.ts'
import { expressionOf } from './expressions.ts'
import type { OpenFile } from './reading.ts'
import type { GroupsRecipe } from './recipe.ts'
import type { Findings } from './report.ts'
import type { Cells } from './texts.ts'
import { findAuthority } from './whose.ts'

export interface Member {
  authority: number
  closeness: string | null
  /** The publisher's place for it, 1 the nearest; null where members stand in order. */
  rank: number | null
}

interface MemberColumn {
  column: string
  at: number
  closeness: number | null
  rank: { column: string; at: number } | null
  list: string | undefined
}

/** A blank cell is a shorter list. A member that cannot be found is refused with its column. */
export function bindMembers(recipe: GroupsRecipe, lookup: AuthorityLookup, file: OpenFile, findings: Findings): (line: number, cells: Cells, of: NamedAuthority | null) => Member[] {
  const { members: rule } = recipe
  const columns = memberColumns(recipe, file)
  const leaveOut = rule.leave_out.map(({ matches, because }) => ({ pattern: expressionOf(matches), because }))
  const find = (line: number, column: string, written: string, of: NamedAuthority | null): number | null => {
    const left = leaveOut.find(({ pattern }) => pattern.fits(written))
    if (left) {
      findings.leaveOut(left.because)
      return null
    }
    const found = findAuthority(lookup, written, rule)
    if (!('authority' in found)) {
      findings.refuse({ line, column: column, seen: written, expected: found.expected, message: found.refused })
      return null
    }
    if (found.authority.id !== of?.id || rule.itself === 'keep') return found.authority.id
    if (rule.itself === 'leave-out') findings.leaveOut('the list names the authority whose list it is')
    else findings.refuse({ line, column: column, seen: written, expected: 'another authority', message: `The list of ${of.known_name} names ${of.known_name} itself.` })
    return null
  }
  return (line, cells, of) => columns.flatMap(({ column, at, closeness, rank, list }) => writtenIn(cells[at] ?? '', list, () => {
    findings.refuse({ line, column: column, seen: cells[at] ?? '', expected: 'a JSON list', message: 'The cell does not hold a JSON list of members.' })
  }).flatMap((written): Member[] => {
    const authority = find(line, column, written, of)
    if (authority === null) return []
    return [{ authority, closeness: closeness === null ? null : (cells[closeness] ?? '').trim() || null, rank: rank ? rankIn(line, cells, rank, findings) : null }]
  }))
}

function memberColumns({ members: { columns, matching } }: GroupsRecipe, file: OpenFile): MemberColumn[] {
  if (columns) {
    return columns.map(({ column, closeness, rank, list }) => ({
      column, at: file.place(column), closeness: closeness === undefined ? null : file.place(closeness), rank: rank === undefined ? null : { column: rank, at: file.place(rank) }, list,
    }))
  }
  const pattern = expressionOf(matching?.columns ?? '')
  const found = file.columns.flatMap(({ name, index }): MemberColumn[] => {
    const match = pattern.find(name)
    if (!match) return []
    const beside = matching?.closeness?.replace(/\{([^}]+)\}/g, (_, group: string) => match.groups[group] ?? '')
    return [{ column: name, at: index, closeness: beside === undefined ? null : file.place(beside), rank: null, list: undefined }]
  })
  if (found.length > 0) return found
  throw new TableProblem('column', { file: file.facts.name, line: file.facts.header_line, column: null, seen: `no heading fits the pattern ${pattern.source}`, expected: 'at least one column of members' })
}

function writtenIn(cell: string, list: string | undefined, refuse: () => void): string[] {
  const text = cell.trim()
  if (text === '') return []
  if (list === undefined) return [text]
  const parts = list === 'json' ? jsonList(text) : text.split(list)
  if (parts === null) {
    refuse()
    return []
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function jsonList(text: string): string[] | null {
  try {
    const list: unknown = JSON.parse(text)
    if (!Array.isArray(list)) return null
    return list.map((item) => (typeof item === 'string' || typeof item === 'number' ? String(item) : ''))
  } catch {
    return null
  }
}

function rankIn(line: number, cells: Cells, { column, at }: { column: string; at: number }, findings: Findings): number | null {
  const text = (cells[at] ?? '').trim()
  if (/^\d{1,6}(\.0+)?$/.test(text)) return Number(text)
  findings.refuse({ line, column: column, seen: text, expected: 'a whole number, 1 the nearest', message: `"${text}" is not the place of a member.` })
  return null
}
