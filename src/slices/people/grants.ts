import type { Changed, Trx } from '#kernel/db/index.ts'
import { conflict, refused } from '#kernel/problems.ts'
import type { Organisation } from './queries.ts'
import { grantWords } from './rules.ts'

interface NewGrant {
  /** Whose rows are shown. */
  organisation: Organisation
  /** Who may see them: somebody of another organisation. */
  to: { id: number; name: string }
  subject: 'organisation' | 'measure' | 'list'
  /** Number of the measure or list; ignored for the whole organisation. */
  id: number
  why: string
  by: number | null
}

/** Lets somebody of another organisation see a named subject of this one, until it is ended. */
export async function giveGrant(trx: Trx, { organisation, to, subject, id, why, by }: NewGrant): Promise<Changed<number>> {
  const colleague = await trx.selectFrom('people.membership').select('account')
    .where('account', '=', to.id).where('organisation', '=', organisation.id).executeTakeFirst()
  if (colleague) throw refused('Nothing was granted.', [{ field: 'email', message: `${to.name} belongs to ${organisation.name} and sees this already` }])
  const subject_id = subject === 'organisation' ? organisation.id : id
  const row = await trx.insertInto('people.access_grant')
    .values({ organisation: organisation.id, account: to.id, subject, subject_id, why, made_by: by })
    .onConflict((open) => open.columns(['organisation', 'account', 'subject', 'subject_id']).where('ended_at', 'is', null).doNothing())
    .returning('id').executeTakeFirst()
  if (!row) throw refused('Nothing was granted.', [{ field: 'email', message: `${to.name} may see this already` }])
  return {
    subject: `grant:${row.id}`, organisation: organisation.id, result: row.id, why,
    after: { account: to.id, subject, subject_id },
    says: `let ${to.name} see ${grantWords(subject, subject_id, organisation.name)}`,
  }
}

/** Ends a grant. What it opened is closed from the next request on. */
export async function endGrant(trx: Trx, organisation: Organisation, grant: number, now: Date): Promise<Changed<null>> {
  const ended = await trx.updateTable('people.access_grant').set({ ended_at: now })
    .where('id', '=', grant).where('organisation', '=', organisation.id).where('ended_at', 'is', null)
    .returning(['account', 'subject', 'subject_id']).executeTakeFirst()
  if (!ended) throw conflict('This has been ended already, or was never given by this organisation.')
  const { name } = await trx.selectFrom('people.account').select('name').where('id', '=', ended.account).executeTakeFirstOrThrow()
  return {
    subject: `grant:${grant}`, organisation: organisation.id, result: null, before: ended,
    says: `ended what ${name} could see: ${grantWords(ended.subject, ended.subject_id, organisation.name)}`,
  }
}
