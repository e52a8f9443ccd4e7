/** Taking an import back. Nothing is erased: what it brought ends at this moment, and what it replaced stands again. */
import { actorName, type Actor } from '#kernel/access/actor.ts'
import type { Changed, Trx } from '#kernel/db/index.ts'
import { countOf, formatCount } from '#kernel/figures/index.ts'
import { conflict, notFound, refused } from '#kernel/problems.ts'
import { withdrawGroups, withdrawLayouts } from '#slices/places/index.ts'
import { withdrawVersions } from '../measures/withdrawal.ts'
import { withdrawFigures } from '../observations/merge.ts'
import { withdrawBreaks } from './breaks.ts'
import { lockImports, nextMoment } from './moments.ts'
import { againAfterwards, laterUnchanged } from './queries.ts'
import { nouns } from './report.ts'

/** What a withdrawal did. */
export interface Withdrawal {
  import: number
  produces: string
  /** Figures, breaks, groups or hex maps that ended, and earlier ones that came back. */
  closed: number
  restored: number
  /** Definitions of measures that ended, that came back, and that stay because figures of other imports rest on them. */
  versions: { closed: number; restored: number; kept: number }
  explanation: string[]
}

/** Withdraws an import. Call through `store.change(actor, 'imports.withdraw', …)`. */
export async function withdrawImport(trx: Trx, actor: Actor, id: number, why: string): Promise<Changed<Withdrawal>> {
  if (why.trim() === '') throw refused('Say why the import is withdrawn.', [{ field: 'why', message: 'Enter why the import is withdrawn' }])
  await lockImports(trx)
  const moment = await nextMoment(trx)
  const row = await trx.selectFrom('indicators.import').select(['produces', 'known_from', 'file_name', 'organisation', 'brought_by']).where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound(`There is no import ${id}. The list of imports shows which there are.`)
  if (row.produces === 'authorities') {
    throw conflict('An import of authorities cannot be withdrawn, because figures and groups rest on the register. Import a corrected register instead.')
  }
  // The state is tested by the update itself, so that two people cannot both withdraw.
  const marked = await trx.updateTable('indicators.import')
    .set({ withdrawn_at: moment, withdrawn_by: actorName(actor), withdrawn_why: why.trim() })
    .where('id', '=', id).where('withdrawn_at', 'is', null).executeTakeFirst()
  if (marked.numUpdatedRows === 0n) throw conflict(`Import ${id} has been withdrawn already.`)

  const { closed, restored } = await takeBack(trx, id, row, moment)
  const versions = await withdrawVersions(trx, id, moment)
  const result: Withdrawal = { import: id, produces: row.produces, closed, restored, versions, explanation: [] }
  const again = againAfterwards(await laterUnchanged(trx, id))
  result.explanation = [...explain(result, row.file_name), ...(again ? [again] : [])]
  const says = `withdrew import ${id}, the file ${row.file_name}`
  return { subject: `import:${id}`, organisation: row.organisation ?? row.brought_by, says, why: why.trim(), result, after: { closed, restored, versions } }
}

async function takeBack(trx: Trx, id: number, row: { produces: string; known_from: Date }, moment: Date): Promise<{ closed: number; restored: number }> {
  switch (row.produces) {
    case 'observations':
      return withdrawFigures(trx, id, moment)
    case 'breaks':
      return withdrawBreaks(trx, id, moment)
    case 'groups':
      return withdrawGroups(trx, row.known_from, moment)
    case 'layout':
      return withdrawLayouts(trx, id, moment)
    default:
      return { closed: 0, restored: 0 }
  }
}

const noLonger = (count: number, one: string, many: string) => `${countOf(count, one, many)} no longer ${count === 1 ? 'stands' : 'stand'}`
const again = (count: number) => `${countOf(count, 'earlier one stands', 'earlier ones stand')} again`
const stay = (count: number) => `${formatCount(count)} ${count === 1 ? 'stays' : 'stay'}`

function explain({ import: id, produces, closed, restored, versions }: Withdrawal, file: string): string[] {
  const noun = produces === 'observations' || produces === 'breaks' || produces === 'groups' || produces === 'layout' ? nouns[produces] : null
  const about = versions.closed + versions.kept > 0
    ? [`${noLonger(versions.closed, 'definition of a measure', 'definitions of measures')}; ${again(versions.restored)}; ${stay(versions.kept)} because figures of other imports rest on ${versions.kept === 1 ? 'it' : 'them'}.`]
    : []
  return [
    `Import ${id} of ${file} is withdrawn.`,
    ...(noun ? [`${noLonger(closed, ...noun)}; ${again(restored)}.`] : []),
    ...about,
  ]
}
