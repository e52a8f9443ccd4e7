import type { FastifyInstance } from 'fastify'
import type { HelpTopic } from '#kernel/slice.ts'
import { checkNames } from '../imports/report.ts'
import { checkWords } from './rules.ts'

/** What officers ask about imports. */
export const importHelp: HelpTopic[] = [
  { title: 'How to import a published file', href: '/help/importing', summary: 'From the file a publisher put out to figures in the workbench, without editing it.' },
  { title: 'What warnings of an import mean', href: '/help/import-warnings', summary: 'What each check looks at, and what to do about what it found.' },
  { title: 'How sources are watched', href: '/help/watching', summary: 'What happens when a published address is looked at for new releases, and what is left to you.' },
  { title: 'Withdrawing an import', href: '/help/withdrawing', summary: 'How to take an import back, what returns, and what stays on record.' },
]

const views: Record<string, string> = {
  '/help/importing': 'slices/indicators/views/help-importing.njk',
  '/help/import-warnings': 'slices/indicators/views/help-warnings.njk',
  '/help/watching': 'slices/indicators/views/help-watching.njk',
  '/help/withdrawing': 'slices/indicators/views/help-withdrawing.njk',
}

export function helpRoutes(app: FastifyInstance): void {
  for (const { title, href } of importHelp) {
    app.get(href, { config: { access: 'public' } }, (_request, reply) =>
      reply.page(views[href] ?? '', {
        title,
        section: 'Help',
        breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Help', href: '/help' }, { text: title }],
        checks: checkNames.map((name) => ({ name, ...checkWords[name] })),
      }))
  }
}
