import type { Actor } from '#kernel/access/actor.ts'
import type { Trx } from '#kernel/db/index.ts'
import { resealLetters } from '#kernel/mail/index.ts'
import type { House } from '#kernel/slice.ts'
import { tokenPurpose } from '../oidc/leaving.ts'
import { seal, unseal } from '../sealed.ts'
import { sealedFor } from './checking.ts'

/** How many of a sort were sealed anew, and how many neither session secret opens. */
interface Count {
  resealed: number
  unreadable: number
}

export interface Resealed {
  secondFactors: Count
  letters: Count
  sessions: Count
}

/**
 * Seals everything anew that was sealed with the session secret before: secrets of authenticator apps, letters that wait, and what signs
 * people out at the provider. Ways to the provider that were begun last ten minutes and are left alone.
 */
export function resealAll({ store, config }: House, actor: Actor): Promise<Resealed> {
  return store.change(actor, 'people.reseal', async (trx) => {
    const secondFactors = await resealSecondFactors(trx, config)
    const letters = await resealLetters(trx, { config })
    const sessions = await resealSessions(trx, config)
    const says = `sealed anew with the session secret: ${secondFactors.resealed} second factors, ${letters.resealed} letters, ${sessions.resealed} sessions of the provider`
    return { subject: 'installation:session-secret', says, result: { secondFactors, letters, sessions } }
  })
}

async function resealSecondFactors(trx: Trx, config: House['config']): Promise<Count> {
  const all = await trx.selectFrom('people.second_factor').select(['id', 'account', 'secret']).execute()
  return resealEach(all, ({ account, secret }) => unseal(config, sealedFor, String(account), secret), ({ id, account }, text) =>
    trx.updateTable('people.second_factor').set({ secret: seal(config, sealedFor, String(account), text) }).where('id', '=', id).execute())
}

async function resealSessions(trx: Trx, config: House['config']): Promise<Count> {
  const all = await trx.selectFrom('people.session').select(['id', 'provider_token']).where('provider_token', 'is not', null).execute()
  return resealEach(all, ({ provider_token }) => unseal(config, tokenPurpose, '', provider_token ?? ''), ({ id }, text) =>
    trx.updateTable('people.session').set({ provider_token: seal(config, tokenPurpose, '', text) }).where('id', '=', id).execute())
}

async function resealEach<Row>(all: readonly Row[], open: (row: Row) => { text: string; stale: boolean } | null, keep: (row: Row, text: string) => Promise<unknown>): Promise<Count> {
  const count: Count = { resealed: 0, unreadable: 0 }
  for (const row of all) {
    const found = open(row)
    if (!found) count.unreadable++
    if (!found?.stale) continue
    await keep(row, found.text)
    count.resealed++
  }
  return count
}
