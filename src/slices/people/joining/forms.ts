import { z } from 'zod'
import { text } from '#kernel/forms/fields.ts'
import { emailField } from '../forms.ts'

/** What a one-time link carries, in a hidden field. */
const link = z.string().max(200)
const fresh = z.string().min(1, 'Enter a new password').max(1000, 'This is too long to be a password')

export const forgottenForm = z.object({ email: emailField })
export const newPasswordForm = z.object({ link, fresh })
export const acceptForm = z.object({ link, name: text('Enter your name', 200), fresh })
