import type { FastifyInstance } from 'fastify'
import type { HelpTopic } from '#kernel/slice.ts'

/** Pages of help on comparing, listed at /help. */
export const helpTopics: HelpTopic[] = [
  {
    title: 'How figures are compared',
    href: '/help/comparing',
    summary: 'With whom, for which period, how ranks, quarters and changes are worked out, and when nothing is compared.',
  },
  {
    title: 'What the words for position mean',
    href: '/help/position-words',
    summary: 'From “in the best quarter” to “too few to compare”: what each says and what it does not.',
  },
  {
    title: 'How sure we are',
    href: '/help/how-sure',
    summary: 'Confidence intervals, provisional and corrected figures, breaks in a series, and figures that are missing.',
  },
]

const views: Record<string, string> = {
  '/help/comparing': 'help-comparing',
  '/help/position-words': 'help-position-words',
  '/help/how-sure': 'help-how-sure',
}

export function helpRoutes(app: FastifyInstance): void {
  for (const { title, href } of helpTopics) {
    app.get(href, { config: { access: 'public' } }, (_request, reply) =>
      reply.page(`slices/benchmarking/views/${views[href]}.njk`, {
        title,
        section: 'Help',
        breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Help', href: '/help' }, { text: title }],
      }),
    )
  }
}
