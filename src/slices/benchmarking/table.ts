/** Comparisons, profiles and series as tables to download. Each row says by itself what it is of. */
import { columnFor, exportOf, type ColumnOf, type Export, type ExportAbout } from '#kernel/exports/index.ts'
import type { ComparisonAnswer, ComparisonRowAnswer, MeasureAnswer, ProfileAnswer, ProfileRowAnswer, TrendAnswer } from './answer.ts'
import { wordOf } from './measure.ts'
import type { SideFigure, SideRow } from './side-by-side.ts'

const inUnit = 'In the unit of the measure.'
const nothing = 'Empty: nothing can be said.'
const wordWords = 'The value as a word, where the measure is on a scale of words.'
const knownAtWords = 'The moment whose knowledge this is. Empty: when the file was made.'
const groupWords = 'Address of the group compared with.'

/** The comparison: a row for each authority. */
export function comparisonTable(answer: ComparisonAnswer): Export {
  const { measure, period, group } = answer
  const about = { ...aboutMeasure(measure, answer.known_at), name: `${fileName(measure.code)}-${fileName(period.label)}`, title: `${measure.title}, ${period.label}`, description: answer.sentence }
  const column = columnFor<ComparisonRowAnswer>()
  return exportOf(about, [
    column('measure', 'text', 'Code of the measure.', () => measure.code),
    column('period', 'text', 'The period compared in.', () => period.label),
    column('group', 'text', groupWords, () => group.address),
    column('known_at', 'moment', knownAtWords, () => answer.known_at),
    ...comparisonColumns,
    ...termsOf(() => measure),
  ], answer.authorities)
}

const ofComparison = columnFor<ComparisonRowAnswer>()

const comparisonColumns: readonly ColumnOf<ComparisonRowAnswer>[] = [
  ofComparison('code', 'text', 'Code of the authority.', (row) => row.code),
  ofComparison('name', 'text', 'Name of the authority.', (row) => row.name),
  ofComparison('value', 'number', `${inUnit} Empty: absent, and reason says why.`, (row) => row.value),
  ofComparison('word', 'text', wordWords, (row) => row.word),
  ofComparison('numerator', 'number', 'As published.', (row) => row.numerator),
  ofComparison('denominator', 'number', 'As published.', (row) => row.denominator),
  ofComparison('status', 'text', 'published, revised, provisional, estimated or absent.', (row) => row.status),
  ofComparison('reason', 'text', 'Why there is no value.', (row) => row.reason),
  ofComparison('rank', 'whole', `Competition rank, best 1. ${nothing}`, (row) => row.rank),
  ofComparison('compared', 'whole', 'How many of the group have a value.', (row) => row.compared),
  ofComparison('rank_share', 'number', 'rank ÷ compared.', (row) => row.rank_share),
  ofComparison('quartile', 'whole', '1 best to 4. Empty where fewer than eight have a value or no way is better.', (row) => row.quartile),
  ofComparison('deviation', 'number', '(value − median) ÷ median absolute deviation; neither scaled nor turned.', (row) => row.deviation),
  ofComparison('deviation_scaled', 'number', 'The same ÷ 1.4826, turned so that positive is better.', (row) => row.deviation_scaled),
  ofComparison('change', 'number', 'The change since the previous comparable period: the same as change_since_previous.', (row) => row.change),
  ofComparison('change_since_previous', 'number', 'Positive is better. In the unit of the measure or, for a measure whose change is relative, a fraction.', (row) => row.change_since_previous),
  ofComparison('previous_period', 'text', 'The comparable period before.', (row) => row.previous_period),
  ofComparison('previous_value', 'number', inUnit, (row) => row.previous_value),
  ofComparison('change_since_first', 'number', 'As change_since_previous, since the first comparable period.', (row) => row.change_since_first),
  ofComparison('first_period', 'text', 'The first comparable period.', (row) => row.first_period),
  ofComparison('first_value', 'number', inUnit, (row) => row.first_value),
  ofComparison('interval_lower', 'number', 'Lower end of the 95% confidence interval.', (row) => row.interval?.lower ?? null),
  ofComparison('interval_upper', 'number', 'Upper end of the 95% confidence interval.', (row) => row.interval?.upper ?? null),
  ofComparison('interval_method', 'text', 'published, wilson or byar.', (row) => row.interval?.method ?? null),
  ofComparison('clearly_different', 'yes-no', 'Whether the interval leaves out the median of the group. Empty: no interval.', (row) => row.clearly_different),
  ofComparison('position', 'text', 'Where it stands, in words.', (row) => row.position),
  ofComparison('reach_quartile', 'whole', 'The next better quarter.', (row) => row.reach?.quartile ?? null),
  ofComparison('reach_bound', 'number', 'The value at its edge; reaching it is enough.', (row) => row.reach?.bound ?? null),
  ofComparison('reach_difference', 'number', 'reach_bound − value.', (row) => row.reach?.difference ?? null),
  ofComparison('reach_numerator_change', 'number', 'The same in what the numerator counts. Empty: not known.', (row) => row.reach?.numerator_change ?? null),
]

