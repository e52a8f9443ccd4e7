import type { Actor } from '#kernel/access/actor.ts'
import type { TestStore } from '#kernel/testing/store.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { importFile, readRecipe, type ImportReport } from '#slices/indicators/index.ts'
import type { NumberedFile } from './files.ts'

const system: Actor = { kind: 'system', name: 'hostile files' }

const usual = {
  recipe: 'hostile', title: 'Hostile files', publisher: 'Test', source: 'a test', licence: 'none', produces: 'observations', file: { header: 'find' },
  authority: { column: 'Council', by: 'name' }, period: { column: 'Year' }, measure: { code: { fixed: 'hostile' } }, values: [{ value: 'Value' }],
}

/** What became of one file. `faults` are ours: what should not have happened, whatever the file. */
export interface Trial {
  number: number
  kind: string
  outcome: ImportReport['outcome'] | 'fault'
  reason: string
  milliseconds: number
  faults: string[]
}

/** Longer than any file may take before it is given up. */
const patience = 120_000

/** Brings one file in, in earnest, and holds the store before against the store afterwards. */
export async function tryFile({ store, raw }: TestStore, file: NumberedFile): Promise<Trial> {
  const { produces, ...own } = { produces: 'observations', ...file.recipe }
  const recipe = readRecipe(JSON.stringify(produces === 'layout' ? { ...headOf(usual), produces, ...own } : { ...usual, ...own }), 'hostile.json')
  const before = await fingerprint(raw)
  const begun = performance.now()
  const { report, problem } = await settled(importFile(store, system, { name: file.name, open: sourceOf(file.bytes) }, recipe))
  const milliseconds = performance.now() - begun
  const faults: string[] = []
  if (problem !== undefined) faults.push(problem)
  const changed = before !== (await fingerprint(raw))
  if (report?.outcome !== 'imported' && changed) faults.push('something was kept of a file that was not imported')
  if (report?.outcome === 'imported') faults.push(...(await keptInPart(raw, report)))
  if (file.must === 'refused' && report && report.outcome !== 'refused') faults.push(`the outcome is ${report.outcome}`)
  if (report?.outcome === 'refused' && !isPlain(report)) faults.push(`the reason is not plain: ${JSON.stringify(report.refusals[0])}`)
  return { number: file.number, kind: file.kind, outcome: report?.outcome ?? 'fault', reason: report?.refusals[0]?.message ?? '', milliseconds, faults }
}

const headOf = ({ recipe, title, publisher, source, licence }: typeof usual) => ({ recipe, title, publisher, source, licence })

async function settled(work: Promise<ImportReport>): Promise<{ report?: ImportReport; problem?: string }> {
  const { promise, resolve } = Promise.withResolvers<{ problem: string }>()
  const alarm = setTimeout(() => resolve({ problem: `it took longer than ${patience / 1000} seconds` }), patience)
  try {
    return await Promise.race([work.then((report) => ({ report })), promise])
  } catch (cause) {
    return { problem: `an error instead of a report: ${cause instanceof Error ? (cause.stack ?? cause.message).slice(0, 600) : String(cause)}` }
  } finally {
    clearTimeout(alarm)
  }
}

/** A sentence for a person: what is wrong and what is expected, without the words of a program, and not endless. */
function isPlain({ refusals }: ImportReport): boolean {
  return refusals.length > 0 && refusals.every(({ message, expected, seen }) =>
    message.length > 10 && message.length < 3_000 && expected.length > 2 && seen.length <= 3_000 && !/undefined|\[object|\bat .*\.ts:|TypeError|RangeError/.test(message))
}

type Raw = TestStore['raw']

/** Every figure that a report counts is there. */
async function keptInPart(raw: Raw, { import: id, counts, produces }: ImportReport): Promise<string[]> {
  if (produces !== 'observations') return []
  const [row] = await raw.rows<{ kept: number }>(`select count(*)::int as kept from indicators.observation where import = ${id ?? 0}`)
  const counted = counts.new + counts.revised
  return row?.kept === counted ? [] : [`${row?.kept ?? 0} figures were kept of ${counted}`]
}

let statement: string | null = null

/** One text for the contents of every table, however the rows lie, in one question. */
async function fingerprint(raw: Raw): Promise<string> {
  statement ??= await statementFor(raw)
  const [row] = await raw.rows<{ sum: string }>(statement)
  return row?.sum ?? ''
}

async function statementFor(raw: Raw): Promise<string> {
  const tables = await raw.rows<{ name: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and c.relpersistence = 'p' order by 1`)
  if (tables.length < 20) throw new Error(`Only ${tables.length} tables were seen.`)
  const sums = tables.map(({ name }) => `select '${name} ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as sum from ${name} t`)
  return `select string_agg(sum, ',' order by sum) as sum from (${sums.join(' union all ')}) every_table`
}
