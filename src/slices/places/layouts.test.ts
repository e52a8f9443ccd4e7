import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { buildAuthorities } from './builders.ts'
import { fictionalLayouts } from './demonstration-layouts.ts'
import { fictionalAuthorities } from './demonstration.ts'
import { keepLayout, layoutHolding, withdrawLayouts, type LayoutCell, type LayoutRecord } from './layouts.ts'

const system: Actor = { kind: 'system', name: 'test' }
const codes = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6']
let database: TestStore
let ids: Map<string, number>
beforeAll(async () => {
  database = await embeddedStore()
  ids = await buildAuthorities(database.store, codes.map((code) => ({ code })))
})
afterAll(() => database.close())

const cellsOf = (...held: string[]): LayoutCell[] => held.map((code, place) => ({ code, name: `Hex ${code}`, authority: ids.get(code) ?? null, q: place % 3, r: Math.floor(place / 3) }))
const keep = (layout: Partial<LayoutRecord>) => database.store.change(system, 'test.layout', async (trx) => ({
  subject: 'test',
  result: await keepLayout(trx, { slug: 'four', title: 'Four', arrangement: 'odd-r', publisher: 'Test', source: 'Test', licence: 'OGL', moment: new Date('2024-01-01'), import: 1, cells: cellsOf('S1', 'S2', 'S3', 'S4'), ...layout }),
}))
const withdraw = (id: number, moment: string) => database.store.change(system, 'test.layout', async (trx) => ({ subject: 'test', result: await withdrawLayouts(trx, id, new Date(moment)) }))
const holding = async (...asked: string[]) => (await database.store.read(system, (db) => layoutHolding(db, asked)))?.slug ?? null

describe('a layout of hexagons', () => {
  test('is kept once, changes nothing when it comes again, and is superseded by one that is drawn differently', async () => {
    expect(await keep({})).toEqual({ new: 1, revised: 0, unchanged: 0 })
    expect(await keep({ moment: new Date('2024-02-01'), import: 2 })).toEqual({ new: 0, revised: 0, unchanged: 1 })
    const moved = cellsOf('S1', 'S2', 'S3', 'S4').map((cell) => (cell.code === 'S4' ? { ...cell, q: 2 } : cell))
    expect(await keep({ moment: new Date('2024-03-01'), import: 3, cells: moved })).toEqual({ new: 0, revised: 1, unchanged: 0 })
    const at = async () => (await database.store.read(system, (db) => layoutHolding(db, ['S4'])))?.hexes.find(({ authority }) => authority === 'S4')?.q
    expect(await at()).toBe(2)
    expect(await withdraw(3, '2024-04-01')).toEqual({ closed: 1, restored: 1 })
    expect(await at(), 'as it was before').toBe(0)
    expect(await withdraw(1, '2024-05-01'), 'which its own import can take back too').toEqual({ closed: 1, restored: 0 })
    expect(await holding('S4')).toBe(null)
  })

  test('is the one that holds most of the authorities, and at least most of them; of two alike the smaller, then the later', async () => {
    await keep({ moment: new Date('2024-06-01') })
    await keep({ slug: 'three', moment: new Date('2024-06-01'), cells: cellsOf('S1', 'S2', 'S3') })
    await keep({ slug: 'other-three', moment: new Date('2024-06-02'), cells: cellsOf('S1', 'S2', 'S3') })
    await keep({ slug: 'with-strangers', moment: new Date('2024-06-03'), cells: cellsOf('S1', 'S2', 'S3', 'S9') })
    expect(await holding('S1', 'S2', 'S3', 'S4')).toBe('four')
    expect(await holding('S1', 'S2', 'S3')).toBe('other-three')
    expect(await holding('S4', 'S5', 'S6'), 'one of three is not most').toBe(null)
    expect(await holding('S4', 'S5'), 'nor is a half').toBe(null)
    expect(await holding('S4', 'S5', 'S1')).toBe('four')
    expect(await holding()).toBe(null)
  })

  test('of the fictional nation gives every authority of today a hexagon of its own in the layouts of its tier', () => {
    const today = fictionalAuthorities.filter(({ ends }) => ends === null)
    const without = (kind: string) => today.filter((one) => one.kind !== kind).map(({ code }) => code).sort()
    const held = fictionalLayouts.map(({ cells }) => cells.map(({ code }) => code).sort())
    expect(held).toEqual([without('fictional-county'), without('fictional-district')])
    for (const { cells } of fictionalLayouts) expect(new Set(cells.map(({ q, r }) => `${q} ${r}`)).size).toBe(cells.length)
  })
})