/** The profile: a row for each measure. */
export function profileTable(answer: ProfileAnswer): Export {
  const { authority, group } = answer
  const about = {
    name: `profile-${fileName(authority.code)}`, title: `Profile of ${authority.name}`, publisher: null, licence: null, knownAt: momentOf(answer.known_at),
    description: `Every measure for ${authority.name} in the latest period with a value, and where it stands among ${group.title}.`,
  }
  const column = columnFor<ProfileRowAnswer>()
  return exportOf(about, [
    column('authority', 'text', 'Code of the authority.', () => authority.code),
    column('group', 'text', groupWords, () => group.address),
    column('known_at', 'moment', knownAtWords, () => answer.known_at),
    ...profileColumns,
    ...termsOf<ProfileRowAnswer>(({ measure }) => measure),
  ], answer.measures)
}

const ofProfile = columnFor<ProfileRowAnswer>()

const profileColumns: readonly ColumnOf<ProfileRowAnswer>[] = [
  ofProfile('measure', 'text', 'Code of the measure.', ({ measure }) => measure.code),
  ofProfile('title', 'text', 'Title of the measure.', ({ measure }) => measure.title),
  ofProfile('service', 'text', 'Empty: not stated.', ({ measure }) => measure.service),
  ofProfile('dimension', 'text', 'Empty: not stated.', ({ measure }) => measure.dimension),
  ofProfile('unit', 'text', 'The unit of the value, the edges and the median.', ({ measure }) => measure.unit),
  ofProfile('polarity', 'text', 'Which way is better: higher, lower, midpoint or none.', ({ measure }) => measure.polarity),
  ofProfile('period', 'text', 'The latest with a value; where there is none, the latest. Empty: no row at all.', ({ period }) => period?.label ?? null),
  ofProfile('value', 'number', `${inUnit} Empty: absent, and reason says why.`, (row) => row.value),
  ofProfile('word', 'text', wordWords, (row) => row.word),
  ofProfile('status', 'text', 'published, revised, provisional, estimated or absent.', (row) => row.status),
  ofProfile('reason', 'text', 'Why there is no value.', (row) => row.reason),
  ofProfile('rank', 'whole', `Competition rank, best 1. ${nothing}`, (row) => row.rank),
  ofProfile('compared', 'whole', 'How many of the group have a value.', (row) => row.compared),
  ofProfile('quartile', 'whole', '1 best to 4. Empty where fewer than eight have a value or no way is better.', (row) => row.quartile),
  ofProfile('position', 'text', 'Where it stands, in words.', (row) => row.position),
  ofProfile('minimum', 'number', 'The lowest value of the group.', (row) => row.minimum),
  ofProfile('quartile_lower', 'number', 'Lower edge of the middle half, as a number.', (row) => row.quartile_lower),
  ofProfile('median', 'number', 'Median of the group.', (row) => row.median),
  ofProfile('median_word', 'text', 'The median as a word, where the measure is on a scale of words.', (row) => row.median_word),
  ofProfile('quartile_upper', 'number', 'Upper edge of the middle half, as a number.', (row) => row.quartile_upper),
  ofProfile('maximum', 'number', 'The highest value of the group.', (row) => row.maximum),
  ofProfile('change_since_previous', 'number', 'Positive is better.', (row) => row.change_since_previous),
  ofProfile('previous_period', 'text', 'The comparable period before.', (row) => row.previous_period),
  ofProfile('change_since_first', 'number', 'Positive is better.', (row) => row.change_since_first),
  ofProfile('first_period', 'text', 'The first comparable period.', (row) => row.first_period),
]

