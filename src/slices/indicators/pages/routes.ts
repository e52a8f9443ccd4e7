/** The pages and the programming interface of imports and recipes. */
import type { FastifyInstance } from 'fastify'
import type { House } from '#kernel/slice.ts'
import { importApi } from './api.ts'
import { guidedRoutes } from './guided/routes.ts'
import { helpRoutes } from './help.ts'
import { importAction } from './import-action.ts'
import { importRoutes } from './import-routes.ts'
import { recipeRoutes } from './recipe-routes.ts'
import { tryingRoutes } from './trying-routes.ts'
import { uploadRoutes } from './upload-routes.ts'

export async function importPages(app: FastifyInstance, house: House): Promise<void> {
  uploadRoutes(app, house)
  tryingRoutes(app, house)
  guidedRoutes(app, house)
  importRoutes(app, house)
  recipeRoutes(app, house)
  helpRoutes(app)
  importApi(app, house)
  await importAction(app, house)
}
