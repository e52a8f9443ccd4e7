import type { Actor } from '#kernel/access/actor.ts'
import type { Trx } from '#kernel/db/index.ts'
import { conflict } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { noteFailure, settle, waitOf, type Caller, type Lock } from './attempts.ts'
import { checkCode, type CodeAnswer } from '../second-factor/checking.ts'
import { beginHalf, endHalf, halfWith } from './half.ts'
import { isPassword } from './passwords.ts'
import { demonstrationPassword } from './rules.ts'
import { accountFor, accountWith, beginSession, endOwnSession, homeOf, newToken, personOf, whoCarries, type Identified, type Method, type Person } from './sessions.ts'

interface FromWhere {
  /** Network address. */
  address: string
  browser: string | null
  /** The session the browser carried until now, which ends. */
  earlierToken?: string | null
  /** Where to go when signed in, if a second factor is wanted first. */
  next?: string
}

interface SignInRequest extends Caller, FromWhere {
  password: string
}

/** What a right password or an answer of the provider leads to: a session, or half of one while a second factor is wanted. */
export type Admission =
  | { signedIn: true; token: string; expires: Date; mustChange: boolean }
  | { signedIn: 'half'; token: string; expires: Date }

type SignInAnswer =
  | Admission
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
  const isKnownToAll = !house.config.demonstrationSignIns && request.password === demonstrationPassword
  const isTaken = account?.active && !isKnownToAll && (house.config.signIn.passwords || isBreakGlass(account, house.now()))
  const isRight = await isPassword(request.password, isTaken ? account.password : null)
  if (!account || !isRight) {
    const lock = await noteFailure(house, request)
    if (lock) await noteLock(house, account, lock)
    return refuse(house, request, account?.id ?? null, 0)
  }
  if (!(await settle(house, request))) return refuse(house, request, account.id, await waitOf(house, request))
  return (await admit(house, { account, method: 'password', ...request })) ?? refuse(house, request, account.id, 0)
}

/** Whether a password is taken for a while although passwords are switched off. */
const isBreakGlass = ({ break_glass_until }: { break_glass_until: Date | null }, now: Date) => break_glass_until !== null && break_glass_until > now

interface Proven extends FromWhere {
  account: { id: number; organisation: number; must_change: boolean; has_second_factor: unknown }
  method: Method
  /** When a second factor was shown that counts; left out when none was. */
  secondFactorAt?: Date
  /** What to sign out with at the provider, sealed. */
  providerToken?: string | null
  /** How it is told in the trail. */
  says?: string
}

/** Lets somebody in who has shown who they are, as far as that goes. Null when the account was deactivated a moment ago. */
export async function admit(house: House, proven: Proven): Promise<Admission | null> {
  const { account, method, secondFactorAt, providerToken = null, next = '/', address } = proven
  if (account.has_second_factor && !secondFactorAt) {
    return { signedIn: 'half', ...(await beginHalf(house, { account: account.id, method, providerToken, next })) }
  }
  const person = await personOf(house, account.id)
  if (!person) return null
  await endEarlier(house, proven.earlierToken)
  const [token, now] = [newToken(), house.now()]
  const { browser, says } = proven
  const start = { account: account.id, organisation: account.organisation, token, address, browser, now, method, secondFactorAt: secondFactorAt ?? null, providerToken }
  const expires = await house.store.change(person, 'people.sign-in', (trx) => beginSession(trx, says === undefined ? start : { ...start, says }))
  house.log.info({ event: 'sign-in.done', account: account.id, address, method, second_factor: secondFactorAt !== undefined }, 'signed in')
  return { signedIn: true, token, expires, mustChange: account.must_change && method === 'password' }
}

/** What came of a code typed after the first factor. `gone`: there was nothing to complete, or no longer. */
type CodeSignIn = { outcome: 'done'; token: string; expires: Date; mustChange: boolean; next: string; left: number | null } | { outcome: 'refused'; wait: number } | { outcome: 'gone' }

