import type { z } from 'zod'
import type { Fault } from '../problems.ts'

/** What a person typed, by field, exactly as it was posted; a field that may be repeated holds a list. */
export type Typed = Record<string, string | string[]>

/** A form that was accepted, or one that goes back to the person with everything typed and what to put right. */
export type FormReading<T> =
  { values: T; faults?: never; typed?: never } | { values?: never; faults: Fault[]; typed: Typed }

/** What govuk-frontend's error summary takes. */
export interface ErrorSummary {
  titleText: string
  errorList: { text: string; href: string }[]
}

/** A form as a template shows it: text for every field, a message beside each faulty one, and the summary at the top. */
export interface FormView {
  typed: Typed
  /** By field; absent where nothing is wrong. Fits `errorMessage` of govuk-frontend's fields. */
  faults: Record<string, { text: string }>
  errorSummary: ErrorSummary | null
}

type FormSchema = z.ZodObject

/**
 * Reads a posted form by its schema, which also holds the words of each refusal. A field the browser left out (an unticked
 * box) counts as empty text. Each field is reported once, in the order of the schema.
 */
export function readForm<S extends FormSchema>(schema: S, body: unknown): FormReading<z.output<S>> {
  const typed = typedIn(schema, body)
  const read = schema.safeParse(typed)
  if (read.success) return { values: read.data }
  return { faults: inOrder(schema, faultsOf(read.error)), typed }
}

/** A form nobody has filled in yet, or one filled in with what is already known. */
export function blankForm(schema: FormSchema, known: Typed = {}): FormView {
  return { typed: typedIn(schema, known), faults: {}, errorSummary: null }
}

/** A refused form, ready for the page it came from. */
export function refusedForm(reading: { faults: Fault[]; typed: Typed }): FormView {
  return {
    typed: reading.typed,
    faults: Object.fromEntries(reading.faults.map(({ field, message }) => [field, { text: message }])),
    errorSummary: errorSummaryOf(reading.faults),
  }
}

/** The list at the top of a refused page, each fault linked to its field. */
export function errorSummaryOf(faults: Fault[]): ErrorSummary {
  return {
    titleText: 'There is a problem',
    errorList: faults.map(({ field, message }) => ({ text: message, href: `#${field}` })),
  }
}

/** One fault for each field: the first thing that is wrong with it. */
export function faultsOf(error: z.ZodError): Fault[] {
  const byField = new Map<string, Fault>()
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) byField.set(key, { field: key, message: 'There is nothing of this name to ask for. Check its spelling' })
      continue
    }
    const field = issue.path.join('.')
    if (!byField.has(field)) byField.set(field, { field, message: issue.message })
  }
  return [...byField.values()]
}

function typedIn(schema: FormSchema, body: unknown): Typed {
  const posted: object = typeof body === 'object' && body !== null ? body : {}
  const given = new Map<string, unknown>(Object.entries(posted))
  return Object.fromEntries(Object.keys(schema.shape).map((field) => [field, asText(given.get(field))]))
}

function asText(value: unknown): string | string[] {
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : ''))
  return typeof value === 'string' ? value : ''
}

function inOrder(schema: FormSchema, faults: Fault[]): Fault[] {
  const place = (fault: Fault) => Object.keys(schema.shape).indexOf(fault.field.split('.')[0] ?? '')
  return faults.toSorted((a, b) => place(a) - place(b))
}
