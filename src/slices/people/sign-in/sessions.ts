import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor, Grant, Membership } from '#kernel/access/actor.ts'
import type { Reader, Trx } from '#kernel/db/index.ts'
import { notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { idleAfter, isSessionOver, longestSession, noteUseEvery } from './rules.ts'

export type Person = Extract<Actor, { kind: 'person' }>

/** Reads what must be known before it is known who is asking. */
const doorkeeper: Actor = { kind: 'system', name: 'the sign-in page' }

/** 256 random bits, for the browser alone. */
export const newToken = () => randomBytes(32).toString('base64url')

/** What is kept of a token: enough to recognise it, too little to use it. */
export const hashOfToken = (token: string) => createHash('sha256').update(token).digest('hex')

/** How somebody showed who they are: by a password of the workbench, or at the OpenID Connect provider. */
export type Method = 'password' | 'provider'

/** A session that holds now, and whose it is. */
export interface Identified {
  actor: Person
  session: number
  /** The person signed in with a password somebody else has seen, and must choose a new one before anything else. */
  mustChange: boolean
  method: Method
  /** When its holder last proved who they are. */
  provedAt: Date
  /** When a second factor was shown, here or at a provider where it counts; null when there was none. */
  secondFactorAt: Date | null
  /** Whether the account has a second factor of the workbench. Then no session holds that did not show one. */
  hasSecondFactor: boolean
}

/** Who carries this token, with memberships and grants as they are at this moment; null when it is worth nothing. One read. */
export async function whoCarries(house: Pick<House, 'store' | 'now'>, token: string): Promise<Identified | null> {
  const now = house.now()
  const found = await house.store.read(doorkeeper, (db) => sessionWithPerson(db, hashOfToken(token)))
  if (!found || !found.active || isSessionOver(found, now)) return null
  if (found.has_second_factor && !found.second_factor_at) return null
  await noteUse(house, found.session, found.seen_at)
  return {
    actor: personIn(found), session: found.session, mustChange: found.must_change && found.method === 'password', method: found.method,
    provedAt: found.proved_at, secondFactorAt: found.second_factor_at, hasSecondFactor: found.has_second_factor,
  }
}

/** The person an account stands for, as an actor; null when there is no such active account. */
export function personOf({ store }: Pick<House, 'store'>, account: number): Promise<Person | null> {
  return store.read(doorkeeper, async (db) => {
    const { rows } = await sql<PersonRow>`select ${personColumns} from people.account a where a.id = ${account} and a.active`.execute(db)
    return rows[0] ? personIn(rows[0]) : null
  })
}

/** What sign-in needs to know about an email address. */
export function accountFor({ store }: Pick<House, 'store'>, email: string) {
  return store.read(doorkeeper, (db) => accounts(db).where(sql`lower(a.email)`, '=', email.trim().toLowerCase()).executeTakeFirst())
}

/** The same of an account that is known already. */
export function accountWith({ store }: Pick<House, 'store'>, account: number) {
  return store.read(doorkeeper, (db) => accounts(db).where('a.id', '=', account).executeTakeFirst())
}

function accounts(db: Reader) {
  return db.selectFrom('people.account as a')
    .innerJoin('people.credential as c', 'c.account', 'a.id')
    .select(['a.id', 'a.organisation', 'a.name', 'a.email', 'a.active', 'c.password', 'c.must_change', 'c.break_glass_until'])
    .select((eb) => eb.exists(eb.selectFrom('people.second_factor as f').select('f.id').whereRef('f.account', '=', 'a.id')).as('has_second_factor'))
}

interface SessionStart {
  account: number
  organisation: number
  token: string
  address: string
  browser: string | null
  now: Date
  /** By a password, unless said otherwise. */
  method?: Method
  /** When a second factor was shown; null or left out when there was none. */
  secondFactorAt?: Date | null
  /** What to sign out with at the provider, sealed. */
  providerToken?: string | null
  /** How it is told in the trail. */
  says?: string
}

/** Begins a session. Sessions of this account that are long over go at the same time. */
export async function beginSession(trx: Trx, { account, organisation, token, address, browser, now, ...how }: SessionStart) {
  await trx.deleteFrom('people.session').where('account', '=', account).where('expires_at', '<', now).execute()
  const expires = new Date(now.getTime() + longestSession)
  await trx.insertInto('people.session')
    .values({
      token_hash: hashOfToken(token), account, made_at: now, seen_at: now, expires_at: expires, address, browser: browser?.slice(0, 300) ?? null,
      method: how.method ?? 'password', proved_at: now, second_factor_at: how.secondFactorAt ?? null, provider_token: how.providerToken ?? null,
    })
    .execute()
  return { subject: `account:${account}`, organisation, says: how.says ?? 'signed in', result: expires }
}

interface Renewal {
  person: Person
  session: number
  token: string
  now: Date
  /** When a second factor was shown; as it was when left out. */
  secondFactorAt?: Date | null
  /** Whether all other sessions of the account end. */
  alone?: boolean
}

/**
 * Goes on with a session under a new token, after its holder has proved who they are. The token before is worth nothing from then on;
 * the session ends when it would have ended.
 */
export async function renewSession(trx: Trx, { person, session, token, now, secondFactorAt, alone = false }: Renewal): Promise<Date> {
  const old = await trx.deleteFrom('people.session').where('id', '=', session).where('account', '=', person.account).returningAll().executeTakeFirst()
  if (!old) throw notFound('Your session has just ended. Sign in again.')
  if (alone) await trx.deleteFrom('people.session').where('account', '=', person.account).execute()
  const { made_at, expires_at, address, browser, method, provider_token } = old
  await trx.insertInto('people.session').values({
    token_hash: hashOfToken(token), account: person.account, made_at, seen_at: now, expires_at, address, browser, method, provider_token,
    proved_at: now, second_factor_at: secondFactorAt === undefined ? old.second_factor_at : secondFactorAt,
  }).execute()
  return expires_at
}

/** Ends every session of a person but the one in hand. Returns how many. */
export async function endOtherSessions(trx: Trx, person: Person, session: number) {
  const ended = await trx.deleteFrom('people.session').where('account', '=', person.account).where('id', '<>', session).returning('id').execute()
  const says = `ended ${ended.length === 1 ? 'their other session' : `their ${ended.length} other sessions`}`
  return { subject: `account:${person.account}`, organisation: await homeOf(trx, person.account), says, result: ended.length }
}

/** Sessions of the account that hold at this moment, the last used first. */
export function openSessionsOf(db: Reader, account: number, now: Date) {
  return db.selectFrom('people.session as s')
    .innerJoin('people.credential as c', 'c.account', 's.account')
    .select(['s.id', 's.made_at', 's.seen_at', 's.expires_at', 's.address', 's.browser'])
    .where('s.account', '=', account)
    .where('s.expires_at', '>', now)
    .where('s.seen_at', '>', new Date(now.getTime() - idleAfter))
    .whereRef('s.made_at', '>=', 'c.valid_from')
    .orderBy('s.seen_at', 'desc').orderBy('s.id', 'desc')
    .execute()
}

/** Ends the session somebody is using: signing out. */
export async function endOwnSession(trx: Trx, person: Person, session: number) {
  const ended = await trx.deleteFrom('people.session').where('id', '=', session).where('account', '=', person.account)
    .returning(['method', 'provider_token']).executeTakeFirst()
  const result = ended ? { method: ended.method as Method, providerToken: ended.provider_token } : null
  return { subject: `account:${person.account}`, organisation: await homeOf(trx, person.account), says: 'signed out', result }
}

/** Ends a session of the same person elsewhere. */
export async function revokeSession(trx: Trx, person: Person, session: number) {
  const ended = await trx.deleteFrom('people.session').where('id', '=', session).where('account', '=', person.account).returning('id').executeTakeFirst()
  if (!ended) throw notFound('This session has already ended.')
  return { subject: `account:${person.account}`, organisation: await homeOf(trx, person.account), says: 'ended a session on another device', result: null }
}

/** Ends every session of somebody, whoever asks: those begun before this moment are over. */
export async function endSessionsOf(trx: Trx, person: { id: number; name: string }, organisation: number, now: Date) {
  await trx.updateTable('people.credential').set({ valid_from: now }).where('account', '=', person.id).execute()
  return { subject: `account:${person.id}`, organisation, says: `ended all sessions of ${person.name}`, result: null }
}

/** Ends every session there is. Returns how many. */
export async function endAllSessions(trx: Trx) {
  const ended = await trx.deleteFrom('people.session').returning('id').execute()
  return { subject: 'installation:sessions', says: `ended every session, ${ended.length} in all`, result: ended.length }
}

/** Gives somebody a one-time password that is taken until a moment although passwords are switched off. Their sessions end. */
export async function breakGlass(trx: Trx, account: { id: number; name: string; organisation: number }, { hash, until, now }: { hash: string; until: Date; now: Date }) {
  await trx.updateTable('people.credential').set({ password: hash, must_change: true, valid_from: now, break_glass_until: until }).where('account', '=', account.id).execute()
  return {
    subject: `account:${account.id}`, organisation: account.organisation, result: null,
    says: `gave ${account.name} a one-time password that is taken until ${until.toISOString()} even while passwords are switched off`,
  }
}

/** The organisation that looks after an account. */
export async function homeOf(db: Reader, account: number): Promise<number> {
  const { organisation } = await db.selectFrom('people.account').select('organisation').where('id', '=', account).executeTakeFirstOrThrow()
  return organisation
}

async function noteUse({ store, now }: Pick<House, 'store' | 'now'>, session: number, seenAt: Date): Promise<void> {
  const due = new Date(now().getTime() - noteUseEvery)
  if (seenAt > due) return
  await store.keep((trx) => trx.updateTable('people.session').set({ seen_at: now() }).where('id', '=', session).where('seen_at', '<=', due).execute())
}

interface PersonRow {
  account: number
  name: string
  memberships: Membership[]
  grants: Grant[]
}

interface SessionRow extends PersonRow {
  session: number
  made_at: Date
  seen_at: Date
  expires_at: Date
  valid_from: Date
  must_change: boolean
  active: boolean
  method: Method
  proved_at: Date
  second_factor_at: Date | null
  has_second_factor: boolean
}

/** An account with what it is and may see, in one row. Memberships in the order of the organisations' names. */
const personColumns = sql`
  a.id as account, a.name,
  coalesce((
    select json_agg(json_build_object('organisation', o.id, 'slug', o.slug, 'name', o.name, 'kind', o.kind, 'authority', o.authority, 'roles', m.roles)
                    order by o.name)
      from (select organisation, json_agg(role order by role) as roles from people.membership where account = a.id group by organisation) m
      join people.organisation o on o.id = m.organisation), '[]') as memberships,
  coalesce((
    select json_agg(json_build_object('organisation', g.organisation, 'subject', g.subject, 'id', g.subject_id) order by g.id)
      from people.access_grant g where g.account = a.id and g.ended_at is null), '[]') as grants`

async function sessionWithPerson(db: Reader, tokenHash: string): Promise<SessionRow | undefined> {
  const { rows } = await sql<SessionRow>`
    select s.id as session, s.made_at, s.seen_at, s.expires_at, c.valid_from, c.must_change, a.active, s.method, s.proved_at, s.second_factor_at,
           exists (select from people.second_factor f where f.account = a.id) as has_second_factor, ${personColumns}
      from people.session s join people.account a on a.id = s.account join people.credential c on c.account = a.id
     where s.token_hash = ${tokenHash}`.execute(db)
  return rows[0]
}

const personIn = ({ account, name, memberships, grants }: PersonRow): Person => ({ kind: 'person', account, name, memberships, grants })
