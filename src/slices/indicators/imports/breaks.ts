/** Imports breaks in series: figures on either side of one are not compared. */
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'
import { measureRegister } from '../measures/register.ts'
import { bindPeriod, Periods } from './periods.ts'
import type { ImportRequest, Making, Prepared } from './preparing.ts'
import type { BreaksRecipe } from './recipe.ts'
import { isFault, type Fault } from './report.ts'
import { missingText, readRows } from './rows.ts'
import { bindMeasureCode, bindText } from './texts.ts'

interface Break {
  measure: number
  /** First day of the period before which the break stands. */
  starts: string
  note: string
}

export async function prepareBreaks(request: ImportRequest<BreaksRecipe>): Promise<Prepared> {
  const { recipe, findings, store, actor, organisation } = request
  const register = await store.read(actor, (db) => measureRegister(db, organisation))
  const { facts, rows } = await readRows<Break>(request, (file) => {
    const codeOf = bindMeasureCode(recipe.measure, file.place)
    const periodOf = bindPeriod(recipe.period, new Periods(), file.place)
    const noteOf = bindText(recipe.note, file.place)
    return ({ cells }): Break | Fault => {
      const code = codeOf(cells)
      const note = noteOf(cells)
      if (code === null) return missingText('measure')
      if (note === null) return missingText('note')
      const period = periodOf(cells, null)
      if (isFault(period)) return period
      const [measure, ...others] = register.find(code)
      if (measure?.defined && others.length === 0) return { measure: measure.id, starts: period.starts, note }
      return { column: 'measure', seen: code, expected: 'a measure in the register', message: `The register has no single measure "${code}". Import its definition first.` }
    }
  })
  const breaks = new Map(rows.map(({ item }) => [`${item.measure} ${item.starts}`, item]))
  findings.counts.repeated += rows.length - breaks.size
  return { facts, apply: (making) => saveBreaks(making, [...breaks.values()], request), dispose: () => Promise.resolve() }
}

async function saveBreaks({ trx, import: id, moment }: Making, breaks: readonly Break[], { findings, organisation, audience }: ImportRequest<BreaksRecipe>): Promise<void> {
  const present = await trx.selectFrom('indicators.series_break').select(['id', 'measure', 'starts', 'note']).where('known_to', '=', sql<Date>`'infinity'`).execute()
  const current = new Map(present.map((row) => [`${row.measure} ${row.starts}`, row]))
  for (const one of breaks) {
    const row = current.get(`${one.measure} ${one.starts}`)
    if (row?.note === one.note) {
      findings.counts.unchanged++
      continue
    }
    if (row) await trx.updateTable('indicators.series_break').set({ known_to: moment }).where('id', '=', row.id).execute()
    await trx.insertInto('indicators.series_break').values({ ...one, import: id, known_from: moment, organisation, audience }).execute()
    findings.counts[row ? 'revised' : 'new']++
  }
}

/** Ends the breaks an import brought and lets those it replaced stand again. */
export async function withdrawBreaks(trx: Trx, id: number, moment: Date): Promise<{ closed: number; restored: number }> {
  const closed = await sql`update indicators.series_break set known_to = ${moment} where import = ${id} and known_to = 'infinity'`.execute(trx)
  const restored = await sql`
    insert into indicators.series_break (measure, starts, note, import, known_from, organisation, audience)
    select e.measure, e.starts, e.note, e.import, ${moment}, e.organisation, e.audience
      from indicators.series_break w
      join lateral (
        select b.* from indicators.series_break b left join indicators.import i on i.id = b.import
         where b.measure = w.measure and b.starts = w.starts and b.known_from < w.known_from and b.import is distinct from ${id} and i.withdrawn_at is null
         order by b.known_from desc limit 1) e on true
     where w.import = ${id} and w.known_to = ${moment}`.execute(trx)
  return { closed: Number(closed.numAffectedRows ?? 0), restored: Number(restored.numAffectedRows ?? 0) }
}
