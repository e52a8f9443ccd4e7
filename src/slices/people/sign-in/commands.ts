import type { Actor } from '#kernel/access/actor.ts'
import type { Trx } from '#kernel/db/index.ts'
import { conflict } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { noteFailure, settle, waitOf, type Caller } from './attempts.ts'
import { isPassword } from './passwords.ts'
import { accountFor, beginSession, endOwnSession, homeOf, newToken, personOf, whoCarries, type Person } from './sessions.ts'

interface SignInRequest extends Caller {
  password: string
  browser: string | null
  /** The session the browser carried until now, which ends. */
  earlierToken?: string | null
}

type SignInAnswer =
  | { signedIn: true; token: string; expires: Date; mustChange: boolean }
  /** `wait` in milliseconds: no password was looked at. 0: email address and password do not belong together. */
  | { signedIn: false; wait: number }

/**
 * Signs a person in. Whatever is wrong, the answer is the same and costs the same: no account, an account that was
 * deactivated, a wrong password.
 */
export async function signIn(house: House, request: SignInRequest): Promise<SignInAnswer> {
  const wait = await waitOf(house, request)
  if (wait > 0) return refuse(house, request, null, wait)
  const account = await accountFor(house, request.email)
  const isRight = await isPassword(request.password, account?.active ? account.password : null)
  if (!account || !isRight) {
    const locked = await noteFailure(house, request)
    if (locked) await noteLock(house, account)
    return refuse(house, request, account?.id ?? null, 0)
  }
  if (!(await settle(house, request))) return refuse(house, request, account.id, await waitOf(house, request))
  const person = await personOf(house, account.id)
  if (!person) return refuse(house, request, account.id, 0)
  await endEarlier(house, request.earlierToken)
  const token = newToken()
  const { address, browser } = request
  const expires = await house.store.change(person, 'people.sign-in', (trx) =>
    beginSession(trx, { account: account.id, organisation: account.organisation, token, address, browser, now: house.now() }),
  )
  house.log.info({ account: account.id, address }, 'signed in')
  return { signedIn: true, token, expires, mustChange: account.must_change }
}

/** The log says who failed and from where, never what was typed: it may be a password in the wrong field. */
function refuse(house: House, { address }: Caller, account: number | null, wait: number): SignInAnswer {
  house.log.warn({ account, address, wait: Math.ceil(wait / 1000) }, 'sign-in failed')
  return { signedIn: false, wait }
}

/** A lock is in the trail of the organisation, or of the installation when nobody has this address. */
function noteLock(house: House, account: { id: number; organisation: number; name: string } | undefined): Promise<null> {
  const doorkeeper: Actor = { kind: 'system', name: 'the sign-in page' }
  return house.store.change(doorkeeper, 'people.lock', () => Promise.resolve({
    subject: account ? `account:${account.id}` : 'account:unknown',
    organisation: account?.organisation ?? null,
    says: account ? `locked ${account.name} out for 15 minutes after too many wrong passwords` : 'locked an email address that has no account',
    result: null,
  }))
}

async function endEarlier(house: House, token: string | null | undefined): Promise<void> {
  const earlier = token ? await whoCarries(house, token) : null
  if (earlier) await house.store.change(earlier.actor, 'people.sign-out', (trx) => endOwnSession(trx, earlier.actor, earlier.session))
}

/** Ends the session and returns whether there was one. */
export async function signOut(house: House, token: string): Promise<boolean> {
  const carrier = await whoCarries(house, token)
  if (!carrier) return false
  await house.store.change(carrier.actor, 'people.sign-out', (trx) => endOwnSession(trx, carrier.actor, carrier.session))
  return true
}

interface PasswordChange {
  person: Person
  /** What was kept when the present password was checked, so that two changes at once cannot both count. */
  was: string
  /** The new one, in the form it is kept. */
  hash: string
  token: string
  address: string
  browser: string | null
  now: Date
}

/** Changes one's own password. Every session ends, and the one in hand goes on under a new token. */
export async function changePassword(trx: Trx, { person, was, hash, token, address, browser, now }: PasswordChange) {
  const { account } = person
  const changed = await trx.updateTable('people.credential')
    .set({ password: hash, must_change: false, valid_from: now })
    .where('account', '=', account).where('password', '=', was)
    .returning('account').executeTakeFirst()
  if (!changed) throw conflict('Your password was changed elsewhere a moment ago. Sign in with the new one.')
  await trx.deleteFrom('people.session').where('account', '=', account).execute()
  const organisation = await homeOf(trx, account)
  const { result } = await beginSession(trx, { account, organisation, token, address, browser, now })
  return { subject: `account:${account}`, organisation, says: 'changed their own password, which ended all other sessions', result }
}

/** Whether this is the person's present password, and how it is kept. Wrong answers count as failed sign-ins do. */
export async function checkOwnPassword(house: House, caller: Caller, password: string): Promise<{ kept: string } | { wait: number }> {
  const wait = await waitOf(house, caller)
  if (wait > 0) return { wait }
  const account = await accountFor(house, caller.email)
  const isRight = await isPassword(password, account?.password ?? null)
  if (account && isRight) return (await settle(house, caller)) ? { kept: account.password } : { wait: await waitOf(house, caller) }
  if (await noteFailure(house, caller)) await noteLock(house, account)
  return { wait: 0 }
}

