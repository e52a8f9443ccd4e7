/**
 * Aldermark, a nation that does not exist: its authorities, what became of some of them, and whom each is compared
 * with. Everything here is invented; codes begin with X so that they cannot be taken for codes of real places.
 */
import type { AuthorityKind } from './kinds.ts'
import { slugOf } from './rules.ts'

export const fictionalNation = { slug: 'aldermark', name: 'Aldermark (fictional)', code: 'X92000001' } as const

export const fictionalKinds: readonly AuthorityKind[] = [
  { code: 'fictional-county', title: 'Fictional county', plural: 'Fictional counties', tier: 'upper' },
  { code: 'fictional-district', title: 'Fictional district', plural: 'Fictional districts', tier: 'lower' },
  { code: 'fictional-unitary', title: 'Fictional unitary', plural: 'Fictional unitaries', tier: 'single' },
  {
    code: 'fictional-metropolitan-borough', title: 'Fictional metropolitan borough',
    plural: 'Fictional metropolitan boroughs', tier: 'single',
  },
  {
    code: 'fictional-islands-council', title: 'Fictional islands council',
    plural: 'Fictional islands councils', tier: 'single',
  },
]

export interface FictionalAuthority {
  code: string
  name: string
  known_name: string
  kind: string
  nation: string
  region: string
  region_name: string
  starts: string
  /** Last day in being; null: still in being. */
  ends: string | null
  population: number
  fictional: true
  source: string
  /** Code of the county a district lies in; null elsewhere. */
  county: string | null
  /** How hard life is there, −1 (easy) to 1 (hard): what figures about need follow. */
  deprivation: number
  /** −1 (dense city) to 1 (empty country): what figures about distance follow. */
  rurality: number
}

const source = 'Fictional register of Aldermark: invented for demonstration'
const regions = { N: 'North Vale', E: 'Eastmarch', S: 'Southlea', W: 'The Westings', I: 'Ironvale' } as const
type Region = keyof typeof regions

const suffixes: Readonly<Record<string, readonly [kind: string, words: string]>> = {
  X10: ['fictional-county', 'County Council'],
  X07: ['fictional-district', 'District Council'],
  X06: ['fictional-unitary', 'Council'],
  X08: ['fictional-metropolitan-borough', 'Metropolitan Borough Council'],
  X12: ['fictional-islands-council', 'Islands Council'],
}

interface Life {
  starts?: string
  ends?: string
  county?: string
}

function authority(
  code: string, known_name: string, region: Region, thousands: number, deprivation: number, rurality: number,
  life: Life = {},
): FictionalAuthority {
  const [kind, words] = suffixes[code.slice(0, 3)] ?? ['', '']
  return {
    code, known_name, kind, name: `${known_name} ${words}`, nation: fictionalNation.slug,
    region: slugOf(regions[region]), region_name: regions[region], population: thousands * 1000,
    starts: life.starts ?? '1974-04-01', ends: life.ends ?? null, county: life.county ?? null,
    fictional: true, source, deprivation, rurality,
  }
}

type DistrictRow = readonly [
  code: string, name: string, thousands: number, deprivation: number, rurality: number, life?: Life,
]

/** The districts of one county, in its region. */
function districts(
  county: string, region: Region, rows: readonly DistrictRow[],
) {
  return rows.map(([code, name, thousands, deprivation, rurality, life]) =>
    authority(code, name, region, thousands, deprivation, rurality, { county, ...life }))
}

