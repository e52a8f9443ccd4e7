import type { Reader } from '#kernel/db/index.ts'

/** The authenticator apps of an account, the oldest first, with their secrets as they are kept. */
export function authenticatorsOf(db: Reader, account: number) {
  return db.selectFrom('people.second_factor').select(['id', 'name', 'secret', 'last_step', 'made_at', 'used_at'])
    .where('account', '=', account).orderBy('id').execute()
}

/** The recovery codes of an account that have not been used, as they are kept. */
export function recoveryCodesOf(db: Reader, account: number) {
  return db.selectFrom('people.recovery_code').select(['id', 'hash']).where('account', '=', account).where('used_at', 'is', null).orderBy('id').execute()
}

/** Whether an account has a second factor, for those who look after it. */
export async function hasSecondFactor(db: Reader, account: number): Promise<boolean> {
  return (await db.selectFrom('people.second_factor').select('id').where('account', '=', account).limit(1).executeTakeFirst()) !== undefined
}
