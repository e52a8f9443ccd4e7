/** Guesses which columns say whose figure a row holds, and what is to become of rows that are no authority's. */
import { areaLevelOf, kindOfGss, type AuthorityKey, type AuthorityLookup } from '#slices/places/index.ts'
import type { ObservationsRecipe } from '../imports/recipe.ts'
import { countryIn, namedArea } from './areas.ts'
import { wordsOf } from './headings.ts'
import { shareOf, type Profile } from './profile.ts'
import { slugOf } from './definition.ts'
import type { Guess } from './roles.ts'
import type { SampleTable } from './table.ts'

/** What the register says of a text: an authority, an area that is none, a name that may be several, or nothing. */
export type Standing = { is: 'authority'; code: string } | { is: 'area' } | { is: 'doubtful' } | { is: 'unknown' }

/** The register as the guesses ask it. */
export interface Places {
  find(text: string, by: AuthorityKey): Standing
}

export function placesOver(lookup: AuthorityLookup): Places {
  return {
    find(text, by) {
      const found = lookup.find(text, by)
      if ('authority' in found) return { is: 'authority', code: found.authority.code }
      if (found.known) return { is: 'doubtful' }
      return (by === 'gss' && isArea(text)) || (by === 'name' && namedArea(text)) ? { is: 'area' } : { is: 'unknown' }
    },
  }
}

/** Counties and combined authorities share codes with areas; any other code of an authority that the register lacks is a fault to look at. */
function isArea(code: string): boolean {
  const kind = kindOfGss(code)
  return areaLevelOf(code) !== null && (kind === null || kind === 'county' || kind === 'combined-authority' || kind === 'strategic-regional-authority')
}

export type AuthorityCode = Exclude<AuthorityKey, 'name' | 'any'>

/** The columns that say whose a figure is. A code is surer than a name. */
export interface Whose {
  code: { column: Profile; by: AuthorityCode } | null
  name: Profile | null
}

const codeSorts: readonly AuthorityCode[] = ['gss', 'register', 'ecode', 'dfe']

/** Looking a name up that is not there takes long, so a column is judged by so many of its texts. */
const textsTried = 40

const codeWords: Record<AuthorityCode, string> = { gss: 'GSS codes', register: 'three-letter register codes', ecode: 'E-codes', dfe: 'DfE numbers' }

export function guessWhose({ columns }: SampleTable, places: Places, guesses: Map<number, Guess>): Whose {
  const codes = columns.flatMap((column) => codeSortOf(column, places).map((found) => ({ column, ...found })))
    .toSorted((a, b) => codeSorts.indexOf(a.by) - codeSorts.indexOf(b.by) || b.authorities - a.authorities || b.share - a.share)
  const names = columns.flatMap((column) => {
    const share = codes.some((code) => code.column === column) ? 0 : nameShare(column, places)
    return share >= 0.5 ? [{ column, share }] : []
  }).toSorted((a, b) => b.share - a.share)
  const [code] = codes
  const [name] = names
  if (code) guesses.set(code.column.index, { role: 'authority-code', reason: `Most of its cells are ${codeWords[code.by]} of authorities in the register.` })
  for (const other of codes.slice(1)) guesses.set(other.column.index, { role: 'ignore', reason: `It holds ${codeWords[other.by]}; the column “${code?.column.name ?? ''}” names the authority already.` })
  if (name) {
    const beside = code ? ' They stand beside the codes, for rows without one.' : ''
    guesses.set(name.column.index, { role: 'authority-name', reason: `Most of its cells are names of authorities in the register.${beside}` })
  }
  if (!code && !name) return guessGroups(columns, guesses)
  for (const other of names.slice(1)) guesses.set(other.column.index, { role: 'ignore', reason: `Its names of authorities are fewer than those of “${name?.column.name ?? ''}”.` })
  return { code: code ? { column: code.column, by: code.by } : null, name: name?.column ?? null }
}

const groupWords = /\b(family ?group|comparator ?group|group|cluster|region|country|nation)\b/

/** Where nobody's authority is named, columns of groups or regions: their figures are kept for reference. */
function guessGroups(columns: readonly Profile[], guesses: Map<number, Guess>): Whose {
  const column = columns.find((one) => groupWords.test(wordsOf(one.heading)) && one.numbers === 0 && one.filled > 0 && one.distinct.size <= 60)
  if (!column) return { code: null, name: null }
  guesses.set(column.index, { role: 'authority-name', reason: 'No column names an authority; this one names groups or areas, whose figures are kept for reference.' })
  return { code: null, name: column }
}

