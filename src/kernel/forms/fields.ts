import { z } from 'zod'

/** Text that must be there. Spaces around it are dropped. `missing` is what a person is told when it is empty. */
export function text(missing: string, longest = 500) {
  return z.string(missing).trim().min(1, missing).max(longest, `Use ${longest} characters or fewer`)
}

/** Text that may be left empty; null then. */
export function optionalText(longest = 500) {
  return z
    .string(`Give one answer`)
    .trim()
    .max(longest, `Use ${longest} characters or fewer`)
    .transform((typed) => (typed === '' ? null : typed))
}

/** One of a few answers. */
export function choice<const Options extends readonly [string, ...string[]]>(options: Options, missing: string) {
  return z.enum(options, missing)
}

/** Any number of tick boxes with the same name. A browser posts one ticked box as plain text and none as nothing. */
export function ticks<const Options extends readonly [string, ...string[]]>(options: Options, unknown: string) {
  return z.preprocess((posted) => (posted === '' ? [] : [posted].flat()), z.array(z.enum(options, unknown), unknown))
}

/** A whole number, written with or without thousands separators. */
export function wholeNumber(missing: string, { least, most }: { least: number; most: number }) {
  return z
    .string(missing)
    .trim()
    .transform((typed) => typed.replace(/[,\s]/g, ''))
    .refine((typed) => typed !== '', { error: missing, abort: true })
    .refine((typed) => /^-?\d+$/.test(typed), { error: 'Use a whole number, such as 12', abort: true })
    .transform(Number)
    .refine((value) => value >= least && value <= most, `Use a number from ${least} to ${most}`)
}