/** The series: a row for each period. */
export function trendTable({ measure, authority, group, known_at, points }: TrendAnswer): Export {
  const about = {
    ...aboutMeasure(measure, known_at), name: `${fileName(authority.code)}-${fileName(measure.code)}`, title: `${measure.title}: ${authority.name}`,
    description: `The figures of ${authority.name}, period by period, with the median and middle half of ${group.title}.`,
  }
  const column = columnFor<TrendAnswer['points'][number]>()
  return exportOf(about, [
    column('measure', 'text', 'Code of the measure.', () => measure.code),
    column('authority', 'text', 'Code of the authority.', () => authority.code),
    column('group', 'text', groupWords, () => group.address),
    column('period', 'text', 'Label of the period.', (point) => point.label),
    column('starts', 'date', 'First day of the period.', (point) => point.starts),
    column('ends', 'date', 'Last day of the period.', (point) => point.ends),
    column('value', 'number', `${inUnit} Empty: a gap, and reason says why.`, (point) => point.value),
    column('word', 'text', wordWords, (point) => point.word),
    column('status', 'text', 'published, revised, provisional, estimated or absent.', (point) => point.status),
    column('reason', 'text', 'Why there is no value.', (point) => point.reason),
    column('compared', 'whole', 'How many of the group have a value.', (point) => point.compared),
    column('quartile_lower', 'number', 'Lower edge of the middle half of the group.', (point) => point.quartile_lower),
    column('median', 'number', 'Median of the group.', (point) => point.median),
    column('median_word', 'text', 'The median as a word, where the measure is on a scale of words.', (point) => point.median_word),
    column('quartile_upper', 'number', 'Upper edge of the middle half of the group.', (point) => point.quartile_upper),
    column('after_break', 'yes-no', 'Whether a break in series stands between this period and the one before.', (point) => point.after_break),
    ...termsOf(() => measure),
  ], points)
}

/** Authorities beside one another: a row for each measure and authority. */
export function sideBySideTable(rows: readonly SideRow[], group: { address: string; title: string }, knownAt: Date | undefined): Export {
  const about = {
    name: 'compare', title: 'Authorities side by side', description: `Measures for chosen authorities. Position words are within ${group.title}.`,
    publisher: null, licence: null, knownAt: knownAt ?? null,
  }
  type Pair = SideRow & SideFigure
  const pairs: Pair[] = rows.flatMap((row) => row.figures.map((figure) => ({ ...row, ...figure })))
  const column = columnFor<Pair>()
  return exportOf(about, [
    column('measure', 'text', 'Code of the measure.', ({ measure }) => measure.code),
    column('title', 'text', 'Title of the measure.', ({ measure }) => measure.title),
    column('unit', 'text', 'The unit of the value and the median.', ({ measure }) => measure.unit),
    column('period', 'text', 'The period shown, the same for every authority. Empty: no figures.', ({ period }) => period),
    column('group', 'text', groupWords, () => group.address),
    column('group_median', 'number', inUnit, ({ median }) => median),
    column('compared', 'whole', 'How many of the group have a value.', ({ compared }) => compared),
    column('authority', 'text', 'Code of the authority.', ({ authority }) => authority.code),
    column('name', 'text', 'Name of the authority.', ({ authority }) => authority.name),
    column('value', 'number', `${inUnit} Empty: absent, and reason says why.`, ({ value }) => value),
    column('word', 'text', wordWords, ({ measure, value }) => wordOf(measure, value)),
    column('status', 'text', 'published, revised, provisional, estimated or absent.', ({ status }) => status),
    column('reason', 'text', 'Why there is no value.', ({ reason }) => reason),
    column('position', 'text', 'Where it stands, in words. Empty: it is not in the group.', ({ position }) => position),
    ...termsOf<Pair>(({ measure }) => measure),
  ], pairs)
}

/** Under which terms the figures of a row were published. */
function termsOf<T>(measureIn: (row: T) => MeasureAnswer): ColumnOf<T>[] {
  const column = columnFor<T>()
  return [
    column('publisher', 'text', 'Who published the figures.', (row) => measureIn(row).publisher),
    column('licence', 'text', 'The terms they were published on. Empty: not stated.', (row) => measureIn(row).licence),
    column('fictional', 'yes-no', 'Whether the figures are invented, for demonstration.', (row) => measureIn(row).fictional),
  ]
}

const aboutMeasure = (measure: MeasureAnswer, knownAt: string | null): Pick<ExportAbout, 'publisher' | 'licence' | 'knownAt' | 'origin'> =>
  ({ publisher: measure.publisher, licence: measure.licence, origin: measure.source_link, knownAt: momentOf(knownAt) })

const momentOf = (text: string | null) => (text === null ? null : new Date(text))
const fileName = (code: string) => code.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 80)
