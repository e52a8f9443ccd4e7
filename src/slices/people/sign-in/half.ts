import type { House } from '#kernel/slice.ts'
import { hashOfToken, newToken, type Method } from './sessions.ts'

/** How long somebody may take to find the telephone with the code, in milliseconds. */
const patience = 5 * 60_000

/** Somebody who has shown one factor and not the second. It opens nothing but the page that asks for the code. */
export interface Half {
  account: number
  method: Method
  providerToken: string | null
  next: string
}

/** Remembers a half sign-in, for the browser that is given the token alone. */
export async function beginHalf(house: Pick<House, 'store' | 'now'>, { account, method, providerToken, next }: Half): Promise<{ token: string; expires: Date }> {
  const [token, now] = [newToken(), house.now()]
  const expires = new Date(now.getTime() + patience)
  await house.store.keep(async (trx) => {
    await trx.deleteFrom('people.half_sign_in').where('expires_at', '<=', now).execute()
    await trx.insertInto('people.half_sign_in')
      .values({ token_hash: hashOfToken(token), account, method, provider_token: providerToken, next, expires_at: expires }).execute()
  })
  return { token, expires }
}

/** The half sign-in this token stands for; null when there is none or it took too long. */
export async function halfWith(house: Pick<House, 'store' | 'now'>, token: string | null): Promise<Half | null> {
  if (token === null) return null
  const row = await house.store.keep((trx) => trx.selectFrom('people.half_sign_in').select(['account', 'method', 'provider_token', 'next'])
    .where('token_hash', '=', hashOfToken(token)).where('expires_at', '>', house.now()).executeTakeFirst())
  return row ? { account: row.account, method: row.method as Method, providerToken: row.provider_token, next: row.next } : null
}

/** Ends a half sign-in; false when somebody else has, so that it makes one session at most. */
export async function endHalf(house: Pick<House, 'store'>, token: string): Promise<boolean> {
  const ended = await house.store.keep((trx) => trx.deleteFrom('people.half_sign_in').where('token_hash', '=', hashOfToken(token)).returning('account').executeTakeFirst())
  return ended !== undefined
}
