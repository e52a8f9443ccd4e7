import { sql } from 'kysely'
import type { Changed, Reader, Trx } from '#kernel/db/index.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import { notFound, refused } from '#kernel/problems.ts'
import { homeOf, type Person } from '../sign-in/sessions.ts'
import { endingOf, hashOfApiToken, longestDays, type Scope } from './rules.ts'

const day = 24 * 3_600_000
/** More than anybody needs; a program that makes tokens in a loop is stopped by it. */
const mostOpen = 20

interface NewToken {
  token: string
  name: string
  scope: Scope
  /** The one organisation it reaches; null: whatever its holder reaches. */
  organisation: number | null
  days: number
  now: Date
}

/** Makes a token for oneself. */
export async function makeToken(trx: Trx, person: Person, { token, name, scope, organisation, days, now }: NewToken): Promise<Changed<number>> {
  if (days < 1 || days > longestDays) throw refused('No token was made.', [{ field: 'days', message: `Use a number of days from 1 to ${longestDays}` }])
  const limit = person.memberships.find((m) => m.organisation === organisation)
  if (organisation !== null && !limit) throw refused('No token was made.', [{ field: 'organisation', message: 'Choose an organisation you belong to' }])
  const home = await homeOf(trx, person.account)
  const open = await trx.selectFrom('people.token').select('id').where('account', '=', person.account).where('revoked_at', 'is', null).where('expires_at', '>', now).execute()
  if (open.length >= mostOpen) throw refused('No token was made.', [{ field: 'name', message: `You have ${mostOpen} tokens that work. Revoke one you do not need` }])
  const { id } = await trx.insertInto('people.token').values({
    account: person.account, home, organisation, name, scope, token_hash: hashOfApiToken(token), ending: endingOf(token), made_at: now, expires_at: new Date(now.getTime() + days * day),
  }).returning('id').executeTakeFirstOrThrow()
  return {
    subject: `token:${id}`, organisation: organisation ?? home, result: id, after: { name, scope, days, organisation },
    says: `made the token “${name}” (${scope}, ${limit ? limit.name : 'every organisation'}, ${days} ${days === 1 ? 'day' : 'days'})`,
  }
}

/** Revokes a token: one's own, or one that reaches an organisation whose administrator asks. It stops with the next request. */
export async function revokeToken(trx: Trx, by: Person, id: number, now: Date, holder?: number): Promise<Changed<null>> {
  const revoked = await trx.updateTable('people.token').set({ revoked_at: now, revoked_by: by.account })
    .where('id', '=', id).where('account', '=', holder ?? by.account).where('revoked_at', 'is', null).returning(['account', 'home', 'name']).executeTakeFirst()
  if (!revoked) throw notFound('There is no such token, or it has been revoked already.')
  return { subject: `token:${id}`, organisation: revoked.home, says: `revoked the token “${revoked.name}”${revoked.account === by.account ? '' : ' of somebody else'}`, result: null, before: { account: revoked.account } }
}

/** Tokens of an account as far as the asker looks after them, those that work first. */
export function tokensOf(db: Reader, account: number) {
  return db.selectFrom('people.token as t').leftJoin('people.organisation as o', 'o.id', 't.organisation')
    .select(['t.id', 't.name', 't.scope', 't.ending', 't.made_at', 't.expires_at', 't.used_at', 't.used_from', 't.revoked_at', 'o.name as organisation'])
    .where('t.account', '=', account)
    .orderBy(sql`t.revoked_at is not null`).orderBy('t.id', 'desc')
    .execute()
}

/** A token as pages show it. */
export function tokenItem(token: Awaited<ReturnType<typeof tokensOf>>[number], now: Date) {
  const over = token.revoked_at ? `revoked ${formatMoment(token.revoked_at)}` : token.expires_at <= now ? `ran out ${formatMoment(token.expires_at)}` : null
  return {
    id: token.id,
    name: token.name,
    ending: token.ending,
    may: token.scope === 'write' ? 'Reads and writes' : 'Only reads',
    where: token.organisation ?? 'every organisation of its holder',
    made: formatMoment(token.made_at),
    ends: formatMoment(token.expires_at),
    used: token.used_at ? `last used about ${formatMoment(token.used_at)}${token.used_from ? ` from ${token.used_from}` : ''}` : 'never used',
    over,
  }
}
