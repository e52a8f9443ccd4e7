import type { Actor } from '#kernel/access/actor.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import { countOf, formatCount, formatDate } from '#kernel/figures/index.ts'
import type { AuthorityChoices, AuthorityFilter, FoundAuthority, FoundMeasure, ListedAuthority, RecentImport } from './queries.ts'

/** From data to exactly what the templates show. */

export const authorityAddress = (code: string) => `/authorities/${encodeURIComponent(code)}`
const measureAddress = (code: string) => `/measures/${encodeURIComponent(code)}`
export const home = { text: 'Home', href: '/' }

/** The first page: for the public, and with their organisations first for somebody signed in. */
export function homePage(actor: Actor, counts: { authorities: number; measures: number }, updates: readonly RecentImport[]) {
  return {
    title: 'Home',
    heading: 'See how councils compare',
    lead: 'On what, with whom, since when, and how sure anyone can be.',
    own: actor.kind === 'person' ? actor.memberships.map(ownOrganisation) : [],
    counts: { authorities: countOf(counts.authorities, 'authority', 'authorities'), measures: countOf(counts.measures, 'measure') },
    updates: updates.map(updateInWords),
  }
}

/** Where somebody of an organisation is likely to go next. */
function ownOrganisation({ name, authority }: { name: string; authority: string | null }) {
  if (authority === null) {
    return { name, links: [], text: 'It is not an authority itself, so it has no profile. Find the authorities you work with below.' }
  }
  const profile = authorityAddress(authority)
  return {
    name,
    text: '',
    links: [
      { text: 'How we compare', href: profile, hint: 'every measure, with the group of your choice' },
      { text: 'Lowest quarter', href: `${profile}?position=lowest`, hint: 'where we stand behind most of the group' },
      { text: 'Got worse', href: `${profile}?change=worse`, hint: 'since the period before' },
      { text: 'No figure', href: `${profile}?absence=none`, hint: 'measures we are missing from, and why' },
    ],
  }
}

function updateInWords(update: RecentImport) {
  const others = update.measures - update.first.length
  return {
    date: formatDate(update.known_from),
    sentence: `${countOf(update.figures, 'figure')} for ${countOf(update.measures, 'measure')}, from the file ${update.file_name}`,
    first: update.first.map(({ code, title }) => ({ title, href: measureAddress(code) })),
    more: others > 0 ? `and ${formatCount(others)} more` : '',
  }
}

/** The list of authorities and the form that narrows it. */
export function authoritiesPage(rows: readonly ListedAuthority[], filter: AuthorityFilter, choices: AuthorityChoices) {
  const any = (text: string) => ({ value: '', text })
  return {
    title: 'Authorities',
    breadcrumbs: [home, { text: 'Authorities' }],
    sentence: sentenceOf(rows, filter),
    nothing: 'Nothing answers to all of that. Leave something out, or use part of the name.',
    rows: rows.map((row) => listedRow(row)),
    files: downloadsOf(countOf(rows.length, 'authority', 'authorities'), `/authorities?${new URLSearchParams({ ...filter }).toString()}`),
    fields: [
      { id: 'name', name: 'name', label: 'Name or code', value: filter.name },
      { id: 'kind', name: 'kind', label: 'Kind', value: filter.kind, options: [any('Every kind'), ...choices.kinds] },
      {
        id: 'nation', name: 'nation', label: 'Nation', value: filter.nation,
        options: [any('Every nation'), ...choices.nations.map((value) => ({ value, text: nationInWords(value) }))],
      },
      { id: 'region', name: 'region', label: 'Region', value: filter.region, options: [any('Every region'), ...choices.regions] },
      {
        id: 'being', name: 'being', label: 'In being', value: filter.being,
        options: [{ value: 'now', text: 'In being now' }, { value: 'ended', text: 'Ended' }, { value: 'all', text: 'Both' }],
      },
    ],
  }
}

function sentenceOf(rows: readonly ListedAuthority[], { being, name }: AuthorityFilter): string {
  const which = { now: ' in being now', ended: ' no longer in being', all: '' }[being]
  const called = name === '' ? '' : ` with the name or code “${name}”`
  return `${rows.length === 0 ? 'No authorities' : countOf(rows.length, 'authority', 'authorities')}${which}${called}.`
}

function listedRow({ code, name, kind, region, nation, starts, ends, successors }: ListedAuthority) {
  return {
    name,
    href: authorityAddress(code),
    kind,
    region: region ?? '',
    nation: nationInWords(nation),
    being: spanInWords(starts, ends),
    ended: ends !== null,
    successors: successors.map((next) => ({ name: next.name, href: authorityAddress(next.code) })),
  }
}

/** "since 1974", "1974 to 2020", "until 2020"; nothing where the register has no dates. */
export function spanInWords(starts: string | null, ends: string | null): string {
  const year = (date: string) => date.slice(0, 4)
  if (ends !== null) return starts === null ? `until ${year(ends)}` : `${year(starts)} to ${year(ends)}`
  return starts === null ? '' : `since ${year(starts)}`
}

/** A nation's slug as its name. */
export function nationInWords(slug: string): string {
  return slug.split('-').map((word) => (word === 'and' ? word : word.slice(0, 1).toUpperCase() + word.slice(1))).join(' ')
}

/** What was found for some words, authorities and measures together. */
export function searchPage(words: string, authorities: readonly FoundAuthority[], measures: readonly FoundMeasure[]) {
  const [allAuthorities, allMeasures] = [authorities[0]?.found ?? 0, measures[0]?.found ?? 0]
  return {
    title: words === '' ? 'Search' : `${words} – search`,
    breadcrumbs: [home, { text: 'Search' }],
    words,
    sentence: foundInWords(words, allAuthorities, allMeasures),
    authorities: authorities.map(({ code, name, kind, region, ends }) => ({
      name,
      href: authorityAddress(code),
      about: [kind, region, ends === null ? null : `ended ${formatDate(ends)}`].filter((part) => part !== null).join(' · '),
    })),
    measures: measures.map(({ code, title, service, unit, publisher, local }) => ({
      title,
      href: measureAddress(code),
      about: [service, unit, local ? 'local measure' : publisher].filter((part) => part !== null).join(' · '),
    })),
    moreAuthorities: allAuthorities > authorities.length
      ? { text: `All ${formatCount(allAuthorities)} authorities found`, href: `/authorities?being=all&name=${encodeURIComponent(words)}` }
      : null,
    moreMeasures: allMeasures > measures.length ? `${formatCount(allMeasures - measures.length)} more. Add a word to narrow it.` : '',
  }
}

function foundInWords(words: string, authorities: number, measures: number): string {
  if (authorities === 0 && measures === 0) return `Nothing found for “${words}”.`
  const parts = [
    ...(authorities > 0 ? [countOf(authorities, 'authority', 'authorities')] : []),
    ...(measures > 0 ? [countOf(measures, 'measure')] : []),
  ]
  return `${parts.join(' and ')} found for “${words}”.`
}
