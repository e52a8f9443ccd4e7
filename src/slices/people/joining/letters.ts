import { formatMoment } from '#kernel/figures/index.ts'
import { nameInLetter } from '#kernel/mail/index.ts'
import { productName } from '#kernel/web/pages.ts'

/** What letters say. Names come from people, so they are made harmless. */

interface Words {
  subject: string
  text: string
}

/** `by` is the administrator who had it sent; null when the person (or somebody who knows the address) asked for it. */
export function resetLetter({ name, address, by }: { name: string; address: string; by: string | null }): Words {
  const why = by === null ? 'Somebody, probably you, asked' : `${nameInLetter(by)} asked`
  return {
    subject: `${productName}: choose a new password`,
    text: [
      `Hello ${nameInLetter(name)},`,
      `${why} for a new password for your account with the ${productName}.`,
      `Choose one here within an hour:\n${address}`,
      'The link works once. If you do not want a new password, do nothing: the one you have stays as it is.',
    ].join('\n\n'),
  }
}

/** An invitation to have roles in an organisation. */
export function invitationLetter({ organisation, by, roles, address, until }: { organisation: string; by: string; roles: string; address: string; until: Date }): Words {
  const [where, who] = [nameInLetter(organisation), nameInLetter(by)]
  return {
    subject: `${productName}: an invitation from ${where}`,
    text: [
      'Hello,',
      `${who} invites you to use the ${productName} for ${where}, as ${roles}.`,
      `Accept here by ${formatMoment(until)}:\n${address}`,
      `The link works once and is for you alone. If you do not know what this is about, do nothing, or ask ${who}.`,
    ].join('\n\n'),
  }
}
