/** The store's contents as tables, read page by page, so that memory stays constant and no transaction stays open. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { columnFor, exportOf, type ColumnOf, type Export } from '#kernel/exports/index.ts'
import { wordOn } from '#kernel/figures/index.ts'
import { authorities, type Authority } from '#slices/places/index.ts'
import { measures, type Measure } from './measures/queries.ts'
import { exportPage, type ExportRow } from './observations/export.ts'
import type { ObservationFilters, ObservationKey } from './observations/queries.ts'

const page = 5_000
const about = { publisher: null, licence: null, knownAt: null }

/** The figures that fit the filters, in the order of their keys. What the small-number rule keeps back is not shown. */
export function exportedObservations(store: Store, actor: Actor, filters: ObservationFilters): Export {
  const described = { ...about, name: 'observations', title: 'Figures', description: 'Figures of authorities and areas with the files they came from.', knownAt: filters.knownAt ?? null }
  return exportOf(described, observationColumns, everyObservation(store, actor, filters))
}

async function* everyObservation(store: Store, actor: Actor, filters: ObservationFilters): AsyncGenerator<ExportRow, void> {
  let after: ObservationKey | null = null
  for (;;) {
    const rows: ExportRow[] = await store.read(actor, (db) => exportPage(db, filters, { after, limit: page }))
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < page) return
    after = [last.measure, last.period, last.place]
  }
}

/** Every measure with its definition as known at the moment, or now. */
export async function exportedMeasures(store: Store, actor: Actor, knownAt?: Date): Promise<Export> {
  const rows = await store.read(actor, (db) => measures(db, { knownAt }))
  return exportOf({ ...about, name: 'measures', title: 'Measures', description: 'Measures and their definitions.', knownAt: knownAt ?? null }, measureColumns, rows)
}

/** Every authority there is or was. */
export async function exportedAuthorities(store: Store, actor: Actor): Promise<Export> {
  const rows = await store.read(actor, (db) => authorities(db).orderBy('a.code').execute())
  return exportOf({ ...about, name: 'authorities', title: 'Authorities', description: 'Authorities that are and were.' }, authorityColumns, rows)
}

const figure = columnFor<ExportRow>()
const shown = (cell: (row: ExportRow) => string | null) => (row: ExportRow) => (row.withheld ? null : cell(row))

const observationColumns: readonly ColumnOf<ExportRow>[] = [
  figure('measure', 'text', 'Code of the measure.', (row) => row.code),
  figure('period', 'text', 'Label of the period.', (row) => row.label),
  figure('period_kind', 'text', 'What kind of period it is.', (row) => row.kind),
  figure('starts', 'date', 'First day of the period.', (row) => row.starts),
  figure('ends', 'date', 'Last day of the period.', (row) => row.ends),
  figure('authority', 'text', 'Code of the authority. Empty for a figure of an area.', (row) => row.authority),
  figure('area', 'text', 'Code of the area, for a published figure of a country, region or group.', (row) => row.area),
  figure('name', 'text', 'Name of the authority or area.', (row) => row.name),
  figure('value', 'number', 'In the unit of the measure, exactly as published. Empty: absent, and reason says why.', shown((row) => row.value)),
  figure('word', 'text', 'The value as a word, where the measure is on a scale of words.', shown((row) => (row.value === null || !row.scale ? null : wordOn(row.scale, row.value)))),
  figure('numerator', 'number', 'As published.', shown((row) => row.numerator)),
  figure('denominator', 'number', 'As published.', shown((row) => row.denominator)),
  figure('lower', 'number', 'Lower published 95% confidence limit.', shown((row) => row.lower)),
  figure('upper', 'number', 'Upper published 95% confidence limit.', shown((row) => row.upper)),
  figure('status', 'text', 'published, revised, provisional, estimated or absent.', (row) => (row.withheld ? 'absent' : row.status)),
  figure('reason', 'text', 'Why there is no value; suppressed where a small number is kept back.', (row) => (row.withheld ? 'suppressed' : row.reason)),
  figure('marker', 'text', 'What the publisher wrote where it was not a number.', (row) => row.marker),
  figure('known_from', 'moment', 'When this figure became known here.', (row) => row.known_from),
  figure('import', 'whole', 'Number of the import it came by.', (row) => row.import),
  figure('publisher', 'text', 'Who published it.', (row) => row.publisher),
  figure('licence', 'text', 'The terms it was published on. Empty: not stated.', (row) => row.licence),
]

