import type { Changed, Trx } from '#kernel/db/index.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import { nameInLetter, writeNotice } from '#kernel/mail/index.ts'
import type { House } from '#kernel/slice.ts'
import { productName } from '#kernel/web/pages.ts'

/** A letter about something that happened is of no use much later, in milliseconds. */
const tellsFor = 7 * 24 * 3_600_000

/**
 * A change to how somebody signs in, and the letter that tells them of it: both come to be or neither. Whoever did it, because the
 * letter is for those who did not. Where the installation sends no mail there is no letter: in the outbox an administrator would read it.
 *
 * @param what what was done, as a sentence without its full stop
 */
export function telling<T>(house: Pick<House, 'config' | 'now'>, account: number, what: string, work: (trx: Trx) => Promise<Changed<T>>): (trx: Trx) => Promise<Changed<T>> {
  return async (trx) => {
    const changed = await work(trx)
    if (house.config.mail.carrier !== 'outbox') await tell(trx, house, account, what)
    return changed
  }
}

async function tell(trx: Trx, house: Pick<House, 'config' | 'now'>, account: number, what: string): Promise<void> {
  const found = await trx.selectFrom('people.account as a').innerJoin('people.organisation as o', 'o.id', 'a.organisation')
    .select(['a.email', 'a.name', 'o.name as home']).where('a.id', '=', account).executeTakeFirst()
  if (!found) return
  const now = house.now()
  await writeNotice(trx, house, {
    // Not the organisation's: what its administrators see of letters is what they have to pass on or put right.
    organisation: null, to: found.email, subject: `${productName}: ${subjectOf(what)}`, expiresAt: new Date(now.getTime() + tellsFor),
    text: [
      `Hello ${nameInLetter(found.name)},`,
      `${what}. This was on ${formatMoment(now)}.`,
      'If this was you, or you know of it, there is nothing to do.',
      `If not, somebody else may be using your account: tell an administrator of ${nameInLetter(found.home)} at once, who can end all your sessions.`,
    ].join('\n\n'),
  })
}

const subjectOf = (what: string) => what.charAt(0).toLowerCase() + what.slice(1)
