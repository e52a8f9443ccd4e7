import type { Actor, OrganisationKind, Role } from '#kernel/access/actor.ts'
import type { House } from '#kernel/slice.ts'
import { addAccount, addOrganisation } from './commands.ts'
import { giveGrant } from './grants.ts'
import type { Organisation } from './queries.ts'
import { hashPassword } from './sign-in/passwords.ts'
import { demonstrationPassword } from './sign-in/rules.ts'

/** One account of the demonstration. */
interface DemonstrationSignIn {
  email: string
  name: string
  organisation: string
  roles: readonly Role[]
}

const organisations: readonly { slug: string; name: string; kind: OrganisationKind; authority?: string }[] = [
  { slug: 'northmere', name: 'Northmere District Council', kind: 'authority', authority: 'X07000001' },
  { slug: 'steelhaven', name: 'Steelhaven Metropolitan Borough Council', kind: 'authority', authority: 'X08000001' },
  { slug: 'aldermark-department', name: 'Department for Communities of Aldermark', kind: 'department' },
  { slug: 'larch-and-rowe', name: 'Larch and Rowe Auditors', kind: 'audit-firm' },
  { slug: 'aldermark-inspectorate', name: 'Best Value Inspectorate of Aldermark', kind: 'inspectorate' },
  { slug: 'north-vale-homes', name: 'North Vale Homes', kind: 'partner' },
]

/** Every role is held by somebody; all have the one password. Nobody of these exists. */
export const demonstrationSignIns: readonly DemonstrationSignIn[] = [
  { email: 'officer@northmere.example', name: 'Mara Fell', organisation: 'northmere', roles: ['performance-officer'] },
  { email: 'housing@northmere.example', name: 'Tom Askew', organisation: 'northmere', roles: ['service-head'] },
  { email: 'chief@northmere.example', name: 'Ines Hartley', organisation: 'northmere', roles: ['statutory-officer'] },
  { email: 'councillor@northmere.example', name: 'Joan Birkett', organisation: 'northmere', roles: ['member'] },
  { email: 'admin@northmere.example', name: 'Dev Rowntree', organisation: 'northmere', roles: ['administrator'] },
  { email: 'reader@northmere.example', name: 'Pat Lowther', organisation: 'northmere', roles: ['reader'] },
  { email: 'officer@steelhaven.example', name: 'Omar Sykes', organisation: 'steelhaven', roles: ['performance-officer'] },
  { email: 'admin@steelhaven.example', name: 'Lena Crowther', organisation: 'steelhaven', roles: ['administrator'] },
  { email: 'analyst@department.example', name: 'Ruth Amble', organisation: 'aldermark-department', roles: ['department-analyst', 'administrator'] },
  { email: 'auditor@audit.example', name: 'Gil Larch', organisation: 'larch-and-rowe', roles: ['auditor', 'administrator'] },
  { email: 'inspector@inspectorate.example', name: 'Nora Strand', organisation: 'aldermark-inspectorate', roles: ['auditor', 'administrator'] },
  { email: 'partner@homes.example', name: 'Ada Wren', organisation: 'north-vale-homes', roles: ['reader', 'administrator'] },
]

const demonstration: Actor = { kind: 'system', name: 'demonstration' }

/** Fills an empty store with fictional organisations and people, and lets the auditor see what belongs to Northmere. */
export async function seed({ store, now }: House): Promise<void> {
  const made = new Map<string, Organisation>()
  for (const organisation of organisations) {
    made.set(organisation.slug, await store.change(demonstration, 'people.add-organisation', (trx) => addOrganisation(trx, organisation)))
  }
  const hash = await hashPassword(demonstrationPassword)
  const accounts = new Map<string, number>()
  for (const { email, name, organisation, roles } of demonstrationSignIns) {
    const home = made.get(organisation)
    if (!home) throw new Error(`The demonstration has no organisation "${organisation}".`)
    const change = { organisation: home, email, name, roles, hash, mustChange: false, now: now() }
    accounts.set(email, await store.change(demonstration, 'people.add-account', (trx) => addAccount(trx, change)))
  }
  const northmere = made.get('northmere')
  const auditor = accounts.get('auditor@audit.example')
  const by = accounts.get('admin@northmere.example')
  if (!northmere || !auditor || !by) throw new Error('The demonstration misses somebody its grant needs.')
  const grant = { organisation: northmere, to: { id: auditor, name: 'Gil Larch' }, subject: 'organisation', id: northmere.id, why: 'Audit of the accounts and of best value (fictional)', by } as const
  await store.change(demonstration, 'people.give-grant', (trx) => giveGrant(trx, grant))
}