function codeSortOf(column: Profile, places: Places): { by: AuthorityCode; authorities: number; share: number }[] {
  const found = codeSorts.map((by) => ({ by, authorities: shareOf(column, (text) => looksLike(by, text, column) && places.find(text, by).is === 'authority') }))
    .filter(({ authorities }) => authorities >= 0.3)
    .map(({ by, authorities }) => ({ by, authorities, share: by === 'gss' ? shareOf(column, (text) => places.find(text, by).is !== 'unknown') : authorities }))
    .filter(({ by, share }) => share >= (by === 'dfe' || by === 'register' ? 0.8 : 0.6))
  if (found.length > 0) return found.slice(0, 1)
  // Codes of places that are all no authorities, such as police areas; or a register that is still empty.
  const shaped = shareOf(column, (text) => /^[EWSNK]\d{8}$/.test(text))
  return shaped >= 0.9 ? [{ by: 'gss', authorities: 0, share: shaped }] : []
}

/** Three digits are a DfE number only under a heading that speaks of authorities; anything else is a number. */
function looksLike(by: AuthorityCode, text: string, { heading }: Profile): boolean {
  switch (by) {
    case 'gss': return /^[A-Z]\d{8}$/i.test(text)
    case 'register': return /^[A-Z]{3}$/.test(text)
    case 'ecode': return /^[EW]\d{4}$/i.test(text)
    case 'dfe': return /^\d{3}$/.test(text) && /\b(dfe|la|lea|local.?authority|authority)\b/i.test(heading.replaceAll('_', ' '))
  }
}

function nameShare(column: Profile, places: Places): number {
  const texts = [...column.distinct.keys()].slice(0, textsTried)
  const tried = texts.filter((text) => /[a-z]{3}/i.test(text) && text.length < 80)
  if (tried.length < texts.length * 0.7) return 0
  const first = tried.slice(0, 8).map((text) => places.find(text, 'name').is)
  if (first.every((is) => is === 'unknown')) return 0
  const standings = [...first, ...tried.slice(8).map((text) => places.find(text, 'name').is)]
  const authorities = standings.filter((is) => is === 'authority' || is === 'doubtful').length
  return authorities < texts.length * 0.3 ? 0 : standings.filter((is) => is !== 'unknown').length / texts.length
}

/** Rows that name an authority the register does not have, and what is proposed for the others. */
export interface WhoseRules {
  authority: ObservationsRecipe['authority']
  reference: ObservationsRecipe['reference']
  leaveOut: ObservationsRecipe['leave_out']
  /** What stands where an authority should, and nobody can say whose it is; with the first line. */
  unsettled: { written: string; line: number; rows: number; isCode: boolean; name: string | null }[]
  /** Codes that were settled by the name beside them, for a person to see. */
  settled: { written: string; name: string; code: string }[]
}

/** What a person decided about texts that stand where an authority should. */
export interface WhoseChoices {
  /** Rows with these are left out. */
  leaveOut: readonly string[]
  /** These mean the authority of that code. */
  codes: Readonly<Record<string, string>>
}

const isTotal = (text: string) => /^(sub-?|grand )?totals?\b/i.test(text)
const textAt = (cells: readonly string[], column: Profile | null) => (column ? (cells[column.index] ?? '').trim() : '')

export function whoseRules({ rows, fileName, titles }: SampleTable, { code, name }: Whose, places: Places, choices: WhoseChoices): WhoseRules {
  const first = code?.column ?? name
  if (!first) return wholeArea(fileName, titles)
  const by: AuthorityKey = code?.by ?? 'name'
  const seen = gather(rows, first, code ? name : null)
  const fallsBack = code !== null && name !== null && [...seen.nameless.keys()].some((text) => places.find(text, 'name').is === 'authority')
  const out = new Sorting(places, choices, code === null && groupWords.test(wordsOf(first.heading)))
  for (const [written, about] of seen.texts) out.sort(written, about, by)
  if (fallsBack) for (const [written, about] of seen.nameless) out.sort(written, about, 'name')
  const blanks = fallsBack ? [{ column: first.name, blank: true }, { column: name.name, blank: true }] : [{ column: first.name, blank: true }]
  const leaveOut: WhoseRules['leaveOut'] = [
    ...(seen.blank > 0 ? [{ where: blanks, because: 'rows without an authority: totals, notes or blank lines' }] : []),
    ...out.leftOut(first.name, fallsBack ? name.name : null),
  ]
  return {
    authority: { column: first.name, by, ...out.codes(), ...(fallsBack ? { or: { column: name.name, by: 'name' as const } } : {}) },
    ...out.reference(code ? name : null),
    leaveOut, unsettled: out.unsettled, settled: out.settled,
  }
}

