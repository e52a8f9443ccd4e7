import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor } from '#kernel/access/actor.ts'
import type { Trx } from '#kernel/db/index.ts'
import type { House } from '#kernel/slice.ts'
import { organisationBySlug } from '#slices/people/index.ts'
import {
  breaks, knownOver, localMeasures, localOwner, makeLocalReleases, makeReleases, measures, periods, warningsOf,
  type DemonstrationBreak, type DemonstrationMeasure, type DemonstrationRelease, type KnownObservation, type ReleaseCounts,
} from './demonstration/index.ts'
import { normalCode } from './measures/register.ts'

const demonstration: Actor = { kind: 'system', name: 'demonstration' }

/** Whose rows they are: nobody's in particular and public, or an organisation's own. */
interface Owner {
  organisation: number | null
  audience: 'public' | 'organisation'
}

const national: Owner = { organisation: null, audience: 'public' }

/** Fills an empty store with what is measured in Aldermark: definitions, and every file put out over the years. */
export async function seed({ store }: House): Promise<void> {
  await store.change(demonstration, 'indicators.load-demonstration', async (trx) => {
    await trx.insertInto('indicators.period').values([...periods]).execute()
    await addMeasures(trx, measures, national, breaks)
    const { files, figures } = await addReleases(trx, makeReleases(), national)
    return {
      subject: 'nation:aldermark', result: null,
      says: `loaded ${measures.length} fictional measures and ${figures.toLocaleString('en-GB')} fictional figures from ${files} files`,
    }
  })
  const owner = await store.read(demonstration, (db) => organisationBySlug(db, localOwner.organisation))
  if (!owner) return
  await store.change(demonstration, 'indicators.load-demonstration', async (trx) => {
    const own: Owner = { organisation: owner.id, audience: 'organisation' }
    await addMeasures(trx, localMeasures, own, [])
    const { figures } = await addReleases(trx, makeLocalReleases(), own)
    return {
      subject: `organisation:${owner.id}`, organisation: owner.id, result: null,
      says: `loaded ${localMeasures.length} local measures of ${owner.name} with ${figures} figures that are not published (fictional)`,
    }
  })
}

async function addMeasures(trx: Trx, added: readonly DemonstrationMeasure[], owner: Owner, broken: readonly DemonstrationBreak[]): Promise<void> {
  await trx.insertInto('indicators.measure').values(added.map(({ code, fictional }) => ({ code, fictional, ...owner }))).execute()
  const ids = await measureIds(trx)
  await trx.insertInto('indicators.measure_alias').values(added.flatMap(({ code, aliases }) => aliases.map((alias) => (
    { measure: idOf(ids, code), alias, normal: normalCode(alias), ...owner }
  )))).execute()
  await trx.insertInto('indicators.measure_version').values(added.flatMap(({ code, versions }) => versions.map((version) => (
    { measure: idOf(ids, code), ...version, ...owner }
  )))).execute()
  if (broken.length === 0) return
  await trx.insertInto('indicators.series_break').values(broken.map(({ measure, ...rest }) => (
    { measure: idOf(ids, measure), ...rest, ...owner }
  ))).execute()
}

/** One import for each file, with its figures as they were known until a later file said otherwise. */
async function addReleases(trx: Trx, releases: readonly DemonstrationRelease[], owner: Owner): Promise<{ files: number; figures: number }> {
  const { observations, counts } = knownOver(releases)
  for (const { about, check_name } of warningsOf(observations)) {
    const count = counts[about.release]
    if (count) count.warnings[check_name] = (count.warnings[check_name] ?? 0) + 1
  }
  const imports = await addImports(trx, releases, counts, owner)
  const known = await knownIds(trx)
  const rows = observations.map((one) => rowOf(one, known, imports[one.release] ?? 0))
  rows.sort((a, b) => a.measure - b.measure || a.period - b.period)
  for (let at = 0; at < rows.length; at += batch) await addObservations(trx, rows.slice(at, at + batch), owner)
  await addWarnings(trx, observations, known, imports, owner)
  return { files: releases.length, figures: rows.length }
}

