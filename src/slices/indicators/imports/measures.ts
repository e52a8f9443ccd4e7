/** Imports definitions of measures. */
import { saveMeasures, type MeasureRecord } from '../measures/commands.ts'
import { bindMeasure } from './measure-fields.ts'
import type { ImportRequest, Prepared } from './preparing.ts'
import type { MeasuresRecipe } from './recipe.ts'
import { isFault, type Fault } from './report.ts'
import { missingText, readRows, type ReadRow } from './rows.ts'
import { bindMeasureCode, bindText } from './texts.ts'

export async function prepareMeasures(request: ImportRequest<MeasuresRecipe>): Promise<Prepared> {
  const { recipe, findings, organisation, audience } = request
  const { facts, rows } = await readRows<MeasureRecord>(request, (file) => {
    const codeOf = bindMeasureCode(recipe.measure, file.place)
    const read = bindMeasure(recipe.fields, recipe, file.place)
    const aliases = recipe.aliases.map((alias) => bindText(alias, file.place))
    return ({ cells }): MeasureRecord | Fault => {
      const code = codeOf(cells)
      if (code === null) return missingText('measure')
      const record = read(code, cells)
      return isFault(record) ? record : { ...record, aliases: aliases.map((alias) => alias(cells)).filter((alias) => alias !== null) }
    }
  })
  const records = onceEach(rows, request)
  return {
    facts,
    async apply({ trx, import: id, moment }) {
      findings.tally(await saveMeasures(trx, records, { organisation, audience, import: id, knownFrom: moment }))
    },
    dispose: () => Promise.resolve(),
  }
}

/** A measure defined twice: once if alike, refused if not. */
function onceEach(rows: readonly ReadRow<MeasureRecord>[], { findings }: ImportRequest<MeasuresRecipe>): MeasureRecord[] {
  const first = new Map<string, ReadRow<MeasureRecord>>()
  for (const row of rows) {
    const known = first.get(row.item.code)
    if (!known) first.set(row.item.code, row)
    else if (JSON.stringify(known.item) === JSON.stringify(row.item)) findings.counts.repeated++
    else {
      findings.refuse({
        line: row.line, column: null, seen: row.item.code, expected: `one definition, as on line ${known.line}`,
        message: `Lines ${known.line} and ${row.line} define the measure ${row.item.code} differently.`,
      })
    }
  }
  return [...first.values()].map((row) => row.item)
}
