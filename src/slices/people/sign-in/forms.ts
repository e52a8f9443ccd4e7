import { z } from 'zod'
import { text } from '#kernel/forms/fields.ts'
import type { FormView } from '#kernel/forms/index.ts'

/** A password is taken exactly as typed: spaces around it may belong to it. */
const password = (missing: string) => z.string(missing).min(1, missing).max(1000, 'This is too long to be a password')

export const signInForm = z.object({
  email: text('Enter your email address', 254),
  password: password('Enter your password'),
  next: z.string(),
})

export const passwordForm = z.object({
  current: password('Enter the password you use now'),
  fresh: password('Enter a new password'),
  next: z.string(),
})

/** A form goes back with everything typed, except passwords, which never leave the server again. */
export function withoutPasswords(form: FormView): FormView {
  const typed = Object.entries(form.typed).filter(([field]) => !['password', 'current', 'fresh'].includes(field))
  return { ...form, typed: Object.fromEntries(typed) }
}
