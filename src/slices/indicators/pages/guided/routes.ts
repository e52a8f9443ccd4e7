/** The pages of a guided import: the list of steps, and each step at its own address. GET shows, POST keeps and goes on. */
import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance } from 'fastify'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { recipeSchema } from '../../imports/recipe.ts'
import { uploadOf, type Upload } from '../uploads.ts'
import { beginGuided } from './beginning.ts'
import { columnsRoutes } from './columns-routes.ts'
import { foundRoutes } from './found-routes.ts'
import { guideCrumbs, uploadOptions } from './guide.ts'
import { measuresRoutes } from './measures-routes.ts'
import { namesRoutes } from './names-routes.ts'
import { guidedOf } from './state.ts'
import { guideAddress, stepsOf } from './steps.ts'

export function guidedRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/imports/new/:upload/guide', uploadOptions, async ({ actor, params }, reply) => {
    const upload = await store.read(actor, (db) => uploadOf(db, params.upload, house.now()))
    const guided = guidedOf(upload)
    return reply.header('cache-control', 'no-store').page('slices/indicators/views/guided/steps.njk', {
      title: 'Import by pointing',
      section: upload.file_name,
      breadcrumbs: guideCrumbs(upload),
      fileName: upload.file_name,
      address: guideAddress(upload.id),
      begun: guided !== null,
      steps: guided ? stepsOf(upload, guided) : [],
    })
  })

  app.post('/imports/new/:upload/guide', uploadOptions, async ({ actor, params }, reply) => {
    const upload = await store.read(actor, (db) => uploadOf(db, params.upload, house.now()))
    return beginGuided(house, actor, upload, reply)
  })

  app.get('/imports/new/:upload/guide/recipe.json', uploadOptions, async ({ actor, params }, reply) => {
    const upload = await store.read(actor, (db) => uploadOf(db, params.upload, house.now()))
    const { recipe } = upload
    if (!recipe) return reply.redirect(guideAddress(upload.id), 303)
    return reply.type('application/json; charset=utf-8').header('content-disposition', `attachment; filename="${recipe.recipe}.json"`).send(`${JSON.stringify(recipe, null, 2)}\n`)
  })

  foundRoutes(app, house)
  columnsRoutes(app, house)
  measuresRoutes(app, house)
  namesRoutes(app, house)
}

/** Whether the recipe of an upload is the one its guided import drafted, and not one that was chosen since. */
export function isGuided(upload: Upload): boolean {
  const seen = guidedOf(upload)?.seen
  if (!upload.recipe || !seen || seen.problem !== null || seen.proposal.recipe === null) return false
  const drafted = recipeSchema.safeParse(seen.proposal.recipe)
  return drafted.success && isDeepStrictEqual(drafted.data, upload.recipe)
}
