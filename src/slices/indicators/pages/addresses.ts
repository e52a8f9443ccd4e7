/** Addresses of the pages of imports, and the trail of pages above each. */
import type { Crumb } from '#kernel/web/frame.ts'

export const uploadAddress = (id: string) => `/imports/new/${id}`
export const importAddress = (id: number) => `/imports/${id}`

/** A recipe's page. One saved by an organisation names it, because two may have saved recipes of one name. */
export const recipeAddress = (name: string, owner: { slug: string } | null) => `/recipes/${name}${owner ? `?organisation=${owner.slug}` : ''}`

const home = { text: 'Home', href: '/' }

export const crumbs = (...below: Crumb[]): Crumb[] => [home, { text: 'Imports', href: '/imports' }, ...below]
export const recipeCrumbs = (...below: Crumb[]): Crumb[] => [home, { text: 'Recipes', href: '/recipes' }, ...below]
