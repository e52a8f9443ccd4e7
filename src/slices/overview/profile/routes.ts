import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { exportSource } from '#kernel/exports/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { glanceAndKeep, keptGlance, profileAndKeep, profileTable } from '#slices/benchmarking/index.ts'
import { authorityByCode, groupChoices, successionOf } from '#slices/places/index.ts'
import { authorityAddress } from '../pages.ts'
import { chosenFor, profilePage } from './pages.ts'
import { filterOf, inAddress, profileQuery, type ProfileQuestion } from './question.ts'
import { shownEntries } from './rules.ts'

const options = {
  config: { access: 'public' },
  schema: { params: z.object({ code: z.string().max(100) }), querystring: profileQuery },
} as const

export function profileRoutes(plain: FastifyInstance, house: House): void {
  const { store, now } = house
  const app = plain.withTypeProvider<ZodTypes>()

  app.get('/authorities/:code', options, async ({ actor, params, query }, reply) => {
    const { page, ...question } = query
    const choose = chosenFor(question, page)
    const { kept, ...found } = await store.read(actor, async (db) => {
      const authority = await authorityByCode(db, params.code)
      return {
        kept: authority.code === params.code ? await keptGlance(db, asked(authority.code, question), choose) : null,
        authority,
        succession: await successionOf(db, authority.id),
        choices: await groupChoices(db, authority),
      }
    })
    // Another code of the same authority leads to its one address, so that links and bookmarks agree.
    if (found.authority.code !== params.code) return reply.redirect(authorityAddress(found.authority.code) + inAddress(question), 301)
    const answer = kept ?? (await glanceAndKeep(house, actor, asked(found.authority.code, question), choose))
    return reply.page('slices/overview/views/profile.njk', profilePage({ ...found, answer, question, page, now: now() }))
  })

  app.get('/authorities/:code/profile.json', options, async ({ actor, params, query }) => exactlyShown(house, actor, params.code, query))
}

/** The measures a page with this question shows, on all its pages and in its order. */
async function exactlyShown(house: House, actor: Actor, code: string, question: ProfileQuestion) {
  const answer = await profileAndKeep(house, actor, asked(code, question))
  return { ...answer, measures: shownEntries(answer.measures, filterOf(question)) }
}

/** The profile to download, narrowed and sorted as the page is. */
export const profileExport = exportSource({
  path: '/authorities/:code/profile', page: '/authorities/:code', access: 'public', params: options.schema.params, query: profileQuery,
  open: async ({ params, query, actor, house }) => profileTable(await exactlyShown(house, actor, params.code, query)),
})

const asked = (authority: string, { group, 'as-known-at': known }: ProfileQuestion) => ({
  authority, group: group === '' ? undefined : group, knownAt: known?.moment,
})
