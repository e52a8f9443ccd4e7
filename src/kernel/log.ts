import { pino, type DestinationStream, type Logger } from 'pino'
import type { Config } from './config.ts'
import { currentRequest } from './request.ts'

/** The log of the program: one JSON object a line on standard output, or where it is told. */
export function createLog(level: Config['logLevel'], destination?: DestinationStream): Logger {
  return pino({ level, serializers: { err: withoutValues }, mixin: referenceOf }, destination ?? pino.destination(1))
}

/** The reference of the request being answered, for lines that do not carry one by themselves. */
function referenceOf(told: object, _level: number, logger: Logger): object {
  const reference = currentRequest()
  return reference === undefined || 'reference' in told || 'reference' in logger.bindings() ? {} : { reference }
}

/**
 * What the log keeps of a fault: its sort, sentence, code and where it was. Database drivers hang the statement and its values on their
 * errors, and those may be addresses of people or hashes of passwords.
 */
function withoutValues(fault: unknown): object {
  if (!(fault instanceof Error)) return { message: String(fault) }
  const { name, message, stack } = fault
  return { type: name, message, stack, ...('code' in fault ? { code: String(fault.code) } : {}), ...(fault.cause === undefined ? {} : { cause: withoutValues(fault.cause) }) }
}
