import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Reader } from '#kernel/db/index.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { aliasesOf, countedPeriodsOf, figuresOf, measureByCode } from '#slices/indicators/index.ts'
import { authorityByCode, groupChoices } from '#slices/places/index.ts'
import { comparison } from '../comparison.ts'
import { historyOf } from '../history.ts'
import { organisationName } from '../register.ts'
import { trend } from '../trend.ts'
import { addressOf, measureAddress, oneMeasureAddress } from './address.ts'
import { fittingGroups, groupField, knownAtField, periodField } from './choosers.ts'
import { definitionItems } from './definition.ts'
import { groupStrip } from './drawing.ts'
import { groupWords } from './group-words.ts'
import { answerInShort, notesOn, ownRow, partNames, periodLines, provenanceOf, statementFor, trendChart } from './one-measure.ts'
import { given, knownAtOf, oneMeasureQuery } from './question.ts'
import { capitalised } from './wording.ts'

const params = z.object({ authority: z.string().max(100), measure: z.string().max(200) })

export function oneMeasureRoutes(plain: FastifyInstance, { store }: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const schema = { params, querystring: oneMeasureQuery }
  app.get('/authorities/:authority/measures/:measure', { config: { access: 'public' }, schema }, async (request, reply) => {
    const asked = request.query
    const { moment, words } = knownAtOf(asked['as-known-at'])
    const found = await store.read(request.actor, (db) => whatIsKnown(db, request.params, asked, moment))
    const { authority, measure, answer, series } = found
    const path = oneMeasureAddress(authority.code, measure.code)
    if (measure.code !== request.params.measure || authority.code !== request.params.authority) return reply.redirect(addressOf(path, asked))
    if (!answer || !series) return reply.redirect(measureAddress(measure.code, { 'as-known-at': asked['as-known-at'] }))
    const kept = { group: answer.group.address, 'as-known-at': asked['as-known-at'] }
    const atPeriod = { ...kept, period: answer.period.label, authority: authority.code }
    return reply.page('slices/benchmarking/views/one-measure.njk', {
      title: `${measure.title}: ${authority.known_name}`,
      section: 'Authorities',
      breadcrumbs: [
        { text: 'Home', href: '/' },
        { text: 'Authorities', href: '/authorities' },
        { text: authority.known_name, href: `/authorities/${authority.code}` },
        { text: measure.title },
      ],
      knownAt: words,
      path,
      heading: measure.title,
      authority: { name: authority.name, href: addressOf(`/authorities/${authority.code}`, kept) },
      fields: [periodField(found.held, answer.period.label), groupField(found.groups, answer.group), knownAtField(asked['as-known-at'])],
      period: answer.period.label,
      unit: capitalised(measure.unit),
      answer: answerInShort(answer, found.history, moment),
      notes: notesOn(answer, series),
      statement: statementFor(answer, series, words)?.join(' ') ?? null,
      trend: trendChart('trend', series),
      strip: groupStrip('strip', answer, authority.code),
      stripTitle: `Among ${groupWords(answer)}, ${answer.period.label}`,
      groupHref: measureAddress(measure.code, atPeriod),
      groupLink: `Every authority’s figure for ${answer.period.label}`,
      groupCsvHref: addressOf(`${measureAddress(measure.code)}/comparison.csv`, atPeriod),
      parts: partNames(measure, found.history),
      lines: periodLines(series, found.history, answer.period.label, moment),
      csvHref: addressOf(`${path}/series.csv`, kept),
      files: downloadsOf('this series', addressOf(`${path}/series`, kept), addressOf(`/api/v1${path}.json`, kept)),
      provenance: provenanceOf(found.history, answer.period.label, moment, request.actor.kind !== 'public'),
      explanation: measure.explanation,
      definition: definitionItems(measure, found),
      isCompared: ownRow(answer) !== undefined,
    })
  })
}

async function whatIsKnown(db: Reader, codes: z.output<typeof params>, asked: z.output<typeof oneMeasureQuery>, knownAt: Date | undefined) {
  const measure = await measureByCode(db, codes.measure, knownAt)
  const authority = await authorityByCode(db, codes.authority)
  const held = await countedPeriodsOf(db, measure.id, knownAt)
  const question = { measure: measure.code, authority: authority.code, group: given(asked.group), knownAt }
  const hasFigures = held.length > 0
  const own = await figuresOf(db, measure, { authorities: [authority.id], periods: held.map(({ id }) => id), knownAt })
  return {
    measure,
    authority,
    held,
    answer: hasFigures ? await comparison(db, { ...question, period: given(asked.period) }, own) : null,
    series: hasFigures ? await trend(db, question, own) : null,
    history: await historyOf(db, measure, { authority: authority.id, knownAt }),
    groups: fittingGroups(await groupChoices(db, authority), measure.kinds, authority),
    aliases: await aliasesOf(db, measure.id),
    organisation: await organisationName(db, measure.organisation),
  }
}
