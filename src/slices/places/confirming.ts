/** A person says whom a name in a file means. From then on it is known, for every file and everybody. */
import type { Trx } from '#kernel/db/index.ts'
import { refused } from '#kernel/problems.ts'
import { authorityByCode } from './authorities.ts'
import { normalName } from './names.ts'

interface Confirmation {
  /** As the file writes it. */
  name: string
  /** Any code of the authority it means. */
  authority: string
  account: number
  now: Date
}

/** Records the name. A name confirmed before for another authority moves: the latest word counts, and the trail keeps both. */
export async function confirmName(trx: Trx, { name, authority, account, now }: Confirmation) {
  const normal = normalName(name)
  if (normal === '') throw refused('This is not a name.', [{ field: 'name', message: 'There is no letter or digit in the name' }])
  const meant = await authorityByCode(trx, authority)
  const before = await trx.selectFrom('places.authority_name as n')
    .innerJoin('places.authority as a', 'a.id', 'n.authority')
    .select(['a.code', 'a.name']).where('n.normal', '=', normal).where('n.basis', '=', 'confirmed').executeTakeFirst()
  await trx.deleteFrom('places.authority_name').where('normal', '=', normal).where('basis', '=', 'confirmed').execute()
  await trx.insertInto('places.authority_name')
    .values({ authority: meant.id, name: name.trim(), normal, basis: 'confirmed', confirmed_by: account, confirmed_at: now })
    .onConflict((same) => same.columns(['authority', 'name']).doUpdateSet({ basis: 'confirmed', confirmed_by: account, confirmed_at: now }))
    .execute()
  return {
    subject: `authority:${meant.code}`,
    says: `confirmed that “${name.trim()}” means ${meant.name} (${meant.code})`,
    ...(before ? { before: { means: before.name } } : {}),
    after: { name: name.trim(), means: meant.name },
    result: meant,
  }
}
