import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Reader } from '#kernel/db/index.ts'
import { countOf } from '#kernel/figures/index.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { aliasesOf, breaksOf, measureByCode, countedPeriodsOf, versionsOf, type CountedPeriod, type Measure } from '#slices/indicators/index.ts'
import { authorityByCode, groupChoices, layoutHolding, type Layout } from '#slices/places/index.ts'
import type { ComparisonAnswer } from '../answer.ts'
import { comparison } from '../comparison.ts'
import { fictionalOf } from '../group.ts'
import { describeMeasure } from '../measure.ts'
import { organisationName } from '../register.ts'
import { addressOf, measureAddress } from './address.ts'
import { authorityField, fittingGroups, groupField, knownAtField, periodField } from './choosers.ts'
import { groupLicence, groupWords } from './group-words.ts'
import { breakItems, definitionItems, historyItems } from './definition.ts'
import { groupDistribution, groupStrip } from './drawing.ts'
import { hexView } from './hexes.ts'
import { authorityRows, comparedWords, pointedOut, referenceTable, spreadWords } from './measure.ts'
import { given, knownAtOf, measureQuery } from './question.ts'
import { capitalised, dimensionWords, periodKindWords, polarityWords } from './wording.ts'

const params = z.object({ code: z.string().max(200) })
type Asked = z.output<typeof measureQuery>

export function measureRoutes(plain: FastifyInstance, { store }: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  app.get('/measures/:code', { config: { access: 'public' }, schema: { params, querystring: measureQuery } }, async (request, reply) => {
    const { moment, words } = knownAtOf(request.query['as-known-at'])
    const asked = withoutNobodysNeighbours(request.query)
    const found = await store.read(request.actor, (db) => whatIsKnown(db, request.params.code, asked, moment))
    const { measure } = found
    if (measure.code !== request.params.code) return reply.redirect(measureAddress(measure.code, request.query))
    return reply.page('slices/benchmarking/views/measure.njk', {
      title: measure.title,
      section: 'Measures',
      breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Measures', href: '/measures' }, { text: measure.title }],
      knownAt: words,
      path: measureAddress(measure.code),
      caption: [measure.service, dimensionWords(measure.dimension), measure.organisation === null ? 'national' : 'local']
        .filter((part) => part !== null && part !== 'not stated')
        .join(' · '),
      explanation: measure.explanation,
      essentials: essentialsOf(measure),
      noFigures: words === null ? 'There are no figures for this measure yet.' : 'No figures for this measure were known here then.',
      figures: found.answer ? figuresView(found.answer, found.layout, asked) : null,
      fields: found.answer ? fieldsOf(found.answer, found, asked) : [],
      definition: definitionItems(measure, found),
      breaks: breakItems(found.breaks),
      versions: historyItems(found.versions),
    })
  })
}

/** A list of neighbours is somebody's; with nobody pointed out there is none. */
function withoutNobodysNeighbours(asked: Asked): Asked {
  const isNobodys = asked.authority === '' && asked.group.startsWith('neighbours:')
  return { ...asked, group: isNobodys || asked.group === '' ? 'all' : asked.group }
}

async function whatIsKnown(db: Reader, code: string, asked: Asked, moment: Date | undefined) {
  const measure = await measureByCode(db, code, moment)
  const held = await countedPeriodsOf(db, measure.id, moment)
  const of = asked.authority === '' ? null : await authorityByCode(db, asked.authority)
  const answer = held.length === 0 ? null : await comparison(db, questionOf(measure, asked, moment))
  return {
    measure,
    held,
    answer,
    layout: answer ? await layoutHolding(db, answer.authorities.map(({ code: of }) => of)) : null,
    groups: fittingGroups(await groupChoices(db, of ?? undefined, of?.fictional ?? fictionalOf(measure)), measure.kinds, of),
    aliases: await aliasesOf(db, measure.id),
    breaks: await breaksOf(db, measure.id, moment),
    versions: (await versionsOf(db, measure.id)).filter(({ known_from }) => moment === undefined || known_from <= moment),
    organisation: await organisationName(db, measure.organisation),
  }
}

type Known = Awaited<ReturnType<typeof whatIsKnown>>

function questionOf(measure: Measure, asked: Asked, knownAt: Date | undefined) {
  return { measure: measure.code, period: given(asked.period), group: asked.group, authority: given(asked.authority), knownAt }
}

/** Who publishes it, which way is better, in which periods: one line under the explanation. */
function essentialsOf(measure: Measure): string {
  const periods = measure.period_kind === null ? '' : ` for ${periodKindWords(measure.period_kind)}`
  const licence = measure.licence === null ? '' : ` (${measure.licence})`
  return `Published by ${measure.publisher}${licence}${periods}. Unit: ${measure.unit}. ${polarityWords(describeMeasure(measure))}.`
}

function fieldsOf(answer: ComparisonAnswer, { held, groups }: { held: readonly CountedPeriod[]; groups: Known['groups'] }, asked: Asked) {
  const named = answer.authorities.toSorted((a, b) => a.known_name.localeCompare(b.known_name, 'en'))
  const own = answer.authority && !answer.authority.in_group ? [answer.authority] : []
  return [
    periodField(held, answer.period.label),
    groupField(groups, answer.group),
    authorityField([...own, ...named], answer.authority?.code ?? ''),
    knownAtField(asked['as-known-at']),
  ]
}

/** Everything on the page that depends on the period and the group. */
function figuresView(answer: ComparisonAnswer, layout: Layout | null, asked: Asked) {
  const highlighted = answer.authority?.code ?? null
  const { measure, period, group } = answer
  const kept = { period: period.label, 'as-known-at': asked['as-known-at'] }
  const question = { ...kept, group: group.address, authority: highlighted }
  const path = `${measureAddress(measure.code)}/comparison`
  const rows = countOf(answer.authorities.length, 'row')
  return {
    heading: `${period.label}: ${groupWords(answer)}`,
    spread: spreadWords(answer),
    known: knownWords(answer),
    ...comparedWords(answer),
    pointed: pointedOut(answer, kept),
    notes: answer.caveats.filter((caveat) => !/ no figure: |fictional|As known here/.test(caveat)),
    strip: groupStrip('strip', answer, highlighted),
    distribution: groupDistribution('distribution', answer, highlighted),
    map: hexView(answer, layout, kept),
    method: answer.method,
    rows: authorityRows(answer, kept),
    unit: capitalised(measure.unit),
    references: referenceTable(answer),
    files: downloadsOf(`these ${rows}`, addressOf(path, question), addressOf('/api/v1/comparisons.json', { measure: measure.code, ...question })),
    csvHref: addressOf(`${path}.csv`, question),
  }
}

function knownWords(answer: ComparisonAnswer): string {
  const { group, measure, period } = answer
  const by = group.publisher === null ? '' : `, grouped by ${group.publisher}${group.dated === null ? '' : ` (${group.dated})`}`
  const latest = period.asked ? '' : ' This is the latest period with figures.'
  return `${capitalised(measure.unit)}${by}.${groupLicence(answer)} Definition version ${measure.version}.${latest}`
}
