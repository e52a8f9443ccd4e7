import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Reader } from '#kernel/db/index.ts'
import { wordOn } from '#kernel/figures/index.ts'
import type { House } from '#kernel/slice.ts'
import { columnsOf, exportOf } from '#kernel/exports/index.ts'
import { apiRoute, cursorOf, nextAddress, pageOf, pageQuery, readCursor } from '#kernel/web/api.ts'
import { knownAtField } from '#kernel/web/known-at.ts'
import { authorityByCode } from '#slices/places/index.ts'
import { periodByLabel, countedPeriodsOf, periodsOf } from './measures/periods.ts'
import { aliasesOf, breaksOf, measureByCode, measures, versionsOf, type Measure } from './measures/queries.ts'
import { exportPage, periodsLabelled, type ExportRow } from './observations/export.ts'

const words = z.string().nullable()
const figure = z.number().nullable()

const measureAnswer = z.object({
  code: z.string(),
  title: z.string(),
  explanation: words,
  dimension: words,
  service: words,
  unit: z.string(),
  unit_kind: z.string(),
  prefix: z.string(),
  suffix: z.string(),
  scale: z.array(z.string()).nullable().describe('The words of an ordinal scale, the worst first; values are places in it, from 1. Null: values are numbers.'),
  display_factor: z.number().describe('What to multiply a value by before showing it.'),
  decimals: z.number(),
  polarity: z.string().describe('Which way is better: higher, lower, midpoint or none.'),
  midpoint: figure,
  numerator_name: words,
  denominator_name: words,
  numerator_multiplier: z.number(),
  denominator_multiplier: z.number(),
  aggregation: z.string(),
  change_as: z.string(),
  interval_method: z.string(),
  period_kind: words,
  publisher: z.string(),
  source_link: words,
  licence: words,
  kinds: z.array(z.string()).describe('Kinds of authority it applies to; empty: not stated.'),
  small_numbers: figure.describe('Figures that rest on counts below this are not shown; null: no rule.'),
  notes: words,
  national: z.boolean().describe('False: an organisation keeps it for itself.'),
  fictional: z.boolean(),
  version: z.number(),
  known_from: z.iso.datetime().describe('When this version of the definition became known here.'),
})

const measureInFull = measureAnswer.extend({
  aliases: z.array(z.string()),
  periods: z.array(
    z.object({ label: z.string(), kind: z.string(), starts: z.string(), ends: z.string(), figures: z.number().describe('Authorities with a value.') }),
  ),
  breaks: z.array(z.object({ starts: z.string(), note: z.string() })),
  versions: z.array(
    z.object({ version: z.number(), known_from: z.string(), known_to: words, title: z.string(), polarity: z.string(), what_changed: words }),
  ),
})

const observationAnswer = z.object({
  measure: z.string(),
  period: z.string(),
  starts: z.iso.date(),
  ends: z.iso.date(),
  authority: words.describe('Code of the authority; null for a reference value of an area.'),
  area: words.describe('Code of the area, for a published figure of a country, region or group.'),
  name: z.string(),
  value: figure.describe('In the unit of the measure. Null: absent, and reason says why.'),
  word: words.describe('The same as a word, where the measure is on a scale of words; else null.'),
  numerator: figure,
  denominator: figure,
  lower: figure.describe('Published 95% confidence limit.'),
  upper: figure,
  status: z.string(),
  reason: words,
  marker: words.describe('What the publisher wrote where it was not a number.'),
  known_from: z.iso.datetime().describe('When this figure became known here.'),
  publisher: z.string().describe('Who published it.'),
  licence: words.describe('The terms it was published on; null: not stated.'),
})

