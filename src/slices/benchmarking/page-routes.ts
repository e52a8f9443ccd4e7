import type { FastifyInstance } from 'fastify'
import type { House } from '#kernel/slice.ts'
import { compareRoutes } from './pages/compare-routes.ts'
import { helpRoutes } from './pages/help.ts'
import { measureRoutes } from './pages/measure-routes.ts'
import { oneMeasureRoutes } from './pages/one-measure-routes.ts'
import { registerRoutes } from './pages/register-routes.ts'

export { helpTopics } from './pages/help.ts'

/** The pages about measures and how authorities compare on them. All are open to everyone; rows are not. */
export function pageRoutes(app: FastifyInstance, house: House): void {
  registerRoutes(app, house)
  measureRoutes(app, house)
  oneMeasureRoutes(app, house)
  compareRoutes(app, house)
  helpRoutes(app)
}
