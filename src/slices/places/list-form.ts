/** The form for a hand-picked list: what was typed, whom it means, and what is asked back. */
import { z } from 'zod'
import { text } from '#kernel/forms/fields.ts'
import type { Fault } from '#kernel/problems.ts'
import type { DoubtfulLine } from './naming.ts'

export const listForm = z.object({
  name: text('Give the list a name', 120),
  organisation: z.string(),
  members: text('Name the authorities, one on each line', 50_000),
  /** Answers to "who is meant": a code, a space and the line as it was typed; empty where nothing was chosen. */
  meant: z.preprocess((posted) => [posted].flat(), z.array(z.string())),
})

/** The lines as typed, each that was asked about with the code of the authority chosen for it. */
export function answeredLines(typed: string, meant: readonly string[]): string[] {
  const codes = new Map(meant.filter((answer) => answer !== '').map((answer) => {
    const at = answer.indexOf(' ')
    return [answer.slice(at + 1), answer.slice(0, at)]
  }))
  return typed.split(/\r?\n/).map((line) => {
    const code = codes.get(line.trim())
    return code === undefined ? line : `${line.trim()} (${code})`
  })
}

/** An authority as a line of the form, in a way that is read back without doubt. */
export const lineFor = ({ known_name, code }: { known_name: string; code: string }) => `${known_name} (${code})`

/** What is asked about lines that are not surely one authority: a choice of candidates, where there are any. */
export function questionsAbout(doubtful: readonly DoubtfulLine[]) {
  return doubtful.map(({ line, why, candidates }, place) => ({
    id: `meant-${place + 1}`,
    why,
    label: `Who is “${line}”?`,
    options: candidates.length === 0 ? [] : [
      { value: '', text: 'Choose, or correct the line above' },
      ...candidates.map(({ code, name, starts, ends }) => ({ value: `${code} ${line}`, text: `${name} (${code})${span(starts, ends)}` })),
    ],
  }))
}

/** Dates that tell namesakes apart. */
function span(starts: string | null, ends: string | null): string {
  if (ends !== null) return `, until ${ends}`
  return starts === null ? '' : `, from ${starts}`
}

export function faultsOfDoubt(doubtful: readonly DoubtfulLine[]): Fault[] {
  if (doubtful.length === 0) return []
  const lines = doubtful.map(({ line }) => `“${line}”`)
  return [{ field: 'members', message: `Say who is meant by ${lines.slice(0, 5).join(', ')}${lines.length > 5 ? ` and ${lines.length - 5} more` : ''}` }]
}
