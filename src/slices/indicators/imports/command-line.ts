/** The commands import, imports and recipes. */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import { momentExample, momentOf } from '#kernel/db/known-at.ts'
import { compareDecimals, countOf, formatCount, formatMoment } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Command, Terminal } from '#kernel/slice.ts'
import { withdrawImport } from './commands.ts'
import type { Progress } from './preparing.ts'
import { changesOf, type FigureChange } from '../observations/changes.ts'
import { importById, imports, statedMoment, warningsOf } from './queries.ts'
import { recipeCommands, recipeNamed, refuseIfMissing } from './recipe-commands.ts'
import { placeOf, type ImportReport } from './report.ts'
import { importFile, type ImportOptions } from './run.ts'

const actor: Actor = { kind: 'system', name: 'command line' }

const importCommand: Command = {
  name: 'import',
  summary: 'Bring in files publishers put out, by a recipe',
  help: `npm run -s bv -- import FILE... --recipe NAME|FILE [--dry-run] [--known-at MOMENT] [--json]

Brings each file in as the recipe says: all of it, or nothing when any of it cannot be read.

  --recipe     a ready or saved recipe (see "recipes"), or a recipe file of your own
  --dry-run    do everything, keep nothing, report the same
  --known-at   when the figures became known, such as 2023-08-15: to load earlier releases, in their order
  --json       one report for each file, for machines

Ends with 0 when every file was imported or held nothing new, with 1 when any was refused.`,
  async run(args, { store }, terminal) {
    const { values, positionals } = parseArgs({
      args, allowPositionals: true,
      options: { recipe: { type: 'string' }, 'dry-run': { type: 'boolean' }, 'known-at': { type: 'string' }, json: { type: 'boolean' } },
    })
    if (positionals.length === 0) throw refused('Name at least one file to import.')
    if (values.recipe === undefined) throw refused('Say by which recipe: --recipe NAME or --recipe FILE. "recipes" lists them.')
    const recipe = await recipeNamed(store, values.recipe)
    const options: ImportOptions = {
      dryRun: values['dry-run'] ?? false,
      progress: (progress) => terminal.progress(progressLine(progress)),
      ...(values['known-at'] === undefined ? {} : { knownAt: startOf(values['known-at']) }),
    }
    const reports: ImportReport[] = []
    for (const path of positionals) {
      refuseIfMissing(path)
      const report = await importFile(store, actor, { name: basename(path), open: () => createReadStream(path) }, recipe, options)
      terminal.progress('')
      reports.push(report)
      if (!values.json) printReport(report, terminal)
    }
    if (values.json) terminal.out(JSON.stringify(reports, null, 2))
    return reports.some((report) => report.outcome === 'refused') ? 1 : 0
  },
}