/** A file of one country, said by its name or the words above the table. */
function wholeArea(fileName: string, titles: readonly string[]): WhoseRules {
  const area = [fileName, ...titles].map((text) => countryIn(text.replace(/[-.]/g, ' '))).find((one) => one !== undefined)
  const nothing = { leaveOut: [], unsettled: [], settled: [] }
  if (!area) return { authority: undefined, reference: undefined, ...nothing }
  return { authority: { fixed: area.name, by: 'name' }, reference: { standard: true, areas: { [area.name]: area } }, ...nothing }
}

interface About {
  line: number
  rows: number
  name: string | null
}

/** The different texts of the column, and the names on rows where it is blank. */
function gather(rows: SampleTable['rows'], first: Profile, name: Profile | null) {
  const texts = new Map<string, About>()
  const nameless = new Map<string, About>()
  let blank = 0
  const count = (map: Map<string, About>, text: string, line: number, beside: string | null) => {
    const known = map.get(text)
    if (known) known.rows++
    else map.set(text, { line, rows: 1, name: beside })
  }
  for (const { line, cells } of rows) {
    const [text, beside] = [textAt(cells, first), textAt(cells, name)]
    if (text !== '') count(texts, text, line, beside === '' ? null : beside)
    else {
      blank++
      if (beside !== '') count(nameless, beside, line, null)
    }
  }
  return { texts, nameless, blank }
}

/** Puts each text where it belongs: an authority, an area, a total, or nobody knows. */
class Sorting {
  readonly unsettled: WhoseRules['unsettled'] = []
  readonly settled: WhoseRules['settled'] = []
  readonly #places: Places
  readonly #choices: WhoseChoices
  readonly #areas = new Map<string, NonNullable<NonNullable<ObservationsRecipe['reference']>['areas']>[string]>()
  readonly #codes: Record<string, string> = {}
  readonly #totals = { code: new Set<string>(), name: new Set<string>() }
  readonly #unwanted = { code: new Set<string>(), name: new Set<string>() }
  readonly #ofGroups: boolean
  #standard = false

  constructor(places: Places, choices: WhoseChoices, ofGroups: boolean) {
    this.#ofGroups = ofGroups
    this.#places = places
    this.#choices = choices
  }

  sort(written: string, { line, rows, name }: About, by: AuthorityKey): void {
    const column = by === 'name' ? 'name' : 'code'
    const chosen = this.#choices.codes[written]
    if (chosen !== undefined) this.#codes[written] = chosen
    else if (this.#choices.leaveOut.includes(written)) this.#unwanted[column].add(written)
    else this.#standing(written, { line, rows, name }, by, column)
  }

  #standing(written: string, { line, rows, name }: About, by: AuthorityKey, column: 'code' | 'name'): void {
    const standing = this.#places.find(written, by).is
    if (standing === 'authority') return
    const area = by === 'name' ? namedArea(written) : undefined
    const byName = column === 'code' && name !== null ? this.#places.find(name, 'name') : null
    if (area && standing !== 'doubtful') this.#areas.set(written, area)
    else if (standing === 'area') this.#standard = true
    else if (this.#ofGroups && standing === 'unknown') this.#areas.set(written, { code: `group-${slugOf(written)}`, name: written, level: 'group' })
    else if (isTotal(written) || (name !== null && isTotal(name))) this.#totals[column].add(written)
    else if (byName?.is === 'authority') {
      this.#codes[written] = byName.code
      this.settled.push({ written, name: name ?? '', code: byName.code })
    } else this.unsettled.push({ written, line, rows, isCode: column === 'code', name })
  }

  codes(): { codes?: Record<string, string> } {
    return Object.keys(this.#codes).length > 0 ? { codes: this.#codes } : {}
  }

  reference(name: Profile | null): Pick<WhoseRules, 'reference'> {
    if (!this.#standard && this.#areas.size === 0) return { reference: undefined }
    const areas = this.#areas.size > 0 ? { areas: Object.fromEntries(this.#areas) } : {}
    return { reference: { standard: true, ...(name ? { name: name.name } : {}), ...areas } }
  }

  /** Rules for rows of totals, and for those a person does not want. */
  leftOut(first: string, second: string | null): WhoseRules['leaveOut'] {
    const rule = (texts: ReadonlySet<string>, column: string, because: string) => (texts.size > 0 ? [{ where: { column, is: [...texts] }, because }] : [])
    const other = second ?? first
    return [
      ...rule(this.#totals.code, first, 'totals'), ...rule(this.#totals.name, other, 'totals'),
      ...rule(this.#unwanted.code, first, 'not authorities of the register'), ...rule(this.#unwanted.name, other, 'not authorities of the register'),
    ]
  }
}
