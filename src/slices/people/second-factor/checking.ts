import { timingSafeEqual } from 'node:crypto'
import type { Actor } from '#kernel/access/actor.ts'
import type { House } from '#kernel/slice.ts'
import { seal, unseal } from '../sealed.ts'
import { noteFailure, settle, waitOf } from '../sign-in/attempts.ts'
import { hashLike } from '../sign-in/passwords.ts'
import { authenticatorsOf, recoveryCodesOf } from './queries.ts'
import { looksLikeRecoveryCode, plainCode, stepOfCode } from './rules.ts'

const doorkeeper: Actor = { kind: 'system', name: 'the sign-in page' }

/** Whose code is checked, and where it comes from. */
export interface CodeHolder {
  id: number
  organisation: number
  name: string
  email: string
}

export type CodeAnswer =
  /** `left`: recovery codes that remain, when one was used. */
  | { passed: true; left: number | null }
  /** `wait` in milliseconds: the code was not looked at. 0: it was wrong or used before. */
  | { passed: false; wait: number }

/** What a secret of an authenticator app is sealed for. */
export const sealedFor = 'second factor'
export const sealSecret = (house: Pick<House, 'config'>, account: number, secret: string) => seal(house.config, sealedFor, String(account), secret)

/** A secret that was sealed for this account; null when it was not. */
export const openSecret = (house: Pick<House, 'config'>, account: number, sealed: string) => unseal(house.config, sealedFor, String(account), sealed)?.text ?? null

/**
 * Checks a code of an authenticator app, or a recovery code, and uses it up: the same one never passes twice, also when sent twice at
 * once. Failures are counted as those of passwords are, apart from them.
 */
export async function checkCode(house: House, holder: CodeHolder, typed: string, address: string): Promise<CodeAnswer> {
  const caller = { email: holder.email, address, asked: 'code' } as const
  const refuse = (wait: number): CodeAnswer => {
    house.log.warn({ event: 'second-factor.failed', account: holder.id, address, wait: Math.ceil(wait / 1000) }, 'a second factor was refused')
    return { passed: false, wait }
  }
  const wait = await waitOf(house, caller)
  if (wait > 0) return refuse(wait)
  const used = await useUp(house, holder.id, plainCode(typed))
  if (!used) {
    if (await noteFailure(house, caller)) await noteLock(house, holder)
    return refuse(0)
  }
  return (await settle(house, caller)) ? { passed: true, left: used.left } : refuse(await waitOf(house, caller))
}

async function useUp(house: House, account: number, plain: string): Promise<{ left: number | null } | null> {
  return looksLikeRecoveryCode(plain) ? useRecoveryCode(house, account, plain) : useAppCode(house, account, plain)
}

async function useAppCode(house: House, account: number, code: string): Promise<{ left: null } | null> {
  const now = house.now()
  const apps = await house.store.read(doorkeeper, (db) => authenticatorsOf(db, account))
  for (const app of apps) {
    const opened = unseal(house.config, sealedFor, String(account), app.secret)
    if (!opened) house.log.error({ event: 'second-factor.unreadable', account }, 'a second factor cannot be opened with this session secret')
    const step = opened ? stepOfCode(opened.text, code, now) : null
    if (step === null) continue
    const taken = await house.store.keep((trx) => trx.updateTable('people.second_factor').set({ last_step: step, used_at: now })
      .where('id', '=', app.id).where('last_step', '<', step).returning('id').executeTakeFirst())
    return taken ? { left: null } : null
  }
  return null
}

async function useRecoveryCode(house: House, account: number, plain: string): Promise<{ left: number } | null> {
  const kept = await house.store.read(doorkeeper, (db) => recoveryCodesOf(db, account))
  const [first] = kept
  if (!first) return null
  const given = Buffer.from(await hashLike(plain, first.hash))
  const fitting = kept.find(({ hash }) => hash.length === given.length && timingSafeEqual(Buffer.from(hash), given))
  if (!fitting) return null
  const taken = await house.store.keep((trx) => trx.updateTable('people.recovery_code').set({ used_at: house.now() })
    .where('id', '=', fitting.id).where('used_at', 'is', null).returning('id').executeTakeFirst())
  return taken ? { left: kept.length - 1 } : null
}

function noteLock(house: House, { id, organisation, name }: CodeHolder): Promise<null> {
  return house.store.change(doorkeeper, 'people.lock', () => Promise.resolve({
    subject: `account:${id}`, organisation, says: `locked ${name} out for 15 minutes after too many wrong codes`, result: null,
  }))
}