/** A date alone is the beginning of that day here: figures published on it are known at its end. */
function startOf(text: string): Date {
  const moment = momentOf(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00Z` : text)
  if (!moment) throw refused(`"${text}" is not a moment. ${momentExample}.`)
  return moment
}

const phases: Record<Progress['phase'], string> = { reading: 'reading', comparing: 'setting beside the store', checking: 'checking', writing: 'writing' }
const progressLine = ({ phase, rows }: Progress) => `${phases[phase]}: ${countOf(rows, 'row')}`

const mostShown = 20

function printReport(report: ImportReport, { out, err }: Terminal): void {
  const say = report.outcome === 'refused' ? err : out
  report.explanation.forEach(say)
  for (const refusal of report.refusals.slice(0, mostShown)) {
    const where = placeOf(refusal)
    say(`  ${where}${where === '' ? '' : ': '}${refusal.message}`)
  }
  if (report.refusals.length > mostShown) say(`  … and others (--json lists the first 200 kinds).`)
  if (report.import === null) return
  // A register cannot be taken back: see withdrawImport.
  out(report.produces === 'authorities' ? `This is import ${report.import}.` : `This is import ${report.import}. To take it back: imports withdraw ${report.import} --why "…".`)
}

const importsCommand: Command = {
  name: 'imports',
  summary: 'List imports, or show one with its warnings and change list',
  help: `npm run -s bv -- imports [--json]
npm run -s bv -- imports show ID [--json]
npm run -s bv -- imports withdraw ID [--why "REASON"] [--json]

Lists what was imported, the latest first. "show" adds the recipe, the first warnings and the first changes; with --json
the recipe as used, every warning and every change. "withdraw" takes an import back: what it brought ends now, and what
it replaced stands again. Nothing is erased.`,
  async run(args, { store }, { out }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    const made = await store.read(actor, (db) => imports(db, 1000))
    if (values.json) out(JSON.stringify(made, null, 2))
    else if (made.length === 0) out('Nothing has been imported yet.')
    for (const { id, made_at, produces, file_name, recipe_name, made_by, counts, withdrawn_at } of values.json ? [] : made) {
      const state = withdrawn_at ? `, withdrawn ${formatMoment(withdrawn_at)}` : ''
      out(`${String(id).padStart(5)}  ${formatMoment(made_at)}  ${file_name} by ${recipe_name}: ${formatCount(counts.new)} new, ${formatCount(counts.revised)} revised ${produces} (${made_by}${state})`)
    }
    return 0
  },
}

const showCommand: Command = {
  name: 'imports show',
  summary: 'Show one import: warnings and what it changed',
  help: importsCommand.help,
  async run(args, { store }, { out }) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
    const id = importNumber(positionals[0])
    const shown = await store.read(actor, async (db) => ({
      ...(await importById(db, id)),
      warnings: await warningsOf(db, id, 10_000),
      // What an import replaced is news; of one that replaced nothing, what it brought.
      changes: [
        ...(await changesOf(db, id, { limit: mostOf(values.json), offset: 0, only: 'replaced' })),
        ...(await changesOf(db, id, { limit: mostOf(values.json), offset: 0, only: 'new' })),
      ],
    }))
    if (values.json) {
      out(JSON.stringify(shown, null, 2))
      return 0
    }
    out(`Import ${id}: ${shown.file_name} by ${shown.recipe_name}, ${formatMoment(shown.made_at)}, ${shown.made_by}.`)
    const stated = statedMoment(shown)
    if (stated) out(`Known from ${formatMoment(stated)}, as stated when it was imported.`)
    out(`${formatCount(shown.counts.new)} new, ${formatCount(shown.counts.revised)} revised, ${formatCount(shown.counts.unchanged)} the same.`)
    if (shown.withdrawn_at) out(`Withdrawn ${formatMoment(shown.withdrawn_at)} by ${shown.withdrawn_by ?? ''}: ${shown.withdrawn_why ?? ''}`)
    out(recipeLine(shown.recipe))
    if (shown.produces === 'observations') printList(out, 'Figures that changed', shown.changes.map(changeLine), shown.counts.new + shown.counts.revised)
    printList(out, 'Warnings', shown.warnings.map(warningLine), shown.warnings.length)
    return 0
  },
}

/** Enough to print, or everything for machines. */
const mostOf = (json: boolean | undefined) => (json ? 1_000_000 : mostShown)

function printList(out: Terminal['out'], title: string, lines: readonly string[], count: number): void {
  if (count === 0) return
  const shown = lines.slice(0, mostShown)
  out(shown.length < count ? `${title}, the first ${shown.length} of ${formatCount(count)} (--json lists all):` : `${title}:`)
  for (const line of shown) out(`  ${line}`)
}

/** The recipe as used is kept as JSON; one from another version of the program may lack some of this. */
function recipeLine(recipe: unknown): string {
  const { recipe: name = '', title = '', publisher = '', source = '' } = recipe as Record<string, string | undefined>
  return `Recipe ${name}: ${title} (${publisher}, ${source}). --json shows it as used.`
}

const warningLine = ({ check_name, line, message }: { check_name: string; line: number | null; message: string }) =>
  `${check_name}, ${line === null ? 'whole file' : `line ${line}`}: ${message}`

const withdrawCommand: Command = {
  name: 'imports withdraw',
  summary: 'Take an import back',
  help: importsCommand.help,
  async run(args, { store }, { out }) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { why: { type: 'string' }, json: { type: 'boolean' } } })
    const id = importNumber(positionals[0])
    const result = await store.change(actor, 'imports.withdraw', (trx) => withdrawImport(trx, actor, id, values.why ?? 'no reason given'))
    if (values.json) out(JSON.stringify(result, null, 2))
    else result.explanation.forEach(out)
    return 0
  },
}

function changeLine(change: FigureChange): string {
  if (change.new) return `${change.measure}  ${change.period}  ${change.name}: new, ${change.is_now ?? change.is_now_reason ?? 'missing'}`
  const parts = [
    ['', change.was ?? change.was_reason, change.is_now ?? change.is_now_reason],
    ['numerator ', change.was_numerator, change.is_now_numerator],
    ['denominator ', change.was_denominator, change.is_now_denominator],
  ].filter(([, was, now]) => !sameText(was ?? null, now ?? null))
  const told = parts.map(([what, was, now]) => `${what ?? ''}was ${was ?? 'missing'}, is now ${now ?? 'missing'}`).join('; ')
  return `${change.measure}  ${change.period}  ${change.name}: ${told === '' ? 'another status or limit' : told}`
}

/** 3 and 3.0 are the same number; a reason is compared as it stands. */
function sameText(was: string | null, now: string | null): boolean {
  if (was === null || now === null) return was === now
  return /^-?\d/.test(was) && /^-?\d/.test(now) ? compareDecimals(was, now) === 0 : was === now
}

function importNumber(text: string | undefined): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) throw refused('Give the number of an import, as "imports" lists them.')
  return Number(text)
}

export const importCommands: Command[] = [importCommand, importsCommand, showCommand, withdrawCommand, ...recipeCommands]
