/** Step 2: how the file was read, with an excerpt, to be put right where it was read wrongly. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { countOf } from '#kernel/figures/index.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { noChoices, type Choices } from '../../guessing/choices.ts'
import type { Upload } from '../uploads.ts'
import { guidedUpload, guideCrumbs, keep, lookAgain, toSteps, uploadOptions } from './guide.ts'
import type { Guided, Seen } from './state.ts'
import { captionOf, foundSummary, guideAddress } from './steps.ts'

const form = z.object({
  encoding: z.enum(['', 'utf-8', 'windows-1252', 'iso-8859-15', 'utf-16le', 'utf-16be'], 'Choose how the characters are written'),
  delimiter: z.enum(['', ',', ';', 'tab', '|'], 'Choose what parts the cells'),
  sheet: z.string().max(200),
  path: z.string().max(1_000),
  header: z.string().trim().refine((typed) => typed === '' || /^(none|\d{1,4})$/i.test(typed) && typed !== '0', 'Give the line of the header as a number, such as 3; leave it empty to have it found; or type “none”'),
})

const encodings = [
  { value: '', text: 'Find out from the file' }, { value: 'utf-8', text: 'UTF-8' }, { value: 'windows-1252', text: 'Windows-1252 (western European)' },
  { value: 'iso-8859-15', text: 'ISO 8859-15' }, { value: 'utf-16le', text: 'UTF-16LE' }, { value: 'utf-16be', text: 'UTF-16BE' },
]
const delimiters = [
  { value: '', text: 'Find out from the file' }, { value: ',', text: 'Commas' }, { value: ';', text: 'Semicolons' }, { value: 'tab', text: 'Tabs' }, { value: '|', text: 'Upright lines' },
]
const delimiterWords: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'upright lines' }

const pathWords = (path: readonly string[]) => (path.length === 0 ? 'The whole document' : path.join('.'))

export function foundRoutes(app: FastifyInstance, house: House): void {
  const address = '/imports/new/:upload/guide/found'

  app.get<{ Params: { upload: string } }>(address, uploadOptions, async (request, reply) => {
    const found = await guidedUpload(request, house)
    return found ? show(reply, found.upload, found.guided.seen, blankForm(form, typedOf(found.guided.choices))) : toSteps(request, reply)
  })

  app.post<{ Params: { upload: string } }>(address, uploadOptions, async (request, reply) => {
    const found = await guidedUpload(request, house)
    return found ? settle(request, reply, house, found) : toSteps(request, reply)
  })
}

function typedOf({ reading: { encoding, delimiter, header, sheet, path } }: Choices) {
  return { sheet: sheet ?? '', path: path ? JSON.stringify(path) : '', encoding: encoding ?? '', delimiter: delimiter === '\t' ? 'tab' : (delimiter ?? ''), header: String(header ?? '') }
}

async function settle(request: FastifyRequest, reply: FastifyReply, house: House, { upload, guided }: { upload: Upload; guided: Guided }): Promise<FastifyReply> {
  const read = readForm(form, request.body)
  if (read.faults) return show(reply.code(422), upload, guided.seen, refusedForm(read))
  const reading = readingOf(read.values, guided.seen.problem === null ? guided.seen.reading.lists.map(({ path }) => path) : [])
  // Another header means other columns, about which nothing was said yet.
  const isSame = JSON.stringify(reading) === JSON.stringify(guided.choices.reading)
  const choices = isSame ? guided.choices : { ...noChoices(), reading, definition: guided.choices.definition }
  const seen = isSame ? guided.seen : await lookAgain(request, house, upload, choices)
  const faults = faultsOf(seen, reading)
  if (faults.length > 0) return show(reply.code(422), upload, seen, refusedForm({ faults, typed: { ...read.values } }))
  await keep(request, house, upload, guided, choices, seen, 'found')
  const wantsToLook = typeof request.body === 'object' && request.body !== null && 'do' in request.body && request.body.do === 'look'
  return reply.redirect(guideAddress(upload.id, wantsToLook ? 'found' : 'columns'), 303)
}

function readingOf({ encoding, delimiter, header, sheet, path }: z.output<typeof form>, lists: readonly string[][]): Choices['reading'] {
  const list = lists.find((one) => JSON.stringify(one) === path)
  return {
    ...(sheet === '' ? {} : { sheet }), ...(list ? { path: list } : {}),
    ...(encoding === '' ? {} : { encoding }),
    ...(delimiter === '' ? {} : { delimiter: delimiter === 'tab' ? '\t' as const : delimiter }),
    ...(header === '' ? {} : { header: header.toLowerCase() === 'none' ? 'none' as const : Number(header) }),
  }
}

function faultsOf(seen: Seen, { header }: Choices['reading']): Fault[] {
  if (seen.problem !== null) return [{ field: 'encoding', message: seen.problem }]
  if (typeof header === 'number' && seen.proposal.header.line !== header) return [{ field: 'header', message: `No row of the file begins on line ${header}` }]
  return []
}

function show(reply: FastifyReply, upload: Upload, seen: Seen, view: FormView): FastifyReply {
  const readable = seen.problem === null
  return reply.header('cache-control', 'no-store').page('slices/indicators/views/guided/found.njk', {
    title: 'What we found',
    section: upload.file_name,
    breadcrumbs: guideCrumbs(upload, { text: 'What we found' }),
    caption: captionOf('2', upload),
    address: guideAddress(upload.id, 'found'),
    form: view,
    errorSummary: view.errorSummary,
    summary: foundSummary(seen),
    problem: seen.problem,
    facts: readable ? [
      ...(seen.reading.sort === 'spreadsheet' ? [] : [{ term: 'Characters', text: `${seen.reading.encoding.toUpperCase()}: ${seen.reading.encodingReason}` }]),
      ...(seen.reading.delimiter === null ? [] : [{ term: 'Cells', text: `parted by ${delimiterWords[seen.reading.delimiter] ?? seen.reading.delimiter}` }]),
      ...(seen.reading.sheet === null ? [] : [{ term: 'Sheet', text: seen.reading.sheets.length > 1 ? `“${seen.reading.sheet}”, one of ${seen.reading.sheets.length} with anything in them` : `“${seen.reading.sheet}”` }]),
      ...(seen.reading.path === null ? [] : [{ term: 'List', text: pathWords(seen.reading.path) }]),
      { term: 'Header', text: seen.proposal.header.reason },
      ...(seen.proposal.titles.length > 0 ? [{ term: 'Above the table', text: seen.proposal.titles.slice(0, 4).join(' · ').slice(0, 300) }] : []),
    ] : [],
    excerpt: readable ? { headerLine: seen.proposal.header.line, rows: seen.excerpt, width: Math.max(...seen.excerpt.map(({ cells }) => cells.length)), columns: seen.proposal.columns.length } : null,
    isText: !readable || seen.reading.sort === 'text',
    isJson: readable && seen.reading.sort === 'json',
    sheets: readable ? [{ value: '', text: 'The one with most in it' }, ...seen.reading.sheets.map((name) => ({ value: name, text: name }))] : [],
    lists: readable ? [{ value: '', text: 'The longest list of records' }, ...seen.reading.lists.map(({ path, rows }) => ({ value: JSON.stringify(path), text: `${pathWords(path)} (${countOf(rows, 'row')})` }))] : [],
    encodings, delimiters,
  })
}
