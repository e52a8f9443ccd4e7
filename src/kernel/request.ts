import { AsyncLocalStorage } from 'node:async_hooks'

const requests = new AsyncLocalStorage<string>()

/** Runs work on behalf of a web request, so that what it changes can be traced to the request's line in the log. */
export const duringRequest = <T>(id: string, work: () => T): T => requests.run(id, work)

/** The id of the web request being answered, if any. */
export const currentRequest = (): string | undefined => requests.getStore()
