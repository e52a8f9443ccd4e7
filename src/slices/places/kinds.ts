/** What kinds of authority there are, how the published registers write them, and what other places codes can name. */

export type Tier = 'upper' | 'lower' | 'single' | 'combined'

export interface AuthorityKind {
  /** As in the address of a group: kind:london-borough. */
  code: string
  title: string
  plural: string
  /** upper and lower share a place between them; single does everything there; combined stands above others. */
  tier: Tier
}

export const realKinds: readonly AuthorityKind[] = [
  { code: 'county', title: 'County', plural: 'Counties', tier: 'upper' },
  { code: 'district', title: 'District', plural: 'Districts', tier: 'lower' },
  { code: 'unitary', title: 'Unitary authority', plural: 'Unitary authorities', tier: 'single' },
  { code: 'metropolitan-district', title: 'Metropolitan district', plural: 'Metropolitan districts', tier: 'single' },
  { code: 'london-borough', title: 'London borough', plural: 'London boroughs', tier: 'single' },
  { code: 'city-corporation', title: 'City corporation', plural: 'City corporations', tier: 'single' },
  { code: 'combined-authority', title: 'Combined authority', plural: 'Combined authorities', tier: 'combined' },
  {
    code: 'strategic-regional-authority', title: 'Strategic regional authority',
    plural: 'Strategic regional authorities', tier: 'combined',
  },
  { code: 'scottish-council', title: 'Scottish council', plural: 'Scottish councils', tier: 'single' },
  { code: 'welsh-council', title: 'Welsh council', plural: 'Welsh councils', tier: 'single' },
  {
    code: 'northern-ireland-district', title: 'Northern Ireland district',
    plural: 'Northern Ireland districts', tier: 'single',
  },
  { code: 'sui-generis', title: 'Sui generis authority', plural: 'Sui generis authorities', tier: 'single' },
]

/** Types as mySociety, the former GOV.UK registers, Digital Land and the Department for Education write them. */
const kindOfRegisterType: Readonly<Record<string, string>> = {
  CTY: 'county', SC: 'county',
  NMD: 'district', SD: 'district', DIS: 'district',
  UA: 'unitary',
  MD: 'metropolitan-district',
  LBO: 'london-borough', ILB: 'london-borough', OLB: 'london-borough', L: 'london-borough',
  CC: 'city-corporation',
  COMB: 'combined-authority',
  SRA: 'strategic-regional-authority',
  SCO: 'scottish-council', CA: 'scottish-council',
  WPA: 'welsh-council',
  NID: 'northern-ireland-district',
}

/** Authorities the registers count under a type that hides what they are: by GSS code. */
const exceptions: Readonly<Record<string, string>> = {
  E06000053: 'sui-generis', // Isles of Scilly, listed as a unitary
  E09000001: 'city-corporation', // City of London, listed by some as a London borough
}

/** The code of our kind for a register's type; null when no register we know uses that type. */
export function kindOf(registerType: string, gss?: string | null): string | null {
  return (gss ? exceptions[gss] : undefined) ?? kindOfRegisterType[registerType.trim().toUpperCase()] ?? null
}

/** The kind a GSS code of an authority gives away by its first three characters; null when it is not an authority's. */
export function kindOfGss(gss: string): string | null {
  return exceptions[gss] ?? kindOfGssPrefix[gss.slice(0, 3)] ?? null
}

const kindOfGssPrefix: Readonly<Record<string, string>> = {
  E06: 'unitary', E07: 'district', E08: 'metropolitan-district', E09: 'london-borough', E10: 'county',
  E47: 'combined-authority', E61: 'strategic-regional-authority',
  S12: 'scottish-council', W06: 'welsh-council', N09: 'northern-ireland-district',
}

export type AreaLevel =
  | 'country' | 'region' | 'county-area' | 'combined-authority-area' | 'police' | 'fire' | 'statistical' | 'group'

const levelOfPrefix: readonly (readonly [RegExp, AreaLevel])[] = [
  [/^([EWSN]92|K0[234])\d{6}$/, 'country'], // K: more than one country, such as Great Britain
  [/^E12\d{6}$/, 'region'],
  [/^E(10|11|13)\d{6}$/, 'county-area'], // E10 only where no authority answers to it; E13 is Inner and Outer London
  [/^E(47|61)\d{6}$/, 'combined-authority-area'],
  [/^([EW](15|23)|[SN]23|S32|N24)\d{6}$/, 'police'],
  [/^(E(25|31)|W25|S39)\d{6}$/, 'fire'],
  [/^TL[A-Z0-9]{1,4}$/, 'statistical'],
  [/^[EWSNK]\d{8}$/, 'statistical'],
]

/**
 * What a code names when no authority answers to it, so that a figure for England or for a police force is kept as a
 * reference value and never ranked. Null: not a code we can place.
 */
export function areaLevelOf(code: string): AreaLevel | null {
  return levelOfPrefix.find(([pattern]) => pattern.test(code))?.[1] ?? null
}

const neverAuthorities: readonly (AreaLevel | null)[] = ['country', 'region', 'police', 'statistical']

/**
 * Whether a GSS code is of a place no authority answers for, such as E12000007 for the London region, which one register
 * gives beside the Greater London Authority: kept as the authority's, it would make the region's figures the authority's.
 */
export function isOnlyAnArea(code: string): boolean {
  return kindOfGss(code) === null && neverAuthorities.includes(areaLevelOf(code))
}