/** What programs may ask about measures and their figures. */
export function apiRoutes(app: FastifyInstance, { store }: House): void {
  apiRoute(app, {
    path: '/measures',
    group: 'Measures',
    summary: 'Measures and their definitions, by code',
    access: 'public',
    query: z.object({
      search: z.string().optional().describe('Words that all occur in the title or a code.'),
      service: z.string().optional(),
      dimension: z.string().optional(),
      publisher: z.string().optional(),
      'as-known-at': knownAtField,
      ...pageQuery,
    }),
    response: pageOf(measureAnswer),
    answer: async ({ query, actor, request }) => {
      const { cursor, limit, 'as-known-at': knownAt, ...filters } = query
      const after = readCursor(z.tuple([z.string()]), cursor)
      const rows = await store.read(actor, (db) => measures(db, { ...filters, knownAt }, { after: after?.[0], limit: limit + 1 }))
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      return { items: items.map(describedMeasure), next: nextAddress(request, rows.length > limit && last ? cursorOf([last.code]) : null) }
    },
    table: ({ items }) => exportOf({ ...about, name: 'measures', title: 'Measures', description: 'Measures and their definitions, by code.' }, columnsOf(measureAnswer), items),
  })
  apiRoute(app, {
    path: '/measures/:code',
    group: 'Measures',
    summary: 'One measure with its other codes, its periods, its breaks and every version of its definition',
    access: 'public',
    params: z.object({ code: z.string().describe('Code of the measure, or another code it is known by.') }),
    query: z.object({ 'as-known-at': knownAtField }),
    response: measureInFull,
    answer: ({ params, query, actor }) => store.read(actor, (db) => measureWithHistory(db, params.code, query['as-known-at'])),
  })
  apiRoute(app, {
    path: '/observations',
    group: 'Observations',
    summary: 'Figures, as known at a moment',
    explanation: 'In the order in which measures, periods and places first came in. Published figures of areas are among them; they are never compared.',
    access: 'public',
    query: z.object({
      measure: z.string().optional().describe('Code of a measure.'),
      authority: z.string().optional().describe('Code of an authority.'),
      period: z.string().optional().describe('Any spelling where a measure is named; otherwise the label as answers have it.'),
      'as-known-at': knownAtField,
      ...pageQuery,
    }),
    response: pageOf(observationAnswer),
    answer: async ({ query, actor, request }) => {
      const after = readCursor(z.tuple([z.number(), z.number(), z.number()]), query.cursor)
      const rows = await store.read(actor, async (db) => exportPage(db, await observationFilters(db, query), { after, limit: query.limit + 1 }))
      const items = rows.slice(0, query.limit)
      const last = items.at(-1)
      const more = rows.length > query.limit && last ? cursorOf([last.measure, last.period, last.place]) : null
      return { items: items.map(describedFigure), next: nextAddress(request, more) }
    },
    table: ({ items }) => exportOf({ ...about, name: 'observations', title: 'Figures', description: 'Figures, as known at a moment.' }, columnsOf(observationAnswer), items),
  })
}

interface ObservationsAsked {
  measure?: string | undefined
  authority?: string | undefined
  period?: string | undefined
  'as-known-at'?: Date | undefined
}

async function observationFilters(db: Reader, { measure: code, authority, period, 'as-known-at': knownAt }: ObservationsAsked) {
  const measure = code === undefined ? undefined : await measureByCode(db, code, knownAt)
  const place = authority === undefined ? undefined : await authorityByCode(db, authority)
  const periods = period === undefined ? undefined : await periodIds(db, period, measure, knownAt)
  return { measure, authority: place?.id, periods, knownAt }
}

async function periodIds(db: Reader, label: string, measure: Measure | undefined, knownAt: Date | undefined): Promise<number[]> {
  if (!measure) return periodsLabelled(db, [label])
  return [periodByLabel(measure, await periodsOf(db, measure.id, knownAt), label).id]
}

async function measureWithHistory(db: Reader, code: string, knownAt: Date | undefined) {
  const measure = await measureByCode(db, code, knownAt)
  const periods = await countedPeriodsOf(db, measure.id, knownAt)
  const versions = await versionsOf(db, measure.id)
  return {
    ...describedMeasure(measure),
    aliases: await aliasesOf(db, measure.id),
    periods: periods.map(({ label, kind, starts, ends, figures }) => ({ label, kind, starts, ends, figures })),
    breaks: await breaksOf(db, measure.id, knownAt),
    versions: versions.map(({ version, known_from, known_to, title, polarity, what_changed }) => ({
      version, known_from: known_from.toISOString(), known_to: known_to?.toISOString() ?? null, title, polarity, what_changed,
    })),
  }
}

const number = (text: string | null) => (text === null ? null : Number(text))

function describedMeasure(measure: Measure): z.infer<typeof measureAnswer> {
  const fields = Object.keys(measureAnswer.shape) as (keyof z.infer<typeof measureAnswer>)[]
  const whole = {
    ...measure,
    display_factor: Number(measure.display_factor),
    midpoint: number(measure.midpoint),
    numerator_multiplier: Number(measure.numerator_multiplier),
    denominator_multiplier: Number(measure.denominator_multiplier),
    national: measure.organisation === null,
    known_from: measure.known_from.toISOString(),
  }
  return Object.fromEntries(fields.map((field) => [field, whole[field]])) as z.infer<typeof measureAnswer>
}

const nothing = { value: null, numerator: null, denominator: null, lower: null, upper: null }

function describedFigure(row: ExportRow): z.infer<typeof observationAnswer> {
  const { code, label, starts, ends, authority, area, name, marker } = row
  const figures = row.withheld || row.value === null ? nothing : {
    value: Number(row.value), numerator: number(row.numerator), denominator: number(row.denominator), lower: number(row.lower), upper: number(row.upper),
  }
  const hidden = row.withheld && row.value !== null
  return {
    measure: code, period: label, starts, ends, authority, area, name, ...figures, word: row.scale && figures.value !== null ? wordOn(row.scale, figures.value) : null,
    status: hidden ? 'absent' : row.status, reason: hidden ? 'suppressed' : row.reason, marker, known_from: row.known_from.toISOString(),
    publisher: row.publisher, licence: row.licence,
  }
}

/** Each row names its publisher and licence. */
const about = { publisher: null, licence: null, knownAt: null }
