/** Work on an upload that may outlast a request: the page answers soon, and another shows how far the work has come. */
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { formatCount } from '#kernel/figures/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import type { Progress } from '../imports/preparing.ts'
import { crumbs, uploadAddress } from './addresses.ts'
import { personOf } from './person.ts'
import type { Upload } from './uploads.ts'

/** Where somebody goes when the work is done, and what they are told there. */
export interface Arrival {
  address: string
  notice?: string
}

type Doing = 'Checking' | 'Importing'

interface Work {
  account: number
  fileName: string
  doing: Doing
  progress: Progress | null
  /** Never refuses: a fault is kept for the page that asks. */
  end: Promise<{ arrival: Arrival } | { fault: unknown }>
  isOver: boolean
}

/** Most files are done in this time, and then nobody sees a page of progress. */
const patience = 1_500

// In the memory of the process that does the work, because it is about that work alone: should the process end, the
// database has rolled back, the upload is still there, and its page offers to check or import again.
const rooms = new WeakMap<House, Map<string, Work>>()

function roomOf(house: House): Map<string, Work> {
  const room = rooms.get(house) ?? new Map<string, Work>()
  rooms.set(house, room)
  return room
}

/** Begins work on an upload and answers: with its result when that comes soon, else with the page of its progress. */
export async function workOn(house: House, reply: FastifyReply, upload: Upload, doing: Doing, work: (progress: (now: Progress) => void) => Promise<Arrival>): Promise<FastifyReply> {
  const room = roomOf(house)
  if (!room.has(upload.id) || room.get(upload.id)?.isOver) room.set(upload.id, begin(reply, upload, doing, work))
  await Promise.race([room.get(upload.id)?.end, pause(patience)])
  return answerFrom(room, upload.id, reply)
}

function begin(reply: FastifyReply, upload: Upload, doing: Doing, work: (progress: (now: Progress) => void) => Promise<Arrival>): Work {
  const begun: Work = { account: personOf(reply.request.actor).account, fileName: upload.file_name, doing, progress: null, isOver: false, end: Promise.resolve({ fault: null }) }
  begun.end = work((now) => void (begun.progress = now))
    .then((arrival) => ({ arrival }), (fault: unknown) => ({ fault }))
    .finally(() => void (begun.isOver = true))
  return begun
}

/** Sends whoever asks to where the work has got to. What it ended with is told once. */
async function answerFrom(room: Map<string, Work>, id: string, reply: FastifyReply): Promise<FastifyReply> {
  const work = room.get(id)
  if (!work) return reply.redirect(uploadAddress(id), 303)
  if (!work.isOver) return reply.redirect(`${uploadAddress(id)}/progress`, 303)
  room.delete(id)
  const end = await work.end
  if ('fault' in end) throw end.fault
  if (end.arrival.notice) reply.notice(end.arrival.notice)
  return reply.redirect(end.arrival.address, 303)
}

export function progressRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const room = roomOf(house)
  app.addHook('onClose', async () => void (await Promise.all([...room.values()].map(({ end }) => end))))

  app.get('/imports/new/:upload/progress', { config: { access: { may: 'imports.make' } }, schema: { params: z.object({ upload: z.string().max(60) }) } }, async ({ actor, params }, reply) => {
    const work = room.get(params.upload)
    if (!work || work.isOver || work.account !== personOf(actor).account) {
      // Somebody else's work is none of theirs: the upload's own page says whether there is one for them.
      return work && work.account === personOf(actor).account ? answerFrom(room, params.upload, reply) : reply.redirect(uploadAddress(params.upload), 303)
    }
    // The page asks again by itself; the link is for those who have switched that off.
    return reply.header('refresh', '2').header('cache-control', 'no-store').page('slices/indicators/views/progress.njk', {
      title: `${work.doing} ${work.fileName}`,
      section: 'Imports',
      breadcrumbs: crumbs({ text: 'Import a file', href: '/imports/new' }, { text: work.fileName }),
      fileName: work.fileName,
      doing: work.doing,
      howFar: howFar(work.progress),
      address: `${uploadAddress(params.upload)}/progress`,
    })
  })
}

function howFar(progress: Progress | null): string {
  if (!progress) return 'The work has begun.'
  const rows = formatCount(progress.rows)
  switch (progress.phase) {
    case 'reading': return `${rows} rows read so far.`
    case 'comparing': return `All ${rows} rows are read. They are being set beside what is already known.`
    case 'checking': return `All ${rows} rows are read and compared. Looking for figures that a person should look at.`
    case 'writing': return `All ${rows} rows are read, compared and checked. Saving them.`
  }
}
