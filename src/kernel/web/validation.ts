import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { notFound, refused } from '../problems.ts'
import type { Problem } from '../problems.ts'
import { faultsOf } from '../forms/index.ts'

/** Lets routes state params, query and body as zod schemas; handlers then receive the parsed values. */
export function validateWithZod(app: FastifyInstance): void {
  app.setValidatorCompiler<unknown>(({ schema, httpPart, url }) => {
    if (!(schema instanceof z.ZodType))
      throw new Error(`The schema of the ${httpPart ?? 'request'} of ${url} is not a zod schema.`)
    return (data: unknown) => {
      const read = schema.safeParse(data)
      return read.success ? { value: read.data } : { error: problemOf(httpPart, read.error) }
    }
  })
  // Answers are written as they are: their schemas describe them and are checked in tests.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
}

/** An address that cannot exist is simply not found; a question or form that cannot be read says what is wrong with it. */
function problemOf(part: string | undefined, error: z.ZodError): Problem {
  if (part === 'params') return notFound('There is nothing at this address.')
  return refused('Some of what was asked for could not be understood.', faultsOf(error))
}

/** Line breaks and other control characters, as an address would hold them. */
const unprintable = /%(?:[01][0-9a-f]|7f)/i

/** No address of ours holds a control character; one that does is meant to split a header or end a text early. */
export function refuseUnprintableAddresses(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const [path = ''] = request.url.split('?', 1)
    done(unprintable.test(path) ? notFound('There is nothing at this address.') : undefined)
  })
}