export const fictionalAuthorities: readonly FictionalAuthority[] = [
  authority('X10000001', 'Brackenshire', 'N', 461, 0.1, 0.5),
  ...districts('X10000001', 'N', [
    ['X07000001', 'Northmere', 128, 0.25, 0.1],
    ['X07000002', 'Ashgill', 94, -0.2, 0.7],
    ['X07000003', 'Upper Bracken', 71, -0.1, 0.95],
    ['X07000004', 'Thornholt', 168, 0.3, -0.1],
  ]),
  authority('X10000002', 'Tarnshire', 'N', 318, 0.35, 0.6),
  ...districts('X10000002', 'N', [
    ['X07000005', 'Tarnside', 142, 0.5, 0.0],
    ['X07000006', 'Glenhollow', 68, 0.05, 0.9],
    ['X07000007', 'Kirkfell', 108, 0.4, 0.6],
  ]),
  authority('X10000003', 'Fennimore', 'E', 402, 0.0, 0.55),
  ...districts('X10000003', 'E', [
    ['X07000008', 'Saltfen', 119, 0.45, 0.6],
    ['X07000009', 'Dunmarsh', 137, 0.0, 0.5],
    ['X07000010', 'Wickenham', 146, -0.4, 0.2],
  ]),
  authority('X10000004', 'Mereland', 'S', 587, -0.5, 0.2),
  ...districts('X10000004', 'S', [
    ['X07000011', 'Southmere', 171, -0.35, -0.2],
    ['X07000012', 'Orchard Vale', 133, -0.7, 0.5],
    ['X07000013', 'Chalkdown', 124, -0.8, 0.3],
    ['X07000014', 'Millbrook and Lea', 159, -0.3, 0.1],
  ]),
  authority('X10000005', 'Hallowshire', 'W', 395, 0.05, 0.7),
  ...districts('X10000005', 'W', [
    ['X07000015', 'Hallowby', 132, 0.4, 0.0],
    ['X07000016', 'Penwick', 92, 0.15, 0.7],
    ['X07000017', 'Upper Wendle', 48, -0.1, 0.9, { ends: '2020-03-31' }],
    ['X07000018', 'Hallow Forest', 56, 0.0, 0.85, { ends: '2020-03-31' }],
    ['X07000019', 'Vale of Ambersley', 63, -0.25, 0.8, { ends: '2020-03-31' }],
    ['X07000020', 'Upper Wendle, Hallow Forest, the Seven Hundreds and the Vale of Ambersley', 171, -0.1, 0.85,
      { starts: '2020-04-01' }],
  ]),
  authority('X10000006', 'Corveshire', 'W', 428, 0.2, 0.5, { ends: '2019-03-31' }),
  ...districts('X10000006', 'W', [
    ['X07000021', 'Corvebridge', 131, 0.45, -0.1, { ends: '2019-03-31' }],
    ['X07000022', 'Stonewold', 88, 0.0, 0.8, { ends: '2019-03-31' }],
    ['X07000023', 'Lower Corve', 97, 0.1, 0.6, { ends: '2019-03-31' }],
    ['X07000024', 'Wyremouth', 112, 0.3, 0.3, { ends: '2019-03-31' }],
  ]),
  authority('X06000001', 'Calder Reach', 'E', 236, 0.3, 0.0, { ends: '2017-03-31' }),
  authority('X06000002', 'Kingsferry', 'S', 204, 0.2, -0.5),
  authority('X06000003', 'Port Haldane', 'E', 187, 0.7, -0.6),
  authority('X06000004', 'Marlstone', 'S', 243, -0.2, -0.3),
  authority('X06000005', 'Whitcombe Regis', 'S', 151, -0.45, 0.2),
  authority('X06000006', 'Oldminster', 'N', 209, -0.25, -0.2),
  authority('X06000007', 'Reachmouth', 'E', 142, 0.55, -0.4, { starts: '2017-04-01' }),
  authority('X06000008', 'Upper Reach', 'E', 99, -0.05, 0.6, { starts: '2017-04-01' }),
  authority('X06000009', 'North Corveshire', 'W', 225, 0.25, 0.3, { starts: '2019-04-01' }),
  authority('X06000010', 'South Corveshire', 'W', 211, 0.15, 0.5, { starts: '2019-04-01' }),
  authority('X08000001', 'Steelhaven', 'I', 412, 0.8, -0.8),
  authority('X08000002', 'Forgeton', 'I', 287, 0.65, -0.7),
  authority('X08000003', 'Millham', 'I', 263, 0.5, -0.6),
  authority('X08000004', 'Coalbrook', 'I', 229, 0.6, -0.4),
  authority('X08000005', 'Anvilside', 'I', 318, 0.7, -0.75),
  authority('X08000006', 'Canalworth', 'I', 246, 0.1, -0.5),
  authority('X08000007', 'Brasswick', 'I', 221, -0.15, -0.3),
  authority('X12000001', 'Skarra', 'N', 23, -0.1, 1),
  authority('X12000002', 'Holm and Vestray', 'N', 21, 0.0, 1),
  authority('X12000003', 'Tormay', 'W', 27, 0.2, 0.95),
]

export interface FictionalSuccession {
  predecessor: string
  successor: string
  /** First day of the successor. */
  on_date: string
}

const became = (on_date: string, predecessors: readonly string[], successors: readonly string[]) =>
  predecessors.flatMap((predecessor) => successors.map((successor) => ({ predecessor, successor, on_date })))

