import type { Reader } from '#kernel/db/index.ts'

/** Who an account is at the provider; undefined when it is not linked. */
export function identityOf(db: Reader, account: number) {
  return db.selectFrom('people.identity').select(['id', 'issuer', 'subject', 'made_at']).where('account', '=', account).orderBy('id').executeTakeFirst()
}
