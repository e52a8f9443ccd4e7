import type { FastifyInstance } from 'fastify'
import { Problem } from '../problems.ts'
import type { House } from '../slice.ts'

/** How long the database may take before we count it as not answering. */
const patience = 3000

/** `/health/live`: this process answers. `/health/ready`: it can also reach its data and is not about to stop, so it may be sent people. */
export function reportHealth(app: FastifyInstance, { store }: House): void {
  const config = { access: 'public', identify: false } as const
  app.get('/health/live', { config }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  )
  app.get('/health/ready', { config }, async (request, reply) => {
    if (app.isDraining()) throw new Problem('unavailable', 'This process is about to stop. Send people to another one.')
    try {
      await withinPatience(store.ping())
    } catch (err) {
      request.log.error({ err }, 'The database does not answer')
      throw new Problem('unavailable', 'The database does not answer. The reason is in the log beside this reference.')
    }
    return reply.header('cache-control', 'no-store').send({ status: 'ready', store: store.kind })
  })
}

async function withinPatience(asked: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${patience} milliseconds`)), patience)
  })
  try {
    await Promise.race([asked, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
