import type { Changed, Trx } from '#kernel/db/index.ts'
import { conflict, notAllowed, notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { Organisation } from '../queries.ts'
import { hashCodes, legibleCode } from '../sign-in/passwords.ts'
import { homeOf, renewSession, type Identified } from '../sign-in/sessions.ts'
import { sealSecret } from './checking.ts'
import { mostAuthenticators, plainCode, recoveryCodeCount } from './rules.ts'

/** Ten new recovery codes: as they are shown once, and as they are kept. */
export async function newRecoveryCodes(): Promise<{ shown: string[]; hashes: string[] }> {
  const shown = Array.from({ length: recoveryCodeCount }, () => legibleCode(3))
  return { shown, hashes: await hashCodes(shown.map(plainCode)) }
}

/** Who does something about their own second factor, and the token their session goes on under. */
interface Own {
  house: Pick<House, 'config'>
  carrier: Identified
  token: string
  now: Date
}

interface Enrolment extends Own {
  name: string
  secret: string
  /** Half minute of the code it was tried with, which is used up. */
  step: number
  /** Kept forms of new recovery codes: given with the first authenticator. */
  hashes: readonly string[] | null
}

/** Adds an authenticator app. All other sessions end; this one goes on under a new token, with a second factor shown. */
export async function addAuthenticator(trx: Trx, { house, carrier, token, now, name, secret, step, hashes }: Enrolment): Promise<Changed<Date>> {
  const { account } = carrier.actor
  const organisation = await homeOf(trx, account)
  await oneAtATime(trx, account)
  const { length } = await trx.selectFrom('people.second_factor').select('id').where('account', '=', account).execute()
  if (length >= mostAuthenticators) throw conflict(`You have ${mostAuthenticators} authenticator apps already. Remove one first.`)
  await trx.insertInto('people.second_factor')
    .values({ account, organisation, name, secret: sealSecret(house, account, secret), last_step: step, made_at: now, used_at: now }).execute()
  if (hashes) await replaceRecoveryCodes(trx, account, organisation, hashes)
  const result = await renewSession(trx, { person: carrier.actor, session: carrier.session, token, now, secondFactorAt: now, alone: true })
  return { subject: `account:${account}`, organisation, after: { name }, result, says: `added the authenticator app “${name}” to their account, which ended all other sessions` }
}

/** Gives an authenticator app another name. */
export async function renameAuthenticator(trx: Trx, account: number, factor: number, name: string): Promise<Changed<null>> {
  const before = await trx.selectFrom('people.second_factor').select('name').where('id', '=', factor).where('account', '=', account).executeTakeFirst()
  if (!before) throw noSuchApp()
  await trx.updateTable('people.second_factor').set({ name }).where('id', '=', factor).execute()
  return { subject: `account:${account}`, organisation: await homeOf(trx, account), before, after: { name }, result: null, says: `renamed the authenticator app “${before.name}” to “${name}”` }
}

/** Removes an authenticator app, with the last one also the recovery codes. All other sessions end. */
export async function removeAuthenticator(trx: Trx, { carrier, token, now, factor, isRequired }: Own & { factor: number; isRequired: boolean }): Promise<Changed<Date>> {
  const { account } = carrier.actor
  await oneAtATime(trx, account)
  const removed = await trx.deleteFrom('people.second_factor').where('id', '=', factor).where('account', '=', account).returning('name').executeTakeFirst()
  if (!removed) throw noSuchApp()
  const left = await trx.selectFrom('people.second_factor').select('id').where('account', '=', account).executeTakeFirst()
  if (!left && isRequired) throw conflict('Your account must have a second factor. Add another authenticator app first, then remove this one.')
  if (!left) await trx.deleteFrom('people.recovery_code').where('account', '=', account).execute()
  const secondFactorAt = left ? carrier.secondFactorAt : null
  const result = await renewSession(trx, { person: carrier.actor, session: carrier.session, token, now, secondFactorAt, alone: true })
  return {
    subject: `account:${account}`, organisation: await homeOf(trx, account), before: removed, result,
    says: `removed the authenticator app “${removed.name}” from their account, which ended all other sessions`,
  }
}

/** Replaces the recovery codes; those from before are worth nothing. */
export async function renewRecoveryCodes(trx: Trx, account: number, hashes: readonly string[]): Promise<Changed<null>> {
  const has = await trx.selectFrom('people.second_factor').select('id').where('account', '=', account).executeTakeFirst()
  if (!has) throw conflict('Recovery codes belong to an authenticator app. Add one first.')
  const organisation = await homeOf(trx, account)
  await replaceRecoveryCodes(trx, account, organisation, hashes)
  return { subject: `account:${account}`, organisation, result: null, says: 'made new recovery codes for their account' }
}

/**
 * Takes the second factor from somebody who lost it. Their sessions end; the next time they sign in with the password alone, and enrol
 * again where that is required. An organisation does so for the accounts it looks after.
 */
export async function resetSecondFactor(trx: Trx, organisation: Organisation, person: { id: number; name: string; home: number }, now: Date): Promise<Changed<null>> {
  if (person.home !== organisation.id) throw notAllowed(`Another organisation looks after the account of ${person.name}. Its administrators can do this.`)
  const removed = await trx.deleteFrom('people.second_factor').where('account', '=', person.id).returning('name').execute()
  if (removed.length === 0) throw conflict(`${person.name} has no second factor.`)
  await trx.deleteFrom('people.recovery_code').where('account', '=', person.id).execute()
  await trx.updateTable('people.credential').set({ valid_from: now }).where('account', '=', person.id).execute()
  return {
    subject: `account:${person.id}`, organisation: organisation.id, before: { authenticators: removed.map(({ name }) => name) }, result: null,
    says: `removed the second factor of ${person.name}, which ended all their sessions`,
  }
}

async function replaceRecoveryCodes(trx: Trx, account: number, organisation: number, hashes: readonly string[]): Promise<void> {
  await trx.deleteFrom('people.recovery_code').where('account', '=', account).execute()
  await trx.insertInto('people.recovery_code').values(hashes.map((hash) => ({ account, organisation, hash }))).execute()
}

/** Changes to how many there are happen one after the other. */
async function oneAtATime(trx: Trx, account: number): Promise<void> {
  await trx.selectFrom('people.credential').select('account').where('account', '=', account).forUpdate().execute()
}

const noSuchApp = () => notFound('There is no such authenticator app on your account.')
