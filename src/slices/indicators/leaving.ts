import type { Reader, Trx } from '#kernel/db/index.ts'
import type { HandOver, Owned } from '#kernel/slice.ts'

const recipes = 'recipes'
const sources = 'sources'
const shown = 5

/** What somebody has here when they leave: recipes they saved, sources they watch, and imports they made. */
export async function ownedInIndicators(db: Reader, account: number, organisation: number): Promise<Owned[]> {
  const saved = await db.selectFrom('indicators.saved_recipe').select('name').where('organisation', '=', organisation).where('account', '=', account).orderBy('saved_at', 'desc').execute()
  const watched = await db.selectFrom('indicators.watched_source').select(['id', 'name']).where('organisation', '=', organisation).where('account', '=', account).where('stopped_at', 'is', null)
    .orderBy('name').execute()
  const made = db.selectFrom('indicators.import').where('account', '=', account)
  const { count } = await made.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  const imports = await made.select(['id', 'file_name']).orderBy('id', 'desc').limit(shown).execute()
  return [
    ...(saved.length === 0 ? [] : [{
      kind: recipes, title: 'Saved recipes', fate: 'They stay and work for everybody in the organisation. A colleague can be named as the one who looks after them.', count: saved.length,
      latest: saved.slice(0, shown).map(({ name }) => ({ text: name, href: '/recipes' })), canBeHandedOver: true,
    }]),
    ...(watched.length === 0 ? [] : [{
      kind: sources, title: 'Watched sources', fate: 'They stay, but looks fail until a colleague who may import files takes them over.', count: watched.length,
      latest: watched.slice(0, shown).map(({ id, name }) => ({ text: name, href: `/sources/${id}` })), canBeHandedOver: true,
    }]),
    ...(count === 0 ? [] : [{
      kind: 'imports', title: 'Imports', fate: 'The figures stay, under the name of who brought them in. Others can withdraw them.', count,
      latest: imports.map(({ id, file_name }) => ({ text: file_name, href: `/imports/${id}` })), canBeHandedOver: false,
    }]),
  ]
}

/** Names a colleague as the one who looks after somebody's saved recipes or watched sources. */
export async function handOverInIndicators(trx: Trx, { kind, organisation, from, to }: HandOver): Promise<number | null> {
  if (kind === sources) {
    const taken = await trx.updateTable('indicators.watched_source').set({ account: to }).where('organisation', '=', organisation).where('account', '=', from).where('stopped_at', 'is', null).returning('id').execute()
    return taken.length
  }
  if (kind !== recipes) return null
  const given = await trx.updateTable('indicators.saved_recipe').set({ account: to }).where('organisation', '=', organisation).where('account', '=', from).returning('name').execute()
  return given.length
}
