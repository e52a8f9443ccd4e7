/** The forms in which names of authorities are compared. Matching itself is in matching.ts. */

/** Words that never tell one authority from another. */
const emptyWords = new Set(['the', 'of', 'and', 'council', 'ua', 'cyngor', 'comhairle'])

const boroughs = [
  'district', 'unitary', 'metropolitan-district', 'london-borough', 'welsh-council', 'northern-ireland-district',
]
const cities = [
  'district', 'unitary', 'metropolitan-district', 'scottish-council', 'welsh-council', 'northern-ireland-district',
]

/** Words that say what kind of authority it is, and the kinds that may be called so without having it in their name. */
const kindWords: Readonly<Record<string, readonly string[]>> = {
  city: cities,
  borough: boroughs,
  boro: boroughs,
  district: ['district', 'metropolitan-district', 'northern-ireland-district'],
  county: ['county'],
  metropolitan: ['metropolitan-district'],
  unitary: ['unitary', 'scottish-council', 'welsh-council'],
  royal: [],
  corporation: ['city-corporation'],
  lb: ['london-borough'],
  mbc: ['metropolitan-district'],
  mdc: ['metropolitan-district'],
  bc: boroughs,
  dc: ['district', 'northern-ireland-district'],
  cbc: ['welsh-council'],
}

/**
 * The form in which two spellings of one name are equal: lower case, no accents, apostrophes or punctuation, no "the",
 * "of", "and", "council" or "UA", no footnote letter, words in alphabetical order. Words that say what kind of
 * authority it is are kept, so that a county and a district of one name stay apart. Empty when no word is left.
 */
export function normalName(name: string): string {
  return wordsOf(name).sort().join(' ')
}

/**
 * The normal form without words for the kind of authority either. Different authorities may share it: it finds
 * candidates and, only when one is left and nothing in the name speaks against it, a match.
 */
export function nameWithoutKind(name: string): string {
  return withoutKind(wordsOf(name)).sort().join(' ')
}

/** The words that count, in their order. */
export function wordsOf(name: string): string[] {
  return name
    .trim()
    .replace(/\s\([a-z0-9]{1,2}\)$/i, '') // a footnote: Havant (e)
    .replace(/['’‘ʼ`´]/g, '')
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => (word === 'saint' ? 'st' : word))
    .filter((word) => word !== '' && !emptyWords.has(word))
}

/** "London" and "authority" say a kind only beside the word they belong to. A name of nothing else keeps its words. */
function withoutKind(words: readonly string[]): string[] {
  const beside = new Set<string>()
  if (words.includes('borough') || words.includes('boro')) beside.add('london')
  if (words.includes('unitary')) beside.add('authority')
  const rest = words.filter((word) => !(word in kindWords) && !beside.has(word))
  return rest.length > 0 ? rest : [...words]
}

/** The first word for a kind in the name that neither the kind nor one of the authority's names allows; else null. */
export function kindWordAgainst(name: string, kind: string, ownNames: readonly string[]): string | null {
  const own = new Set(ownNames.flatMap(wordsOf))
  const speaksAgainst = (word: string) => word in kindWords && !own.has(word) && !kindWords[word]?.includes(kind)
  return wordsOf(name).find(speaksAgainst) ?? null
}

/** Names that publishers also give to countries and regions, in normal form. */
const areaNames = new Set(
  [
    'England', 'Scotland', 'Wales', 'Northern Ireland', 'United Kingdom', 'Great Britain', 'UK',
    'London', 'Inner London', 'Outer London', 'North East', 'North West', 'Yorkshire and The Humber',
    'East Midlands', 'West Midlands', 'East of England', 'South East', 'South West',
  ].map(normalName),
)

/** Whether a file that says this may mean a country or region rather than an authority. */
export function isAreaName(name: string): boolean {
  return areaNames.has(normalName(name))
}

/** Whether the name itself says that a body is meant, not the stretch of country it serves. */
export function saysAuthority(name: string): boolean {
  return wordsOf(name).some((word) => ['authority', 'combined', 'ca', 'cca', 'mca', 'gla'].includes(word))
}
