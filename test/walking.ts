import type { FastifyInstance, RouteOptions } from 'fastify'
import type { House } from '#kernel/slice.ts'
import { createApp } from '#app'

/** A route of the real program: what may be put into its address, its question and its form. */
export interface Walkable {
  method: 'GET' | 'POST'
  /** As registered: `/people/organisations/:slug`. */
  url: string
  /** Names of the parts of the address that vary. */
  params: string[]
  /** Names the question after `?` knows. */
  query: string[]
}

/** The real program with every route it registered. */
export async function appWithRoutes(house: House): Promise<{ app: FastifyInstance; routes: Walkable[] }> {
  const seen: RouteOptions[] = []
  const app = await createApp(house, (route) => seen.push(route))
  const routes = seen.flatMap((route) => [route.method].flat().flatMap((method): Walkable[] => {
    if (!isWalked(method)) return []
    const params = [...route.url.matchAll(/:(\w+)|(\*)/g)].map((match) => match[1] ?? '*')
    return [{ method, url: route.url, params, query: namesIn(route.schema?.querystring) }]
  }))
  return { app, routes: [...new Map(routes.map((route) => [`${route.method} ${route.url}`, route])).values()] }
}

const isWalked = (method: string): method is Walkable['method'] => method === 'GET' || method === 'POST'

function namesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null || !('shape' in schema)) return []
  return Object.keys(schema.shape as object)
}

/** The address with its parts and its question filled in. */
export function addressOf(route: Walkable, params: Readonly<Record<string, string>>, query: Readonly<Record<string, string>> = {}): string {
  const path = route.url.replace(/:(\w+)(\([^)]*\))?|\*/g, (part, name: string | undefined) => encodeURIComponent(params[name ?? part] ?? ''))
  const question = new URLSearchParams(query).toString()
  return question === '' ? path : `${path}?${question}`
}
