import type { Slice } from '#kernel/slice.ts'
import { commands } from './command-line.ts'
import { exports } from './exports.ts'
import { peopleHelp } from './help.ts'
import { leavingCommands } from './leaving/command-line.ts'
import { ownedHere } from './leaving/leaving.ts'
import { outboxCommand } from './letters/command-line.ts'
import { routes } from './routes.ts'
import { seed } from './seed.ts'

export const people: Slice = {
  name: 'people',
  title: 'People',
  permissions: { 'people.administer': ['administrator'], 'trail.read': ['administrator', 'auditor'] },
  navigation: [
    { text: 'People', href: '/people', may: 'people.administer' },
    { text: 'Trail', href: '/trail', may: 'trail.read' },
  ],
  help: peopleHelp,
  routes,
  exports,
  commands: [...commands, ...leavingCommands, outboxCommand],
  owned: ownedHere,
  seed,
}

export { examineProvider } from './oidc/callback.ts'
export { organisationBySlug, type Organisation } from './queries.ts'
export { rolesInWords } from './rules.ts'
export { demonstrationSignIns } from './seed.ts'
export { identify } from './sign-in/identify.ts'
export { demonstrationPassword } from './sign-in/rules.ts'
export { personOf } from './sign-in/sessions.ts'
