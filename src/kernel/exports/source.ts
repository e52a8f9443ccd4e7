/** Where exports come from: tables that slices declare once, offered in every format at one address. */
import { parse } from 'node:querystring'
import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { notFound, refused } from '../problems.ts'
import type { House } from '../slice.ts'
import type { Access } from '../web/frame.ts'
import { downloadFormats } from './formats.ts'
import type { Export } from './export.ts'

/** A table people can download, as a slice declares it. */
export interface Source<P extends z.ZodObject, Q extends z.ZodObject> {
  /** Its address without an ending, with `:name` for its parts: `/imports/:id/warnings`. */
  path: string
  /** The page it is found on, with the same parts, when that is another address. */
  page?: string
  access: Access
  params?: P
  query?: Q
  /** The table as this person may see it. Whatever can be refused is refused here, before a row is read. */
  open: (question: { params: z.output<P>; query: z.output<Q>; actor: Actor; house: House }) => Promise<Export>
}

/** The same for any parts and questions: they are read by the schemas before `open` is called. */
export interface ExportSource {
  path: string
  page: string
  access: Access
  params: z.ZodObject
  query: z.ZodObject
  open: (question: { params: unknown; query: unknown; actor: Actor; house: House }) => Promise<Export>
}

/** Declares a table to download. */
export function exportSource<P extends z.ZodObject, Q extends z.ZodObject>({ path, page, access, params, query, open }: Source<P, Q>): ExportSource {
  return {
    path,
    page: page ?? path,
    access,
    params: params ?? z.object({}),
    query: query ?? z.object({}),
    // The schemas above have already turned the question into these types.
    open: (question) => open(question as Parameters<typeof open>[0]),
  }
}

/** A table that was asked for by its address. */
export interface Asked {
  source: ExportSource
  params: Record<string, unknown>
  query: Record<string, unknown>
  /** Address of its CSV file on this site. */
  address: string
  /** Address of the page with the same question. */
  page: string
}

const here = 'http://here.invalid'

/**
 * What an address such as `/measures.csv?polarity=none` asks for.
 *
 * @throws Problem not-found when no table has this address, refused when its question cannot be understood
 */
export function askedAt(sources: readonly ExportSource[], address: string): Asked {
  const nothing = notFound('There is no table at this address.')
  if (!address.startsWith('/') || !URL.canParse(address, here)) throw nothing
  const { origin, pathname, search } = new URL(address, here)
  // Two slashes would begin the name of another site.
  if (origin !== here) throw nothing
  for (const source of sources) {
    const parts = pathname.endsWith('.csv') ? partsOf(source.path, pathname.slice(0, -'.csv'.length)) : null
    if (parts) return { source, address: pathname + search, params: readAs(source.params, parts), query: readAs(source.query, { ...parse(search.slice(1)) }), page: pageAddress(source, parts, search) }
  }
  throw nothing
}

function partsOf(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return null
  const parts: Record<string, string> = {}
  for (const [place, part] of wanted.entries()) {
    const found = decoded(given[place] ?? '')
    if (found === null) return null
    if (part.startsWith(':')) parts[part.slice(1)] = found
    else if (part !== found) return null
  }
  return parts
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}

function readAs(schema: z.ZodObject, given: Record<string, unknown>): Record<string, unknown> {
  const read = schema.safeParse(given)
  if (read.success) return read.data
  throw refused('This question cannot be understood.', read.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })))
}

/** The page of a table with the parts of its address filled in. */
export function pageAddress({ page }: ExportSource, parts: Readonly<Record<string, unknown>>, search: string): string {
  return page.replace(/:(\w+)/g, (_part, name: string) => encodeURIComponent(String(parts[name]))) + search
}

/** What the component `downloads` takes. */
export interface Downloads {
  /** What is downloaded, as the rest of a sentence: "these 61 rows". */
  label: string
  links: { format: string; href: string }[]
  aboutHref: string | null
}

/**
 * Every format of a table, and the page that says how many rows it has and what its columns mean.
 *
 * @param address of the table without an ending, with its question
 * @param jsonHref where the same is answered to programs
 */
export function downloadsOf(label: string, address: string, jsonHref?: string): Downloads {
  const [path = '', query] = address.split('?')
  const search = query === undefined ? '' : `?${query}`
  return {
    label,
    links: [...downloadFormats.map((format) => ({ format: format.toUpperCase(), href: `${path}.${format}${search}` })), ...(jsonHref === undefined ? [] : [{ format: 'JSON', href: jsonHref }])],
    aboutHref: `/downloads?of=${encodeURIComponent(`${path}.csv${search}`)}`,
  }
}
