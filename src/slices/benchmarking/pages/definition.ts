import { formatDate } from '#kernel/figures/index.ts'
import type { Measure } from '#slices/indicators/index.ts'
import { describeMeasure } from '../measure.ts'
import { capitalised, dimensionWords, periodKindWords, polarityWords } from './wording.ts'

/** One line of a list of definitions. */
export interface DefinitionItem {
  term: string
  text: string
  href?: string
}

/** What a measure is, line by line. Only what is known: a line without content is left out. */
export function definitionItems(measure: Measure, others: { aliases: readonly string[]; organisation: string | null }): DefinitionItem[] {
  const { numerator_name: numerator, denominator_name: denominator } = measure
  const items: (DefinitionItem | null)[] = [
    { term: 'Code', text: measure.code },
    others.aliases.length > 0 ? { term: 'Also called', text: others.aliases.join(', ') } : null,
    { term: 'Unit', text: capitalised(measure.unit) },
    measure.scale === null ? null : { term: 'Scale', text: `${measure.scale.join(', ')}: from the worst to the best` },
    { term: 'Which way is better', text: polarityWords(describeMeasure(measure)) },
    numerator === null ? null : { term: 'Numerator', text: withMultiplier(numerator, measure.numerator_multiplier) },
    denominator === null ? null : { term: 'Denominator', text: withMultiplier(denominator, measure.denominator_multiplier) },
    { term: 'Figure for a group', text: measure.scale ? 'None: words on a scale have no mean' : (aggregationWords[measure.aggregation] ?? measure.aggregation) },
    measure.scale ? null : { term: 'How sure', text: intervalWords[measure.interval_method] ?? measure.interval_method },
    { term: 'Periods', text: capitalised(periodKindWords(measure.period_kind)) },
    measure.service === null ? null : { term: 'Service', text: measure.service },
    { term: 'Dimension', text: dimensionWords(measure.dimension) },
    smallNumbers(measure.small_numbers),
    { term: 'Published by', text: measure.publisher },
    sourceItem(measure.source_link),
    { term: 'Licence', text: measure.licence ?? 'not stated' },
    { term: 'National or local', text: whose(measure, others.organisation) },
    measure.notes === null ? null : { term: 'Notes', text: measure.notes },
    { term: 'Definition', text: `Version ${measure.version}, known here since ${formatDate(measure.known_from)}` },
  ]
  return items.filter((item) => item !== null)
}

/** Factors below one only turn "each" into "each thousand", which the unit says already. */
function withMultiplier(name: string, multiplier: string): string {
  const factor = Number(multiplier)
  return factor > 1 ? `${name}, published in units of ${factor.toLocaleString('en-GB')}` : name
}

const aggregationWords: Record<string, string> = {
  'ratio-of-sums': 'All numerators together divided by all denominators together',
  mean: 'The simple mean of the authorities’ figures',
  none: 'The publisher gives none',
}

const intervalWords: Record<string, string> = {
  none: 'Confidence limits are shown where the publisher gives them',
  wilson: 'A 95% confidence interval is worked out by Wilson’s method where the publisher gives none',
  byar: 'A 95% confidence interval is worked out by Byar’s method where the publisher gives none',
}

function smallNumbers(limit: number | null): DefinitionItem | null {
  if (limit === null) return null
  return { term: 'Small numbers', text: `Figures that rest on a count from 1 to ${limit - 1} are not shown` }
}

/** A link only where it is one: what a file gave is not followed blindly. */
function sourceItem(link: string | null): DefinitionItem | null {
  if (link === null) return null
  return /^https?:\/\//i.test(link) ? { term: 'Source', text: link, href: link } : { term: 'Source', text: link }
}

function whose({ organisation, audience }: Measure, name: string | null): string {
  if (organisation === null) return 'National: open to everyone'
  const owner = name ?? 'one organisation'
  return audience === 'public' ? `Local to ${owner}, and open to everyone` : `Local to ${owner}, and seen by its people only`
}

/** A version as the register of definitions gives it. */
interface Version {
  version: number
  known_from: Date
  known_to: Date | null
  title: string
  what_changed: string | null
}

/** The definitions a measure has had, the newest first, in words. */
export function historyItems(versions: readonly Version[]) {
  return versions.map((one) => ({
    heading: `Version ${one.version}`,
    when:
      one.known_to === null
        ? `in force since ${formatDate(one.known_from)}`
        : `from ${formatDate(one.known_from)} until ${formatDate(one.known_to)}`,
    what: one.what_changed ?? (one.version === 1 ? 'The first definition brought in here.' : 'What changed is not recorded.'),
  }))
}

/** Breaks in a series: "Before 1 Apr 2019: …". */
export function breakItems(breaks: readonly { starts: string; note: string }[]) {
  return breaks.map(({ starts, note }) => ({ when: formatDate(starts), note }))
}
