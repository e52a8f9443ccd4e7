import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { downloadsOf } from '#kernel/exports/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import type { Measure } from '#slices/indicators/index.ts'
import type { Authority } from '#slices/places/index.ts'
import { registerChoices } from '../register.ts'
import { authoritiesCalled, measuresCalled, mostAuthorities } from '../side-by-side.ts'
import { addressOf } from './address.ts'
import { groupField, knownAtField } from './choosers.ts'
import {
  chosenAuthorities, chosenMeasures, compareLines, foundAuthorities, foundMeasures, limitsInWords,
  rulesInWords, type CompareAsked,
} from './compare.ts'
import { whatIsShown, type Shown } from './compare-question.ts'
import { compareQuery, knownAtOf } from './question.ts'
import { listed } from './wording.ts'

export function compareRoutes(plain: FastifyInstance, { store }: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const schema = { querystring: compareQuery }

  app.get('/compare', { config: { access: 'public' }, schema }, async (request, reply) => {
    const { 'add-authority': authorityWords, 'add-measure': measureWords, ...asked } = request.query
    const { moment, words } = knownAtOf(asked['as-known-at'])
    const found = await store.read(request.actor, async (db) => ({
      authorities: authorityWords === '' ? null : await authoritiesCalled(db, authorityWords),
      measures: measureWords === '' ? null : await measuresCalled(db, measureWords, moment),
      shown: await whatIsShown(db, asked, moment),
      services: (await registerChoices(db)).services,
    }))
    const added = withOnlyFound(asked, found)
    if (added) return reply.redirect(addressOf('/compare', { ...added }))
    const { shown } = found
    const kept = { group: shown.group.address, 'as-known-at': asked['as-known-at'] }
    return reply.page('slices/benchmarking/views/compare.njk', {
      title: 'Compare authorities side by side',
      section: 'Compare',
      breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Compare' }],
      knownAt: words,
      most: mostAuthorities,
      kept: asked,
      authorities: chosenAuthorities(shown.authorities, asked),
      measures: chosenMeasures(shown.measures, asked),
      foundAuthorities: found.authorities && foundAuthorities(authorityWords, found.authorities, asked),
      foundMeasures: found.measures && foundMeasures(measureWords, found.measures, asked),
      fields: fieldsOf(asked, shown, found.services),
      limits: limitsInWords(asked, shown.authorities, shown.measures),
      heading: headingOf(shown.authorities),
      rules: rulesInWords(shown.group.title, asked.period),
      lines: compareLines(shown.rows, kept),
      nothingYet: nothingYet(shown),
      files: downloadsOf('this table', addressOf('/compare', { ...asked })),
    })
  })
}

/** What was asked with the one thing added that a search found; null when there is a choice to make, or nothing found. */
function withOnlyFound(asked: CompareAsked, found: { authorities: Authority[] | null; measures: Measure[] | null }): CompareAsked | null {
  const { authorities, measures } = found
  if (authorities?.length !== 1 && measures?.length !== 1) return null
  if ((authorities && authorities.length !== 1) || (measures && measures.length !== 1)) return null
  const added = (codes: string[], things: { code: string }[] | null) => [...new Set([...codes, ...(things ?? []).map(({ code }) => code)])]
  return { ...asked, authority: added(asked.authority, authorities), measure: added(asked.measure, measures) }
}

function fieldsOf(asked: z.output<typeof compareQuery> | CompareAsked, { groups, group }: Shown, services: readonly string[]) {
  return {
    service: {
      id: 'service', name: 'service', label: 'All measures of a service', value: asked.service,
      options: [{ value: '', text: 'no service' }, ...services.map((name) => ({ value: name, text: name }))],
    },
    group: { ...groupField(groups, group), label: 'Position words within' },
    period: { id: 'period', name: 'period', label: 'Period (empty: the latest)', value: asked.period, type: 'text' },
    knownAt: knownAtField(asked['as-known-at']),
  }
}

function headingOf(authorities: readonly Authority[]): string {
  if (authorities.length > 3) return `${Math.min(authorities.length, mostAuthorities)} authorities side by side`
  return listed(authorities.map(({ known_name }) => known_name))
}

function nothingYet({ authorities, measures }: Shown): string {
  if (authorities.length === 0 && measures.length === 0) return 'Choose authorities and measures above; the table appears here.'
  return authorities.length === 0 ? 'Now add an authority.' : 'Now add a measure, or choose a service.'
}
