import type { Slice } from '#kernel/slice.ts'
import { profileExport } from './profile/routes.ts'
import { authoritiesExport, routes } from './routes.ts'

/** Home, the list and the profile of authorities, and search: the pages that show what several slices hold. No tables of its own. */
export const overview: Slice = {
  name: 'overview',
  title: 'Overview',
  navigation: [
    { text: 'Authorities', href: '/authorities' },
    { text: 'Search', href: '/search' },
  ],
  help: [
    {
      title: 'How to read an authority’s profile', href: '/help/profiles',
      summary: 'What each column says, what the strip shows, and what it cannot tell you.',
    },
    {
      title: 'Whom an authority is compared with', href: '/help/groups',
      summary: 'The kinds of comparator group, where they come from, and which to choose.',
    },
    {
      title: 'Having a table as a file', href: '/help/downloads',
      summary: 'Which format to choose, how to tell that a copy is whole, and what goes on when you leave the page.',
    },
  ],
  routes,
  exports: [authoritiesExport, profileExport],
}
