import { createHash, randomUUID } from 'node:crypto'
import type { Actor } from '#kernel/access/actor.ts'
import type { House } from '#kernel/slice.ts'
import type { Recipe } from '#slices/indicators/imports/recipe.ts'
import { parseRecipe } from '#slices/indicators/imports/ready.ts'

// For tests of the real program: a file that was uploaded and checked, as the pages leave it.

const system: Actor = { kind: 'system', name: 'test' }

/** Reads a column of figures and makes the measures it names. */
const recipe = parseRecipe(JSON.stringify({
  recipe: 'restarts', title: 'Restarts', publisher: 'Test', source: 'a test', licence: 'none', produces: 'observations',
  authority: { column: 'council', by: 'any' }, period: { column: 'year', kind: 'financial-year' }, measure: { code: { column: 'code' } }, values: [{ value: 'rate' }],
  measures: { title: { column: 'code' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, polarity: { fixed: 'none' } },
}), 'restarts.json')

/** Many measures of one authority for one year: a file that takes a while. */
export const figuresOf = (authority: string, how_many: number) =>
  Buffer.from(['code,council,year,rate', ...Array.from({ length: how_many }, (_, i) => `restart-${i},${authority},2021-22,${i % 97}.5`), ''].join('\n'))

/** As the pages keep it. */
const partSize = 1024 * 1024

interface Given {
  account: number
  organisation: number
  content: Buffer
  fileName?: string
  by?: Recipe
}

/** Leaves a file to be imported. Gives the name of the upload. */
export function uploaded({ store, now }: House, { account, organisation, content, fileName = 'restarts.csv', by = recipe }: Given): Promise<string> {
  return store.change(system, 'test.upload', async (trx) => {
    const last = await trx.selectFrom('indicators.import').select('known_from').orderBy('known_from', 'desc').limit(1).executeTakeFirst()
    const id = randomUUID()
    await trx.insertInto('indicators.upload').values({
      id, account, organisation, national: true, file_name: fileName, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex'),
      recipe: JSON.stringify(by), checked: JSON.stringify({ report: {}, rows: {}, names: [], after: last?.known_from.toISOString() ?? null }), made_at: now(),
    }).execute()
    for (let at = 0, seq = 0; at < content.length; at += partSize, seq++) {
      await trx.insertInto('indicators.upload_part').values({ upload: id, seq, account, organisation, content: content.subarray(at, at + partSize) }).execute()
    }
    return { subject: 'test:upload', result: id }
  })
}
