import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether this process is about to stop: it still answers, and asks to be sent nobody new. */
    isDraining(): boolean
    /**
     * Begins to stop: `/health/ready` says so, every answer closes its connection, and what was added with `onDrain` is told.
     * Whoever calls it waits until the proxies in front have noticed, and then closes the server.
     */
    drain(): void
    /** Does something as soon as this process is about to stop. */
    onDrain(work: () => void): void
  }
}

/** Lets a process leave without anybody noticing: it stops being sent people before it stops answering. */
export function leaveQuietly(app: FastifyInstance): void {
  let draining = false
  const told: (() => void)[] = []
  app.decorate('isDraining', () => draining)
  app.decorate('onDrain', (work: () => void) => void told.push(work))
  app.decorate('drain', () => {
    if (draining) return
    draining = true
    for (const work of told) work()
  })
  app.addHook('onRequest', async (_request, reply) => {
    if (draining) reply.header('connection', 'close')
  })
}
