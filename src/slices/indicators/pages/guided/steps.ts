/** The steps of a guided import with their addresses, and how far somebody has come. No database, no web. */
import { countOf, formatCount } from '#kernel/figures/index.ts'
import { uploadAddress } from '../addresses.ts'
import type { Upload } from '../uploads.ts'
import { sizeInWords } from '../words.ts'
import type { Guided, Part } from './state.ts'

export const guideAddress = (id: string, part?: Part) => `${uploadAddress(id)}/guide${part ? `/${part}` : ''}`

const partTitles: Record<Part, string> = {
  found: 'What we found', columns: 'What the columns mean', measures: 'About the measures', names: 'Names to confirm',
}

interface Step {
  title: { text: string }
  hint: { text: string }
  href?: string
  status: { text: string } | { tag: { text: string; classes?: string } }
}

const done = { text: 'Done' }
const open = (text: string) => ({ tag: { text, classes: 'govuk-tag--blue' } })

/** The list of steps as govuk-frontend's task list takes it. */
export function stepsOf(upload: Upload, { seen, done: past }: Guided): Step[] {
  const readable = seen.problem === null
  const step = (part: Part, number: string, summary: string, ready: boolean): Step => ({
    title: { text: `${number} ${partTitles[part]}` }, hint: { text: summary },
    ...(ready ? { href: guideAddress(upload.id, part) } : {}),
    status: past.includes(part) ? done : ready ? open('To do') : { text: 'Cannot start yet' },
  })
  const unsettled = readable ? seen.proposal.whose.unsettled.length : 0
  const isDrafted = readable && seen.proposal.recipe !== null
  return [
    { title: { text: '1 The file' }, hint: { text: `${upload.file_name}, ${sizeInWords(upload.bytes)}` }, status: done },
    step('found', '2', foundSummary(seen), true),
    step('columns', '3', columnsSummary(seen), readable),
    step('measures', '3b', readable ? seen.proposal.definition.title : '', readable && past.includes('columns')),
    step('names', '4', !readable ? '' : unsettled === 0 ? 'Every authority in the file is known.' : `${countOf(unsettled, 'name or code is', 'names or codes are')} not surely an authority.`, isDrafted && past.includes('measures')),
    { title: { text: '5 Preview' }, hint: { text: 'What would happen, figure by figure. Nothing is saved before its last button.' }, ...(upload.checked ? { href: uploadAddress(upload.id), status: open('Ready') } : { status: { text: 'Cannot start yet' } }) },
    { title: { text: '6 Done' }, hint: { text: 'The report of the import.' }, status: { text: 'Cannot start yet' } },
  ]
}

export function foundSummary(seen: Guided['seen']): string {
  if (seen.problem !== null) return seen.problem
  const { proposal: { header, rows, columns } } = seen
  return `${header.line === null ? 'No header' : `Header on line ${header.line}`}, ${countOf(columns.length, 'column')}, ${formatCount(rows)} rows below it.`
}

function columnsSummary(seen: Guided['seen']): string {
  if (seen.problem !== null) return ''
  const { columns, questions } = seen.proposal
  const figures = columns.filter(({ role }) => role.startsWith('value')).length
  const first = `${countOf(figures, 'column of figures', 'columns of figures')}, ${columns.filter(({ role }) => role === 'ignore').length} left out.`
  return questions.length > 0 ? `${first} ${countOf(questions.length, 'question is', 'questions are')} open.` : first
}

/** "Step 3 of 6" over the title of a page. */
export const captionOf = (number: string, { file_name: name }: Upload) => `Step ${number} of 6 · ${name}`
