import { z } from 'zod'
import { choice, text, ticks } from '#kernel/forms/fields.ts'
import { isMailAddress } from '#kernel/mail/index.ts'
import { roles } from './rules.ts'

export const emailField = text('Enter an email address', 254).refine(isMailAddress, 'Enter an email address like name@example.gov.uk')
const rolesField = ticks(roles, 'Choose roles from the list')

export const inviteForm = z.object({
  email: emailField,
  roles: rolesField.refine((chosen) => chosen.length > 0, 'Choose at least one role'),
})

export const rolesForm = z.object({ roles: rolesField })

export const grantForm = z
  .object({
    email: emailField,
    subject: choice(['organisation', 'measure', 'list'], 'Choose what they may see'),
    number: z.string().trim(),
    why: text('Say why they need to see it'),
  })
  .superRefine((form, context) => {
    if (form.subject !== 'organisation' && !/^[1-9]\d{0,8}$/.test(form.number)) {
      context.addIssue({ code: 'custom', path: ['number'], message: `Enter the number of the ${form.subject}, such as 12` })
    }
  })
