import { join } from 'node:path'
import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { SettingsProblem } from '#kernel/problems.ts'
import { createServer } from '#kernel/web/server.ts'
import type { House, Slice } from '#kernel/slice.ts'
import { benchmarking } from '#slices/benchmarking/index.ts'
import { indicators } from '#slices/indicators/index.ts'
import { overview } from '#slices/overview/index.ts'
import { demonstrationPassword, demonstrationSignIns, identify, people, personOf, rolesInWords } from '#slices/people/index.ts'
import { places } from '#slices/places/index.ts'

/** The capabilities, in the order of registration and of dependency: each may use the kernel and those before it. */
export const slices: readonly Slice[] = [people, places, indicators, benchmarking, overview]

export const sliceNames = slices.map((slice) => slice.name)

/** What a process that does jobs runs. */
export const jobProgram = join(import.meta.dirname, 'job-process.ts')

/** The whole web side, ready to listen or to be asked through `inject`. */
export function createApp(house: House, onRoute?: (route: RouteOptions) => void): Promise<FastifyInstance> {
  return createServer(house, { slices, identify: (request) => identify(house, request), actorOf: (account) => actorOf(house, account), jobProgram, onRoute })
}

/** Who an account stands for at this moment; null when it may no longer sign in. */
export const actorOf = (house: House, account: number): Promise<Actor | null> => personOf(house, account)

const starter: Actor = { kind: 'system', name: 'start' }
const [begun, complete] = ['demonstration.begun', 'demonstration.complete']
const subject = 'installation:demonstration'

/** Fills a new store with the fictional nation, slice by slice. The trail says when it began and when it was complete. */
export async function fillWithDemonstration(house: House): Promise<void> {
  const note = (action: string, says: string) => house.store.change(starter, action, () => Promise.resolve({ subject, says, result: null }))
  await note(begun, 'began to load the demonstration, in which everything is fictional')
  for (const slice of slices) await slice.seed?.(house)
  await note(complete, 'finished loading the demonstration')
}

/**
 * Whether this store was filled with the demonstration, whatever the settings say today.
 *
 * @throws SettingsProblem when the load was interrupted, which can leave a part of it in a database on a server
 */
export async function holdsDemonstration(store: Store): Promise<boolean> {
  const entries = await store.read(starter, (db) => db.selectFrom('kernel.trail').select('action').where('subject', '=', subject).execute())
  if (entries.length > 0 && !entries.some(({ action }) => action === complete)) {
    throw new SettingsProblem([
      'The demonstration was being loaded into the database in DATABASE_URL when the workbench was stopped, so what is in it is not complete. Make a new, empty database and use that.',
    ])
  }
  return entries.length > 0
}

/** What is printed at the start: the sign-ins of the demonstration, or why there are none, or how to make the first. */
export async function whoMaySignIn({ store, config }: Pick<House, 'store' | 'config'>): Promise<string[]> {
  const holdsOne = await holdsDemonstration(store)
  if (holdsOne && config.demonstrationSignIns) {
    return [
      'Everything in it is fictional. Sign in as one of these; the password is the same for all:',
      `  ${demonstrationPassword}`,
      '',
      ...demonstrationSignIns.map(({ email, name, roles }) => `  ${email.padEnd(31)}${name}, ${rolesInWords(roles)}`),
    ]
  }
  const because = config.forOthers ? 'HOST or BASE_URL lets others reach the workbench' : 'DEMO is off'
  if (holdsOne) return [`It holds the demonstration. Its password, which everybody knows, is not taken, because ${because}. DEMO=on takes it all the same.`]
  const somebody = await store.read(starter, (db) => db.selectFrom('people.account').select('id').limit(1).executeTakeFirst())
  if (somebody) return []
  const hint = store.kind === 'embedded' && config.forOthers ? [`The demonstration was not loaded, because ${because}. To load it all the same, set DEMO=on and a new DATA_DIR.`] : []
  return [...hint, 'Nobody can sign in yet. Stop it and add the first person: npm run -s bv -- users add --help']
}