/** Completes a half sign-in with a code of an authenticator app or a recovery code. */
export async function completeSignIn(house: House, half: { token: string | null; code: string } & FromWhere): Promise<CodeSignIn> {
  const found = await halfWith(house, half.token)
  const account = found && (await accountWith(house, found.account))
  if (!found || !account?.active || half.token === null) return { outcome: 'gone' }
  const answer = await checkCode(house, account, half.code, half.address)
  if (!answer.passed) return { outcome: 'refused', wait: answer.wait }
  if (!(await endHalf(house, half.token))) return { outcome: 'gone' }
  const { method, providerToken, next } = found
  const { address, browser, earlierToken = null } = half
  const admitted = await admit(house, { account, method, providerToken, secondFactorAt: house.now(), says: howInWords(method, answer), address, browser, earlierToken })
  if (admitted?.signedIn !== true) return { outcome: 'gone' }
  return { ...admitted, outcome: 'done', next, left: answer.left }
}

function howInWords(method: Method, { left }: Extract<CodeAnswer, { passed: true }>): string {
  const first = method === 'provider' ? 'signed in through the provider' : 'signed in'
  return left === null ? `${first} with a second factor` : `${first} with a recovery code, of which ${left} ${left === 1 ? 'is' : 'are'} left`
}

/** The log says who failed and from where, never what was typed: it may be a password in the wrong field. */
function refuse(house: House, { address }: Caller, account: number | null, wait: number): SignInAnswer {
  house.log.warn({ event: 'sign-in.failed', account, address, wait: Math.ceil(wait / 1000) }, 'sign-in failed')
  return { signedIn: false, wait }
}

/** A lock is in the trail of the organisation, or of the installation when nobody has this address. */
function noteLock(house: House, account: { id: number; organisation: number; name: string } | undefined, lock: Lock): Promise<null> {
  const doorkeeper: Actor = { kind: 'system', name: 'the sign-in page' }
  const where = lock === 'here' ? 'from one network' : 'from networks where they have not signed in lately'
  return house.store.change(doorkeeper, 'people.lock', () => Promise.resolve({
    subject: account ? `account:${account.id}` : 'account:unknown',
    organisation: account?.organisation ?? null,
    says: account ? `locked ${account.name} out for 15 minutes, ${where}, after too many wrong passwords` : `locked an email address that has no account, ${where}`,
    result: null,
  }))
}

async function endEarlier(house: House, token: string | null | undefined): Promise<void> {
  const earlier = token ? await whoCarries(house, token) : null
  if (earlier) await house.store.change(earlier.actor, 'people.sign-out', (trx) => endOwnSession(trx, earlier.actor, earlier.session))
}

/** Ends the session and returns how it had begun; null when there was none. */
export async function signOut(house: House, token: string): Promise<{ method: Method; providerToken: string | null } | null> {
  const carrier = await whoCarries(house, token)
  if (!carrier) return null
  return house.store.change(carrier.actor, 'people.sign-out', (trx) => endOwnSession(trx, carrier.actor, carrier.session))
}

interface PasswordChange {
  person: Person
  /** What the session in hand has shown, which the new one goes on with. */
  carrier?: Pick<Identified, 'method' | 'secondFactorAt'>
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
export async function changePassword(trx: Trx, { person, carrier, was, hash, token, address, browser, now }: PasswordChange) {
  const { account } = person
  const changed = await trx.updateTable('people.credential')
    .set({ password: hash, must_change: false, valid_from: now })
    .where('account', '=', account).where('password', '=', was)
    .returning('account').executeTakeFirst()
  if (!changed) throw conflict('Your password was changed elsewhere a moment ago. Sign in with the new one.')
  await trx.deleteFrom('people.session').where('account', '=', account).execute()
  const organisation = await homeOf(trx, account)
  const { result } = await beginSession(trx, { account, organisation, token, address, browser, now, ...carrier })
  return { subject: `account:${account}`, organisation, says: 'changed their own password, which ended all other sessions', result }
}

/** Whether this is the person's present password, and how it is kept. Wrong answers count as failed sign-ins do. */
export async function checkOwnPassword(house: House, caller: Caller, password: string): Promise<{ kept: string } | { wait: number }> {
  const wait = await waitOf(house, caller)
  if (wait > 0) return { wait }
  const account = await accountFor(house, caller.email)
  const isRight = await isPassword(password, account?.password ?? null)
  if (account && isRight) return (await settle(house, caller)) ? { kept: account.password } : { wait: await waitOf(house, caller) }
  const lock = await noteFailure(house, caller)
  if (lock) await noteLock(house, account, lock)
  return { wait: 0 }
}

