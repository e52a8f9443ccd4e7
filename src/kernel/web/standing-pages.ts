import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import type { HelpTopic } from '../slice.ts'
import { isSecure } from './cookies.ts'

/** Pages that say how the service itself behaves. Change them with the behaviour they describe. */
export function standingPages(app: FastifyInstance, config: Config, topics: HelpTopic[]): void {
  const prefix = isSecure(config) ? '__Host-' : ''
  const pages: [address: string, title: string][] = [
    ['/help', 'Help'],
    ['/cookies', 'Cookies'],
    ['/privacy', 'Privacy'],
    ['/accessibility', 'Accessibility statement'],
  ]
  for (const [address, title] of pages) {
    app.get(address, { config: { access: 'public' } }, async (_request, reply) =>
      reply.page(`kernel/web/views${address}.njk`, {
        title,
        breadcrumbs: [{ text: 'Home', href: '/' }, { text: title }],
        cookiePrefix: prefix,
        topics,
      }),
    )
  }
}
