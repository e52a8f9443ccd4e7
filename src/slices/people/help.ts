import type { FastifyInstance } from 'fastify'
import type { HelpTopic } from '#kernel/slice.ts'

/** What people ask about their own account and, as administrators, about those of others. */
export const peopleHelp: HelpTopic[] = [
  { title: 'How you sign in', href: '/help/signing-in', summary: 'Passwords, your organisation’s own sign-in, the second factor, and what to do when a phone is lost.' },
  { title: 'People who join, move and leave', href: '/help/people', summary: 'How administrators invite people, change what they may do, and close an account without losing its history.' },
  { title: 'Letting a program in', href: '/help/programs', summary: 'What a token is for, what it may do, and how to keep it safe.' },
]

const views: Record<string, string> = {
  '/help/signing-in': 'slices/people/views/help-signing-in.njk',
  '/help/people': 'slices/people/views/help-people.njk',
  '/help/programs': 'slices/people/views/help-programs.njk',
}

export function helpRoutes(app: FastifyInstance): void {
  for (const { title, href } of peopleHelp) {
    app.get(href, { config: { access: 'public' } }, (_request, reply) =>
      reply.page(views[href] ?? '', { title, section: 'Help', breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Help', href: '/help' }, { text: title }] }))
  }
}
