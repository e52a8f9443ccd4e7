/** The command export. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import type { Reader, Store } from '#kernel/db/index.ts'
import { momentGiven } from '#kernel/db/known-at.ts'
import { exportFormats, written, type Export, type ExportFormat } from '#kernel/exports/index.ts'
import { isRefusedPeriod, parsePeriod } from '#kernel/periods/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Command, House, Terminal } from '#kernel/slice.ts'
import { authorityByCode } from '#slices/places/index.ts'
import { exportedAuthorities, exportedMeasures, exportedObservations } from './exporting.ts'
import { measureByCode } from './measures/queries.ts'
import { periodsLabelled } from './observations/export.ts'
import type { ObservationFilters } from './observations/queries.ts'

const actor: Actor = { kind: 'system', name: 'command line' }

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write figures, measures or authorities to CSV, XLSX, ODS or JSON',
  help: `npm run -s bv -- export observations|measures|authorities --format csv|xlsx|ods|json [--out FILE]
    [--measure CODE] [--authority CODE] [--period LABEL] [--as-known-at MOMENT]

The filters are for observations; --as-known-at is for measures too. Without --out the file is written
to standard output. Numbers are exact: in JSON they are numbers with every digit that was published.`,
  async run(args, house, terminal) {
    const { values, positionals } = parseArgs({
      args, allowPositionals: true,
      options: {
        format: { type: 'string' }, out: { type: 'string' }, measure: { type: 'string' }, authority: { type: 'string' },
        period: { type: 'string' }, 'as-known-at': { type: 'string' },
      },
    })
    const format = exportFormats.find((one) => one === values.format)
    if (!format) throw refused('Say in which format: --format csv, --format xlsx, --format ods or --format json.')
    const stray = (['measure', 'authority', 'period'] as const).filter((filter) => values[filter] !== undefined)
    if (positionals[0] !== 'observations' && stray.length > 0) throw refused(`--${stray[0]} narrows observations only. Leave it out, or export observations.`)
    const knownAt = momentGiven(values['as-known-at'], 'as-known-at')
    const table = await tableOf(positionals[0], { ...values, knownAt }, house.store)
    await writeOut(table, format, values.out, terminal, house)
    return 0
  },
}

interface Asked {
  measure?: string | undefined
  authority?: string | undefined
  period?: string | undefined
  knownAt?: Date | undefined
}

async function tableOf(what: string | undefined, asked: Asked, store: Store): Promise<Export> {
  switch (what) {
    case 'observations':
      return exportedObservations(store, actor, await store.read(actor, (db) => filterOf(db, asked)))
    case 'measures':
      return exportedMeasures(store, actor, asked.knownAt)
    case 'authorities':
      return exportedAuthorities(store, actor)
    default:
      throw refused('Say what to export: observations, measures or authorities.')
  }
}

async function filterOf(db: Reader, { measure, authority, period, knownAt }: Asked): Promise<ObservationFilters> {
  return {
    knownAt,
    ...(measure === undefined ? {} : { measure: await measureByCode(db, measure) }),
    ...(authority === undefined ? {} : { authority: (await authorityByCode(db, authority)).id }),
    ...(period === undefined ? {} : { periods: await periodIds(db, period) }),
  }
}

/** Every kept period of the label, however it is spelt. */
async function periodIds(db: Reader, label: string): Promise<number[]> {
  const read = parsePeriod(label)
  const found = await periodsLabelled(db, isRefusedPeriod(read) ? [label] : [label, read.label])
  if (found.length === 0) throw refused(`No figure is for the period "${label}".`)
  return found
}

async function writeOut(table: Export, format: ExportFormat, path: string | undefined, { err }: Terminal, { config, log, now }: House): Promise<void> {
  const file = written({ ...table, mark: false }, format, { source: config.baseUrl, madeAt: now() })
  if (path === undefined) return pipeline(file, process.stdout, { end: false })
  await pipeline(file, createWriteStream(path)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.syscall === 'open') throw refused(`${path} cannot be written (${cause.code}). Choose a folder that is there and a file this account may write.`)
    throw cause
  })
  log.debug({ path }, 'exported')
  err(`Written to ${path}.`)
}
