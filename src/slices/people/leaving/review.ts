import { sql } from 'kysely'
import type { Role } from '#kernel/access/actor.ts'
import type { Changed, Reader, Trx } from '#kernel/db/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Organisation } from '../queries.ts'

/** How long a review of who has access holds, in milliseconds: a year. */
export const reviewHolds = 365 * 24 * 3_600_000

/** What a reviewer needs to know of one person to say whether their access is still right. */
export interface AccessRow {
  account: number
  name: string
  email: string
  active: boolean
  /** The organisation that looks after the account. */
  home: number
  home_name: string
  roles: Role[]
  /** Since when the earliest of the present roles has been held; null without any. */
  since: Date | null
  /** Null: never, or not for this organisation to know because another looks after the account. */
  last_sign_in: Date | null
  /** Null where another organisation looks after the account. */
  second_factor: boolean | null
  /** Tokens that work at present and reach this organisation. */
  tokens: number
}

/** Everybody with access to an organisation, those who can sign in first. */
export async function whoHasAccess(db: Reader, organisation: number, now: Date): Promise<AccessRow[]> {
  const { rows } = await sql<AccessRow>`
    select a.id as account, a.name, a.email, a.active, a.organisation as home, o.name as home_name,
           coalesce((select json_agg(m.role order by m.role) from people.membership m where m.account = a.id and m.organisation = ${organisation}), '[]') as roles,
           (select min(m.since) from people.membership m where m.account = a.id and m.organisation = ${organisation}) as since,
           (select max(t.at) from kernel.trail t where t.subject = 'account:' || a.id and t.action = 'people.sign-in') as last_sign_in,
           case when a.organisation = ${organisation} then exists (select from people.second_factor f where f.account = a.id) end as second_factor,
           (select count(*)::int from people.token k where k.account = a.id and k.revoked_at is null and k.expires_at > ${now}
              and (k.organisation is null or k.organisation = ${organisation})) as tokens
      from people.account a join people.organisation o on o.id = a.organisation
     where a.organisation = ${organisation} or exists (select from people.membership m where m.account = a.id and m.organisation = ${organisation})
     order by a.active desc, a.name, a.id`.execute(db)
  return rows
}

/** Notes that somebody went through the list and found it right, or put it right. */
export async function noteReview(trx: Trx, organisation: Organisation, note: string, now: Date): Promise<Changed<null>> {
  if (note.trim() === '') throw refused('The review was not noted.', [{ field: 'note', message: 'Say what you found, such as “all as it should be”' }])
  const people = (await whoHasAccess(trx, organisation.id, now)).filter(({ active }) => active)
  return {
    subject: `organisation:${organisation.id}`, organisation: organisation.id, why: note.trim(), result: null,
    says: `reviewed who has access to ${organisation.name}: ${people.length} ${people.length === 1 ? 'person' : 'people'}`,
    after: { people: people.map(({ email, roles }) => ({ email, roles })) },
  }
}

/** The latest review, from the trail; null when there has been none. */
export async function latestReview(db: Reader, organisation: number) {
  const row = await db.selectFrom('kernel.trail').select(['at', 'actor_name', 'why', 'says'])
    .where('subject', '=', `organisation:${organisation}`).where('action', '=', 'people.review-access').orderBy('entry', 'desc').limit(1).executeTakeFirst()
  return row ?? null
}
