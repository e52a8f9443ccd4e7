import type { Changed, Trx } from '#kernel/db/index.ts'
import { conflict } from '#kernel/problems.ts'
import type { ProviderConfig } from '#kernel/sign-in-settings.ts'

/** Who an account is at the provider. */
export interface Link {
  account: number
  organisation: number
  provider: Pick<ProviderConfig, 'issuer' | 'label'>
  subject: string
  now: Date
}

/** Links an account with somebody at the provider. Neither can be linked twice. */
export async function linkIdentity(trx: Trx, { account, organisation, provider, subject, now }: Link): Promise<Changed<null>> {
  const row = await trx.insertInto('people.identity').values({ account, organisation, issuer: provider.issuer, subject, made_at: now })
    .onConflict((taken) => taken.doNothing()).returning('id').executeTakeFirst()
  if (!row) throw conflict(`Your account, or you at ${provider.label}, is linked already.`)
  return { subject: `account:${account}`, organisation, after: { issuer: provider.issuer }, result: null, says: `linked their account with ${provider.label}` }
}

/** Ends the link of an account with the provider. */
export async function unlinkIdentity(trx: Trx, { id, organisation, name }: { id: number; organisation: number; name: string }): Promise<Changed<null>> {
  const ended = await trx.deleteFrom('people.identity').where('account', '=', id).returning('issuer').execute()
  if (ended.length === 0) throw conflict(`The account of ${name} is not linked with a provider.`)
  return { subject: `account:${id}`, organisation, before: { issuer: ended.map(({ issuer }) => issuer).join(', ') }, result: null, says: `ended the link of ${name} with the provider` }
}
