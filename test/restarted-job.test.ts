import pino from 'pino'
import { expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { startStore } from '#kernel/db/start.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { temporaryFolder } from '#kernel/testing/store.ts'
import { sliceNames } from '#app'
import { importing } from '#slices/indicators/pages/working.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { startProgram } from './program.ts'
import { figuresOf, uploaded } from './uploading.ts'

// The embedded database belongs to one process at a time: the next one takes up what the last one left.

const system: Actor = { kind: 'system', name: 'test' }

test('an import on the embedded database whose process was killed is made by the next one, once', async () => {
  const { folder, remove } = temporaryFolder()
  const settings = { DATA_DIR: folder, DEMO: 'off', LOG_LEVEL: 'info' }
  const config = readConfig(settings)
  const within = async <T>(work: (house: House) => Promise<T>): Promise<T> => {
    const { store } = await startStore(config, sliceNames)
    try {
      return await work(completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => new Date() }))
    } finally {
      await store.close()
    }
  }
  const id = await within(async (house) => {
    await buildAuthorities(house.store, [{ code: 'S12000001' }])
    const organisation = await newOrganisation(house)
    const person = await newPerson(house, organisation, { roles: ['performance-officer'] })
    const upload = await uploaded(house, { account: person.account, organisation: organisation.id, content: figuresOf('S12000001', 300) })
    return (await house.jobs.ask(person, importing, { key: upload, input: { upload }, title: 'Importing restarts.csv', organisation: organisation.id })).id
  })

  const first = startProgram(settings)
  await first.until(/"kind":"imports.make"[^\n]*A job began/)
  first.process.kill('SIGKILL')
  await first.ended
  expect(first.said()).not.toMatch(/"kind":"imports.make"[^\n]*A job ended/)

  const second = startProgram(settings)
  await second.until(/"kind":"imports.make"[^\n]*"state":"done"[^\n]*A job ended/)
  second.process.kill('SIGTERM')
  expect(await second.ended).toBe(0)

  await within(async ({ store, jobs }) => {
    expect(await jobs.find(system, id)).toMatchObject({ state: 'done', attempts: 2, outcome: { says: 'The file has been imported.' } })
    const { imports, figures } = await store.read(system, async (db) => ({
      imports: await db.selectFrom('indicators.import').select('id').execute(),
      figures: await db.selectFrom('indicators.observation').select(db.fn.countAll<string>().as('n')).executeTakeFirst(),
    }))
    expect(imports).toHaveLength(1)
    expect(Number(figures?.n)).toBe(300)
  })
  remove()
}, 120_000)
