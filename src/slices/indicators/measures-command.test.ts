import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { buildFigures, buildMeasure } from './builders.ts'
import { measuresCommand } from './measures-command.ts'

let database: TestStore
beforeAll(async () => {
  database = await embeddedStore()
  const { store } = database
  const authorities = await buildAuthorities(store, [{ code: 'S12000001' }])
  const authority = authorities.get('S12000001') ?? 0
  const recycling = await buildMeasure(store, { code: 'recycling', title: 'Waste that is recycled', publisher: 'Defra', aliases: ['ENV 6'] })
  await buildFigures(store, recycling, [{ authority, period: '2022-23', value: 40 }, { authority, period: '2023-24', value: null }])
  await buildMeasure(store, { code: 'attainment', title: 'Attainment at 16', publisher: 'DfE' })
})
afterAll(() => database.close())

async function printed(...args: string[]): Promise<string> {
  const lines: string[] = []
  const write = (text: string) => void lines.push(text)
  const house: House = completeHouse({ store: database.store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' }), log: pino({ level: 'silent' }), now: () => new Date() })
  expect(await measuresCommand.run(args, house, { out: write, err: write, progress: () => {} })).toBe(0)
  return lines.join('\n')
}

test('measures lists each by code with its title, publisher and the latest period with a figure', async () => {
  expect(await printed()).toBe('attainment  Attainment at 16 (DfE), no figures yet\nrecycling   Waste that is recycled (Defra), 2022-23')
})

test('measures narrows by words of the title and by other codes, and says when none fits', async () => {
  expect(JSON.parse(await printed('WASTE', 'recycled', '--json'))).toEqual([{ code: 'recycling', title: 'Waste that is recycled', publisher: 'Defra', latest_period: '2022-23' }])
  expect(await printed('env')).toMatch(/^recycling /)
  expect(await printed('unicorns')).toContain('No measure has "unicorns"')
  expect(await printed('unicorns', '--json')).toBe('[]')
})