const measure = columnFor<Measure>()

const measureColumns: readonly ColumnOf<Measure>[] = [
  measure('code', 'text', 'Code of the measure.', (row) => row.code),
  measure('title', 'text', 'What is measured.', (row) => row.title),
  measure('explanation', 'text', 'Empty: none was published.', (row) => row.explanation),
  measure('dimension', 'text', 'Empty: not stated.', (row) => row.dimension),
  measure('service', 'text', 'Empty: not stated.', (row) => row.service),
  measure('unit', 'text', 'What a value of 1 is.', (row) => row.unit),
  measure('unit_kind', 'text', 'What kind of quantity it is.', (row) => row.unit_kind),
  measure('prefix', 'text', 'Put before a value when it is shown.', (row) => row.prefix),
  measure('suffix', 'text', 'Put after a value when it is shown.', (row) => row.suffix),
  measure('display_factor', 'number', 'What to multiply a value by before showing it.', (row) => row.display_factor),
  measure('decimals', 'whole', 'How many decimals the publisher shows.', (row) => row.decimals),
  measure('scale', 'text', 'The words of an ordinal scale, the worst first; values are places in it, from 1. Empty: values are numbers.', (row) => row.scale?.join(' | ') ?? null),
  measure('polarity', 'text', 'Which way is better: higher, lower, midpoint or none.', (row) => row.polarity),
  measure('midpoint', 'number', 'The best value, where the polarity is midpoint.', (row) => row.midpoint),
  measure('numerator_name', 'text', 'What the numerator counts.', (row) => row.numerator_name),
  measure('denominator_name', 'text', 'What the denominator counts.', (row) => row.denominator_name),
  measure('numerator_multiplier', 'number', 'Units of numerator_name in one of the numerator.', (row) => row.numerator_multiplier),
  measure('denominator_multiplier', 'number', 'Units of denominator_name in one of the denominator.', (row) => row.denominator_multiplier),
  measure('aggregation', 'text', 'How figures of several authorities are put together.', (row) => row.aggregation),
  measure('change_as', 'text', 'Whether a change is a difference or relative.', (row) => row.change_as),
  measure('interval_method', 'text', 'How the confidence interval is found.', (row) => row.interval_method),
  measure('period_kind', 'text', 'The kind of its periods. Empty: several.', (row) => row.period_kind),
  measure('kinds', 'text', 'Kinds of authority it applies to. Empty: not stated.', (row) => row.kinds.join(', ')),
  measure('small_numbers', 'number', 'Figures that rest on counts below this are not shown. Empty: no rule.', (row) => row.small_numbers),
  measure('notes', 'text', 'What else to know.', (row) => row.notes),
  measure('publisher', 'text', 'Who publishes its figures.', (row) => row.publisher),
  measure('source_link', 'text', 'Where the publisher puts them out. Empty: not stated.', (row) => row.source_link),
  measure('licence', 'text', 'The terms they are published on. Empty: not stated.', (row) => row.licence),
  measure('fictional', 'yes-no', 'Whether its figures are invented, for demonstration.', (row) => row.fictional),
  measure('version', 'whole', 'Version of the definition.', (row) => row.version),
  measure('known_from', 'moment', 'When this version became known here.', (row) => row.known_from),
]

const authority = columnFor<Authority>()

const authorityColumns: readonly ColumnOf<Authority>[] = [
  authority('code', 'text', 'GSS code where it has one, else its register code.', (row) => row.code),
  authority('name', 'text', 'Name as in the register.', (row) => row.name),
  authority('known_name', 'text', 'What people call it.', (row) => row.known_name),
  authority('kind', 'text', 'Code of its kind.', (row) => row.kind),
  authority('kind_title', 'text', 'What kind of authority it is.', (row) => row.kind_title),
  authority('tier', 'text', 'upper, lower, single or combined.', (row) => row.tier),
  authority('nation', 'text', 'The nation it is in.', (row) => row.nation),
  authority('region', 'text', 'Code of its region. Empty: none.', (row) => row.region),
  authority('region_name', 'text', 'Name of its region. Empty: none.', (row) => row.region_name),
  authority('starts', 'date', 'First day in being. Empty: before records.', (row) => row.starts),
  authority('ends', 'date', 'Last day in being. Empty: still in being.', (row) => row.ends),
  authority('population', 'whole', 'Empty: not recorded.', (row) => row.population),
  authority('fictional', 'yes-no', 'Whether it is invented, for demonstration.', (row) => row.fictional),
]
