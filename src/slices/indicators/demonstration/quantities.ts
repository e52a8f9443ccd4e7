/** How many people, homes, applications and so on a fictional authority has: what measures are divided by. */
import type { FictionalAuthority } from '#slices/places/index.ts'
import { chance, trait } from './random.ts'
import type { Basis } from './sketch.ts'

interface Quantity {
  /** How many for each person. */
  each: number
  /** Happens over the year, so that a quarter has a quarter of it; otherwise a stock counted on a day. */
  flow?: true
  /** Grows with emptiness of the country: 1 doubles it in the emptiest. */
  rural?: number
  /** Grows with hardship. */
  need?: number
}

const quantities: Readonly<Record<Exclude<Basis, 'sample'>, Quantity>> = {
  people: { each: 1 }, adults: { each: 0.79 }, older: { each: 0.19, rural: 0.2 },
  children: { each: 0.21, need: 0.1 }, pupils: { each: 0.145, need: 0.1 },
  homes: { each: 0.43 }, 'council-homes': { each: 0.043, need: 0.4 },
  lettings: { each: 0.0026, need: 0.4, flow: true }, homeless: { each: 0.0021, need: 0.5, flow: true },
  tonnes: { each: 0.41, flow: true }, collections: { each: 34, flow: true },
  applications: { each: 0.0068, rural: 0.5, flow: true }, 'major-applications': { each: 0.00028, flow: true },
  appeals: { each: 0.0002, rural: 0.3, flow: true },
  'care-clients': { each: 0.0105, need: 0.3 }, safeguarding: { each: 0.0016, flow: true },
  'child-referrals': { each: 0.011, need: 0.6, flow: true }, 'in-care': { each: 0.0015, need: 0.7 },
  'care-leavers': { each: 0.0005, need: 0.6 }, plans: { each: 0.0011, flow: true },
  'road-km': { each: 0.0064, rural: 1.6 }, defects: { each: 0.018, rural: 0.4, flow: true },
  'bus-trips': { each: 21, rural: -0.6, flow: true }, visits: { each: 3.4, flow: true },
  'food-premises': { each: 0.0085 }, 'complaints-noise': { each: 0.0047, need: 0.4, flow: true },
  claims: { each: 0.0125, need: 0.6, flow: true }, 'tax-due': { each: 640, flow: true },
  'rates-due': { each: 410, flow: true },
  invoices: { each: 0.24, flow: true }, budget: { each: 860 }, staff: { each: 0.0155 },
  calls: { each: 0.82, flow: true }, requests: { each: 0.0053, flow: true }, complaints: { each: 0.0031, flow: true },
  'council-buildings': { each: 0.0004 },
  vehicles: { each: 0.0017 },
}

/** How much of what a unitary does each kind of council does. */
const scopes: Readonly<Record<string, number>> = { 'fictional-county': 0.78, 'fictional-district': 0.17 }
const byScope = new Set<Basis>([
  'budget', 'staff', 'invoices', 'calls', 'requests', 'complaints', 'council-buildings', 'vehicles',
])

export function scopeOf(authority: FictionalAuthority): number {
  return scopes[authority.kind] ?? 1
}

/** Districts whose council homes went to housing associations long ago: nothing to measure there. */
const withoutHomes = new Set(['X07000010', 'X07000013', 'X07000016', 'X06000004', 'X06000005', 'X08000006'])

/** Whether there is any of it: six councils own no homes. */
export function has(authority: FictionalAuthority, basis: Basis): boolean {
  return !((basis === 'council-homes' || basis === 'lettings') && withoutHomes.has(authority.code))
}

/**
 * How many there are in a year (0 is 2013-14), or in a quarter of it. Populations change slowly and everything follows
 * them, each in its own proportion; what happens over a year also differs from year to year.
 */
export function quantityOf(
  authority: FictionalAuthority, basis: Basis, year: number, share: number, quarter?: number,
): number {
  if (basis === 'sample') return sampleOf(authority, year, share)
  const quantity = quantities[basis]
  const growth = trait(`growth ${authority.code}`) * 0.003 + 0.004
  const people = authority.population * (1 + growth * (year - 11))
  const own = 1 + (basis === 'people' ? 0 : trait(`quantity ${basis} ${authority.code}`) * 0.07)
  const lean = 1 + Math.max(-0.9, (quantity.rural ?? 0) * authority.rurality + (quantity.need ?? 0) * authority.deprivation)
  const scope = byScope.has(basis) ? scopeOf(authority) : 1
  const occasion = `year ${basis} ${authority.code} ${year} ${quarter ?? ''}`
  const weather = quantity.flow ? 1 + trait(occasion) * 0.03 : 1
  const part = quantity.flow && quarter !== undefined ? 0.25 : 1
  return Math.max(1, Math.round(people * quantity.each * own * lean * scope * weather * part * share))
}

/** How many answered a survey. */
function sampleOf(authority: FictionalAuthority, year: number, share: number): number {
  const usual = authority.population < 50_000 ? 210 : 640
  return Math.round(usual * share * (1 + chance(`sample ${authority.code} ${year}`).uniform()))
}
