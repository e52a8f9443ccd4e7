import type { Reader } from '#kernel/db/index.ts'
import { remembered } from '#kernel/db/remembered.ts'
import { notFound } from '#kernel/problems.ts'

/** An authority as the register has it. */
export interface Authority {
  id: number
  /** GSS code where it has one, else its register code; as in the address of its page. */
  code: string
  name: string
  known_name: string
  kind: string
  kind_title: string
  tier: string
  nation: string
  region: string | null
  region_name: string | null
  /** First and last day in being; null where not recorded or still in being. */
  starts: string | null
  ends: string | null
  population: number | null
  fictional: boolean
}

/** Every authority there is or was, with its kind's title and tier. */
export function authorities(db: Reader) {
  return db
    .selectFrom('places.authority as a')
    .innerJoin('places.authority_kind as k', 'k.code', 'a.kind')
    .select([
      'a.id', 'a.code', 'a.name', 'a.known_name', 'a.kind', 'k.title as kind_title', 'k.tier', 'a.nation',
      'a.region', 'a.region_name', 'a.starts', 'a.ends', 'a.population', 'a.fictional',
    ])
}

/** The authority at an address. Any code a register gives it will do: GSS, former GSS, three letters, E-code or DfE number. */
export function authorityByCode(db: Reader, code: string): Promise<Authority> {
  return remembered(db, ['authority', code], () => findAuthority(db, code))
}

async function findAuthority(db: Reader, code: string): Promise<Authority> {
  const exact = await authorities(db).where('a.code', '=', code).executeTakeFirst()
  if (exact) return exact
  const others = await authorities(db)
    .where('a.id', 'in', (query) => query.selectFrom('places.authority_key').select('authority').where('code', 'ilike', likeExactly(code)))
    .orderBy('a.ends', (order) => order.desc().nullsFirst())
    .execute()
  if (others[0]) return others[0]
  throw notFound(`There is no authority with the code ${code}. Look it up in the list of authorities.`)
}

const likeExactly = (text: string) => text.replace(/[\\%_]/g, '\\$&')

/** The authorities that came before and after one, with the day of the change, however long the chain. */
export function successionOf(db: Reader, authority: number) {
  return remembered(db, ['succession', authority], () => findSuccession(db, authority))
}

async function findSuccession(db: Reader, authority: number) {
  const steps = await db
    .selectFrom('places.succession as s')
    .innerJoin('places.authority as p', 'p.id', 's.predecessor')
    .innerJoin('places.authority as n', 'n.id', 's.successor')
    .select(['s.on_date', 'p.id as predecessor', 'p.code as predecessor_code', 'p.name as predecessor_name',
      'n.id as successor', 'n.code as successor_code', 'n.name as successor_name'])
    .where((where) => where.or([where('s.predecessor', '=', authority), where('s.successor', '=', authority)]))
    .orderBy('s.on_date').orderBy('p.name').orderBy('n.name')
    .execute()
  return {
    predecessors: steps.filter((step) => step.successor === authority)
      .map((step) => ({ code: step.predecessor_code, name: step.predecessor_name, on_date: step.on_date })),
    successors: steps.filter((step) => step.predecessor === authority)
      .map((step) => ({ code: step.successor_code, name: step.successor_name, on_date: step.on_date })),
  }
}

/** Every code of an authority by scheme, and every name it is known by. */
export async function codesAndNamesOf(db: Reader, authority: number) {
  const keys = await db.selectFrom('places.authority_key').select(['scheme', 'code']).where('authority', '=', authority)
    .orderBy('scheme').orderBy('code').execute()
  const names = await db.selectFrom('places.authority_name').select(['name', 'basis']).where('authority', '=', authority)
    .orderBy('name').execute()
  return { keys, names }
}