async function addImports(trx: Trx, releases: readonly DemonstrationRelease[], counts: readonly ReleaseCounts[], owner: Owner): Promise<number[]> {
  const recipe = JSON.stringify({
    recipe: 'demonstration', title: 'Invented figures of Aldermark, a nation that does not exist (fictional)', produces: 'observations', fictional: true,
  })
  const ids: number[] = []
  for (const [place, { file_name, known_from, observations }] of releases.entries()) {
    const content = JSON.stringify(observations)
    const { id } = await trx.insertInto('indicators.import').values({
      ...owner, produces: 'observations', recipe_name: 'demonstration', recipe, file_name, known_from, made_at: known_from, made_by: 'demonstration',
      bytes: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex'), counts: JSON.stringify(counts[place]),
    }).returning('id').executeTakeFirstOrThrow()
    ids.push(id)
  }
  return ids
}

interface Known {
  measures: ReadonlyMap<string, number>
  periods: ReadonlyMap<string, number>
  authorities: ReadonlyMap<string, number>
  areas: ReadonlyMap<string, number>
}

async function knownIds(trx: Trx): Promise<Known> {
  const periodRows = await trx.selectFrom('indicators.period').select(['id', 'label']).execute()
  const authorityRows = await trx.selectFrom('places.authority').select(['id', 'code']).execute()
  const areaRows = await trx.selectFrom('places.area').select(['id', 'code']).execute()
  return {
    measures: await measureIds(trx),
    periods: new Map(periodRows.map(({ id, label }) => [label, id])),
    authorities: new Map(authorityRows.map(({ id, code }) => [code, id])),
    areas: new Map(areaRows.map(({ id, code }) => [code, id])),
  }
}

async function measureIds(trx: Trx): Promise<Map<string, number>> {
  const rows = await trx.selectFrom('indicators.measure').select(['id', 'code']).execute()
  return new Map(rows.map(({ id, code }) => [code, id]))
}

function rowOf({ measure, period, authority, area, release: _, ...rest }: KnownObservation, known: Known, fromImport: number) {
  return {
    ...rest,
    import: fromImport,
    measure: idOf(known.measures, measure),
    period: idOf(known.periods, period),
    authority: authority === null ? null : idOf(known.authorities, authority),
    area: area === null ? null : idOf(known.areas, area),
  }
}

const batch = 5_000

/** Arrays instead of a value list: one short statement, whatever the number of rows. */
async function addObservations(trx: Trx, rows: readonly ReturnType<typeof rowOf>[], { organisation, audience }: Owner): Promise<void> {
  const all = <K extends keyof (typeof rows)[number]>(key: K) => rows.map((row) => row[key])
  await sql`
    insert into indicators.observation
      (measure, period, authority, area, known_from, known_to, value, numerator, denominator, lower, upper, status, reason, marker, import, line, organisation, audience)
    select *, ${organisation}::int, ${audience}
      from unnest(${all('measure')}::int[], ${all('period')}::int[], ${all('authority')}::int[], ${all('area')}::int[],
                  ${all('known_from')}::timestamptz[], ${all('known_to')}::timestamptz[],
                  ${all('value')}::numeric[], ${all('numerator')}::numeric[], ${all('denominator')}::numeric[], ${all('lower')}::numeric[], ${all('upper')}::numeric[],
                  ${all('status')}::text[], ${all('reason')}::text[], ${all('marker')}::text[], ${all('import')}::int[], ${all('line')}::int[])`.execute(trx)
}

async function addWarnings(trx: Trx, observations: readonly KnownObservation[], known: Known, imports: readonly number[], owner: Owner): Promise<void> {
  const warnings = warningsOf(observations)
  if (warnings.length === 0) return
  await trx.insertInto('indicators.import_warning').values(warnings.map(({ about, ...warning }, place) => ({
    ...warning, ...owner, seq: place + 1, import: imports[about.release] ?? 0, line: about.line,
    measure: idOf(known.measures, about.measure), period: idOf(known.periods, about.period),
    authority: about.authority === null ? null : idOf(known.authorities, about.authority),
  }))).execute()
}

function idOf(ids: ReadonlyMap<string, number>, name: string): number {
  const id = ids.get(name)
  if (id === undefined) throw new Error(`The demonstration has nothing called ${name}.`)
  return id
}
