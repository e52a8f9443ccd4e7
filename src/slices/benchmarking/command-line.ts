import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import { momentGiven } from '#kernel/db/known-at.ts'
import { writtenAsCsv } from '#kernel/exports/index.ts'
import { formatCount, formatFigure } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Command } from '#kernel/slice.ts'
import type { ComparisonAnswer } from './answer.ts'
import { comparison } from './comparison.ts'
import { formatOf } from './measure.ts'
import { comparisonTable } from './table.ts'

const commandLine: Actor = { kind: 'system', name: 'command line' }

export const compareCommand: Command = {
  name: 'compare',
  summary: 'Compare authorities on one measure for one period',
  help: `npm run -s bv -- compare --measure CODE [--period LABEL] [--group GROUP] [--authority CODE] [--as-known-at ISO] [--json|--csv]

Says how the authorities of a group compare: values, ranks, quarters, deviations, changes, and what the group looks like.

  --measure CODE      code of the measure, or another code it is known by
  --period LABEL      such as 2023-24, 2023-24 Q3 or March 2024; left out: the latest with a figure
  --group GROUP       all, nation:scotland, region:north-west, kind:london-borough, tier:upper, family:<source>/<name>,
                      neighbours:<source> or list:<name>; left out: the authority's neighbours, else its kind
  --authority CODE    the authority in question; needed for neighbours:<source>
  --as-known-at ISO   a date (its end, UTC) or a date and time: as it was known here then
  --json              everything, as JSON
  --csv               a row for each authority, as CSV`,
  async run(args, house, { out }) {
    const { values } = parseArgs({
      args,
      options: {
        measure: { type: 'string' }, period: { type: 'string' }, group: { type: 'string' }, authority: { type: 'string' },
        'as-known-at': { type: 'string' }, json: { type: 'boolean' }, csv: { type: 'boolean' },
      },
    })
    const { measure, period, group, authority } = values
    if (measure === undefined) throw refused('Say which measure to compare: --measure CODE.')
    const knownAt = momentGiven(values['as-known-at'], 'as-known-at')
    const answer = await house.store.read(commandLine, (db) => comparison(db, { measure, period, group, authority, knownAt }))
    if (values.json) out(JSON.stringify(answer, null, 2))
    else if (values.csv) out((await Array.fromAsync(writtenAsCsv({ ...comparisonTable(answer), mark: false }))).join('').trimEnd())
    else out(inLines(answer).join('\n'))
    return 0
  },
}

function inLines(answer: ComparisonAnswer): string[] {
  return [answer.sentence, '', ...describing(answer), '', ...tableOf(answer), '', ...missingOf(answer), ...referenceOf(answer), answer.method, ...answer.caveats]
}

function describing({ measure, period, group, known_at }: ComparisonAnswer): string[] {
  const format = formatOf(measure)
  const show = (value: number | null) => (value === null ? '–' : formatFigure(value, format))
  const chosen = (asked: boolean, how: string) => (asked ? '' : ` (${how})`)
  return [
    `Measure   ${measure.code}: ${measure.title} (${measure.unit}), definition ${measure.version}`,
    `Period    ${period.label}, ${period.starts} to ${period.ends}${chosen(period.asked, 'the latest with a figure')}`,
    `Group     ${group.address}: ${group.title}${chosen(group.asked, 'the usual one')}${group.publisher ? `, by ${group.publisher}` : ''}${group.dated ? `, ${group.dated}` : ''}${group.licence ? ` (licence: ${group.licence})` : ''}`,
    `Known     ${known_at ?? 'now'}`,
    `Compared  ${formatCount(group.compared)} of ${formatCount(group.expected)}`,
    `Spread    minimum ${show(group.minimum)}, middle half ${show(group.quartile_lower)} to ${show(group.quartile_upper)}, maximum ${show(group.maximum)}`,
    `Middle    median ${show(group.median)}, mean ${show(group.mean)}, weighted mean ${show(group.weighted_mean)}, median absolute deviation ${show(group.median_absolute_deviation)}`,
  ]
}

function tableOf({ measure, authority, authorities }: ComparisonAnswer): string[] {
  const format = formatOf(measure)
  const rows = authorities.map((row) => [
    `${row.code === authority?.code ? '> ' : ''}${row.known_name}`,
    row.value === null ? '–' : formatFigure(row.value, format),
    row.rank === null ? '–' : String(row.rank),
    row.position,
  ])
  const whole = [['Authority', 'Value', 'Rank', 'Position'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...whole.map((cells) => cells[column]!.length)))
  return whole.map((cells) =>
    [cells[0]!.padEnd(widths[0]!), cells[1]!.padStart(widths[1]!), cells[2]!.padStart(widths[2]!), cells[3]!].join('  '),
  )
}

function missingOf({ group }: ComparisonAnswer): string[] {
  if (group.missing.length === 0) return []
  const names = group.missing.map(({ known_name, reason }) => `${known_name} (${(reason ?? 'missing').replaceAll('-', ' ')})`)
  return [`No figure: ${names.join(', ')}.`, '']
}

/** As many wider areas as a line of a terminal is read for; countries and regions come first. */
const mostAreas = 12

/** Published figures of wider areas: beside the authorities, never among them. */
function referenceOf({ measure, reference }: ComparisonAnswer): string[] {
  const known = reference.flatMap(({ name, value }) => (value === null ? [] : [`${name} ${formatFigure(value, formatOf(measure))}`]))
  if (known.length === 0) return []
  const more = known.length > mostAreas ? ` and ${known.length - mostAreas} more (--json has them all)` : ''
  return [`For reference: ${known.slice(0, mostAreas).join(', ')}${more}.`, '']
}