/** A split, a county and its districts replaced by two unitaries, and a merger of three districts. */
export const fictionalSuccessions: readonly FictionalSuccession[] = [
  ...became('2017-04-01', ['X06000001'], ['X06000007', 'X06000008']),
  ...became('2019-04-01', ['X10000006'], ['X06000009', 'X06000010']),
  ...became('2019-04-01', ['X07000021', 'X07000022'], ['X06000009']),
  ...became('2019-04-01', ['X07000023', 'X07000024'], ['X06000010']),
  ...became('2020-04-01', ['X07000017', 'X07000018', 'X07000019'], ['X07000020']),
]

/** Publishers give figures for the nation too: a reference value, never ranked. */
export const fictionalAreas = [{ code: fictionalNation.code, name: fictionalNation.name, level: 'country' }] as const

export interface FictionalGroup {
  type: 'family' | 'neighbours'
  source: string
  slug: string
  title: string
  /** Code of the authority whose list it is; null for families. */
  of_authority: string | null
  publisher: string
  licence: string
  dated: string
  members: readonly { authority: string; position: number | null; closeness: string | null }[]
}

const office = 'Fictional Statistics Office of Aldermark'
const licence = 'Invented for demonstration'
const today = fictionalAuthorities.filter((one) => one.ends === null)

function family(
  group: string, title: string, name: string, belongs: (one: FictionalAuthority) => boolean,
): FictionalGroup {
  const members = today.filter(belongs).map((one) => ({ authority: one.code, position: null, closeness: null }))
  return {
    type: 'family', source: group, slug: slugOf(name), title: `${title}: ${name.toLowerCase()} (fictional)`,
    of_authority: null, publisher: office, licence, dated: '2022-04-01', members,
  }
}

const setting = (name: string, belongs: (one: FictionalAuthority) => boolean) =>
  family('aldermark-setting', 'Setting', name, belongs)
const hardship = (name: string, belongs: (one: FictionalAuthority) => boolean) =>
  family('aldermark-hardship', 'Hardship', name, belongs)

/** Two groupings of the authorities of today: by setting, for services to places, and by hardship, for the rest. */
export const fictionalFamilies: readonly FictionalGroup[] = [
  setting('City', (one) => one.rurality < -0.25),
  setting('Town and country', (one) => one.rurality >= -0.25 && one.rurality < 0.55),
  setting('Remote', (one) => one.rurality >= 0.55),
  hardship('Least hardship', (one) => one.deprivation < -0.05),
  hardship('Some hardship', (one) => one.deprivation >= -0.05 && one.deprivation < 0.3),
  hardship('Most hardship', (one) => one.deprivation >= 0.3),
]

/**
 * For each authority of today the fifteen most like it in size, hardship and setting, nearest first, without itself.
 * Being near is not mutual. Districts and counties are also compared with bodies that do their work and more.
 */
export const fictionalNeighbours: readonly FictionalGroup[] = today.map((one) => ({
  type: 'neighbours', source: 'aldermark-nearest', slug: one.code, title: 'Nearest neighbours (fictional)',
  of_authority: one.code, publisher: office, licence, dated: '2024-04-01', members: nearest(one),
}))

function nearest(one: FictionalAuthority): FictionalGroup['members'] {
  return today
    .filter((other) => other.code !== one.code && mayStandBeside(one, other))
    .map((other) => ({ authority: other.code, distance: distance(one, other) }))
    .sort((a, b) => a.distance - b.distance || (a.authority < b.authority ? -1 : 1))
    .slice(0, 15)
    .map(({ authority, distance }, place) => ({ authority, position: place + 1, closeness: closeness(distance) }))
}

/** A county does not do a district's work; everybody else does one or both. */
function mayStandBeside(one: FictionalAuthority, other: FictionalAuthority): boolean {
  const split = ['fictional-county', 'fictional-district']
  return one.kind === other.kind || !split.includes(other.kind)
}

function distance(a: FictionalAuthority, b: FictionalAuthority): number {
  const size = Math.log(a.population / b.population) / 2
  const kind = a.kind === b.kind ? 0 : 0.35
  return Math.hypot(size, a.deprivation - b.deprivation, a.rurality - b.rurality, kind)
}

function closeness(distance: number): string {
  if (distance < 0.4) return 'very close'
  if (distance < 0.7) return 'close'
  return distance < 1.1 ? 'somewhat close' : 'not close'
}
