import { z } from 'zod'
import { text } from '#kernel/forms/fields.ts'
import type { FormView } from '#kernel/forms/index.ts'
import { plainCode } from '../second-factor/rules.ts'

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

/** Six digits of an authenticator app, or a recovery code in its own field. */
export const codeForm = z
  .object({ code: z.string().max(100), recovery: z.string().max(100) })
  .superRefine(({ code, recovery }, context) => {
    if (recovery.trim() !== '') return
    if (!/^\d{6}$/.test(plainCode(code))) context.addIssue({ code: 'custom', path: ['code'], message: 'Enter the 6 digits your authenticator app shows' })
  })

/** A form goes back with everything typed, except passwords and codes, which never leave the server again. */
export function withoutPasswords(form: FormView): FormView {
  const typed = Object.entries(form.typed).filter(([field]) => !['password', 'current', 'fresh', 'code', 'recovery'].includes(field))
  return { ...form, typed: Object.fromEntries(typed) }
}
