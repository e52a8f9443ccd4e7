import { createHash, randomBytes } from 'node:crypto'

const hour = 3_600_000

/** A link for choosing a new password holds this long, in milliseconds. */
export const resetHolds = hour
/** An invitation holds this long, in milliseconds. */
export const invitationHolds = 7 * 24 * hour

/** What a one-time link carries: 256 random bits. */
export const newLink = () => randomBytes(32).toString('base64url')

/** What is kept of it: enough to recognise it, too little to use it. */
export const hashOfLink = (link: string) => createHash('sha256').update(`one-time link\0${link}`).digest('hex')
