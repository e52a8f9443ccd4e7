import { randomInt } from 'node:crypto'
import { AsyncLocalStorage } from 'node:async_hooks'

const requests = new AsyncLocalStorage<string>()

/** Runs work on behalf of a web request, so that what it changes can be traced to the request's line in the log. */
export const duringRequest = <T>(id: string, work: () => T): T => requests.run(id, work)

/** The id of the web request being answered, if any. */
export const currentRequest = (): string | undefined => requests.getStore()

/** Letters and digits that cannot be mistaken for one another when read out over the telephone. */
const legible = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The reference of one request or job: on the page that tells of a fault, and in every line the log has about it. */
export function newReference(): string {
  const part = () => Array.from({ length: 4 }, () => legible[randomInt(legible.length)]).join('')
  return `${part()}-${part()}-${part()}`
}
