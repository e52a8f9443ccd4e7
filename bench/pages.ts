import autocannon from 'autocannon'
import fastify from 'fastify'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import pino from 'pino'
import { everyone } from '#kernel/access/actor.ts'
import type { Config } from '#kernel/config.ts'
import type { Store } from '#kernel/db/index.ts'
import { completeHouse, type Slice } from '#kernel/slice.ts'
import { createServer } from '#kernel/web/server.ts'
import { slices } from '#app'
import { perSecond, type Result } from './results.ts'

/** Pages asked, with what an established service answered of the like on a machine of this shape. */
const pages = [
  { name: 'page of one measure, 100 authorities', address: '/measures/m7?group=kind%3Aunitary', others: 336 },
  { name: 'page of one authority and one measure', address: '/authorities/X001/measures/m7?group=kind%3Aunitary', others: 608 },
  { name: 'page of an authority with all 3,000 measures, 200 to a page', address: '/authorities/X001?group=neighbours%3Abench', others: 59 },
] as const

/** The frame of every page around nothing, for comparison. */
const frameOnly: Slice = {
  name: 'bench', title: 'Bench',
  routes(app) {
    app.get('/bench/frame', { config: { access: 'public' } }, async (_request, reply) =>
      reply.page('kernel/web/views/layout.njk', { title: 'Nothing', breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Nothing' }] }))
  },
}

/** The web side of the program, listening, with its log written as an installation writes it. */
async function listening(store: Store, config: Config): Promise<{ address: string; close: () => Promise<void> }> {
  const house = completeHouse({ store, config, log: pino({ level: 'info' }, pino.destination({ dest: '/dev/null', sync: false })), now: () => new Date() })
  const app = await createServer(house, { slices: [...slices, frameOnly], identify: () => Promise.resolve(everyone) })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { address: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, close: () => app.close() }
}

/** Requests a second; with `anew` every address is another, so that nothing kept can answer, and as many ask as there are connections to the database. Throws when an answer is not 200. */
async function rate(url: string, { anew = false, duration }: { anew?: boolean; duration: number }): Promise<number> {
  const asked = anew ? `${url}${url.includes('?') ? '&' : '?'}anew=[<id>]` : url
  const result = await autocannon({ url: asked, connections: anew ? 10 : 50, duration, workers: 1, idReplacement: anew, timeout: 60 })
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${result.non2xx} answers that were no page, ${result.errors} errors.`)
  return result.requests.average
}

/** A bare route that sends the same bytes. */
async function bareRate(body: Buffer, duration: number): Promise<number> {
  const app = fastify()
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(body))
  await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    return await rate(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`, { duration })
  } finally {
    await app.close()
  }
}

export async function measurePages(store: Store, config: Config, duration: number): Promise<Result[]> {
  const { address, close } = await listening(store, config)
  try {
    await rate(`${address}/bench/frame`, { anew: true, duration: 1 })
    const frame = await rate(`${address}/bench/frame`, { anew: true, duration })
    const results: Result[] = []
    for (const { name, address: path, others } of pages) {
      const body = Buffer.from(await (await fetch(address + path)).arrayBuffer())
      await rate(address + path, { anew: true, duration: 1 })
      const anew = await rate(address + path, { anew: true, duration })
      // What the last callers left behind is finished first.
      await (await fetch(address + path)).arrayBuffer()
      const [kept, bare] = [await rate(address + path, { duration }), await bareRate(body, duration)]
      const about = `${name} (${Math.round(body.length / 1024)} kB)`
      results.push(
        {
          what: `${about}, made anew for every request, beside the frame of a page around nothing`, measured: `${perSecond(anew)}; frame ${perSecond(frame)}`,
          ratio: anew / frame, target: 'at least 0.25', met: anew / frame >= 0.25, limit: 'one core that writes rows, charts and the frame, and the wire to the database; see below the table',
        },
        {
          what: `${about}, unchanged since last asked, beside a bare route that sends the same bytes`, measured: `${perSecond(kept)}; bare ${perSecond(bare)}`,
          ratio: kept / bare, target: 'at least 0.50', met: kept / bare >= 0.5, limit: 'headers, the log, and asking the database for the version, shared by those who ask at once',
        },
        {
          what: `${about}, beside the rate of an established service for the like`, measured: `${perSecond(kept)} kept, ${perSecond(anew)} anew; ${others} a second`,
          ratio: kept / others, target: 'at least 2', met: kept / others >= 2, limit: `made anew it is ${(anew / others).toFixed(2)} times as many`,
        },
      )
    }
    return results
  } finally {
    await close()
  }
}

/**
 * So many requests a second, evenly spaced and each sent when its time has come, whether or not earlier ones were answered: so one slow
 * answer cannot hide others. The same load goes before for a while, uncounted, because a program that has just begun is slow for other reasons.
 */
export async function steadyLoad(address: string, duration: number, beside: () => Promise<string>): Promise<Result> {
  const [aSecond, warming] = [40, 5]
  const mix = [pages[0].address, pages[1].address, '/measures', '/authorities/X007?service=Service+3', '/measures/m9?group=region%3Aregion-1']
  let asked = 0
  const ask = async (): Promise<number | null> => {
    const path = mix[asked++ % mix.length] ?? ''
    const began = performance.now()
    const answer = await fetch(`${address}${path}${path.includes('?') ? '&' : '?'}anew=${asked}`)
    await answer.arrayBuffer()
    return answer.ok ? performance.now() - began : null
  }
  const askFor = async (seconds: number) => {
    const all: Promise<number | null>[] = []
    const began = performance.now()
    for (let i = 0; i < seconds * aSecond; i++) {
      await pause(Math.max(0, began + (i * 1000) / aSecond - performance.now()))
      all.push(ask().catch(() => null))
    }
    return Promise.all(all)
  }
  await askFor(warming)
  const [times, said] = await Promise.all([askFor(duration), beside()])
  const answered = times.filter((time) => time !== null).sort((a, b) => a - b)
  const failed = times.length - answered.length
  const [half, slow, slowest] = [0.5, 0.99, 1].map((share) => answered[Math.min(answered.length - 1, Math.floor(answered.length * share))] ?? 0) as [number, number, number]
  return {
    what: `${aSecond} requests a second for ${duration} s, none answered from memory, while ${said}`,
    measured: `${answered.length.toLocaleString('en-GB')} answers, half under ${half.toFixed(0)} ms, slowest 1% above ${slow.toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms; ${failed} failed`,
    ratio: slow / 300, target: 'no error, slowest 1% under 300 ms', met: failed === 0 && slow < 300,
    limit: 'web, import and the asking side share two cores with the database',
  }
}
