import type { TestStore } from '#kernel/testing/store.ts'
import { buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { councils } from './file.ts'

/** A store with four councils, a measure and a few figures of it, into which hostile files are brought. */
export async function prepare({ store }: TestStore): Promise<void> {
  const ids = await buildAuthorities(store, councils.map((known_name, index) => ({ code: `S${index + 1}`, known_name })))
  const measure = await buildMeasure(store, { code: 'hostile', title: 'Hostile' })
  await buildFigures(store, measure, [...ids.values()].map((authority) => ({ authority, period: '1999-00', value: 1 })))
}
