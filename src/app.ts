import type { FastifyInstance } from 'fastify'
import type { Store } from '#kernel/db/index.ts'
import { createServer } from '#kernel/web/server.ts'
import type { House, Slice } from '#kernel/slice.ts'
import { benchmarking } from '#slices/benchmarking/index.ts'
import { indicators } from '#slices/indicators/index.ts'
import { demonstrationPassword, demonstrationSignIns, identify, people, rolesInWords } from '#slices/people/index.ts'
import { places } from '#slices/places/index.ts'

/** The capabilities, in the order of registration and of dependency: each may use the kernel and those before it. */
export const slices: readonly Slice[] = [people, places, indicators, benchmarking]

export const sliceNames = slices.map((slice) => slice.name)

/** The whole web side, ready to listen or to be asked through `inject`. */
export function createApp(house: House): Promise<FastifyInstance> {
  return createServer(house, { slices, identify: (request) => identify(house, request) })
}

/** Fills a new store with the fictional nation, slice by slice. */
export async function fillWithDemonstration(house: House): Promise<void> {
  for (const slice of slices) await slice.seed?.(house)
}

/** Whether this store was filled with the demonstration, whatever the settings say today. */
export function holdsDemonstration(store: Store): Promise<boolean> {
  return store.read({ kind: 'system', name: 'start' }, async (db) => {
    const fictional = await db.selectFrom('places.authority').select('id').where('fictional', '=', true).limit(1).executeTakeFirst()
    return fictional !== undefined
  })
}

/** What is printed when a store with the demonstration starts. */
export const demonstration: readonly string[] = [
  'Everything in it is fictional. Sign in as one of these; the password is the same for all:',
  `  ${demonstrationPassword}`,
  '',
  ...demonstrationSignIns.map(({ email, name, roles }) => `  ${email.padEnd(31)}${name}, ${rolesInWords(roles)}`),
]
