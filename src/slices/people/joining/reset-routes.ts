import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { notFound, Problem } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { withoutPasswords } from '../sign-in/forms.ts'
import { hashPassword } from '../sign-in/passwords.ts'
import { faultOfPassword, networkOf, shortestPassword } from '../sign-in/rules.ts'
import { forgottenForm, newPasswordForm } from './forms.ts'
import { isWithin, type Limit } from './limits.ts'
import { choosePassword, holderOf, sendResetLink } from './password-reset.ts'

const linkQuery = z.object({ link: z.string().max(200).catch('') })

/** For one network address, behind which a whole council may stand. */
const perNetwork: Limit = { purpose: 'password resets of a network', most: 30, within: 3_600_000 }

/** Choosing a new password by a link sent to one's address. */
export function passwordResetRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const afterwards = new Set<Promise<void>>()
  app.addHook('onClose', async () => void (await Promise.all(afterwards)))

  app.get('/forgotten-password', { config: { access: 'public' } }, async (_request, reply) => {
    refuseWithoutPasswords(house)
    return showForgotten(reply, blankForm(forgottenForm))
  })

  app.post('/forgotten-password', { config: { access: 'public' } }, async (request, reply) => {
    refuseWithoutPasswords(house)
    const form = readForm(forgottenForm, request.body)
    if (form.faults) return showForgotten(reply.code(422), refusedForm(form))
    if (!(await isWithin(house, perNetwork, networkOf(request.ip)))) throw new Problem('too-many', 'Too many links were asked for from your network. Wait an hour and try again.')
    // The answer does not wait for it, so that the time it takes does not tell whether there is such an account.
    const work = sendResetLink(house, form.values.email)
      .catch((cause: unknown) => house.log.error({ err: cause, reference: request.id }, 'a link for a new password could not be made'))
      .finally(() => afterwards.delete(work))
    afterwards.add(work)
    return reply.page('slices/people/views/link-sent.njk', { title: 'Look at your email', breadcrumbs: crumbs('Forgotten password'), email: form.values.email, outbox: house.config.mail.carrier === 'outbox' })
  })

  // Looking changes nothing: programs that check mail for dangerous links open every one of them.
  app.get('/new-password', { config: { access: 'public' }, schema: { querystring: linkQuery } }, async (request, reply) => {
    const { link } = request.query
    const holder = await holderOf(house, link)
    return holder ? showNewPassword(reply, holder.name, blankForm(newPasswordForm, { link })) : showOver(reply)
  })

  app.post('/new-password', { config: { access: 'public' } }, async (request, reply) => {
    const form = readForm(newPasswordForm, request.body)
    const holder = await holderOf(house, form.values?.link ?? String(form.typed?.link ?? ''))
    if (!holder) return showOver(reply)
    if (form.faults) return showNewPassword(reply.code(422), holder.name, refusedForm(form))
    const { link, fresh } = form.values
    const fault = faultOfPassword(fresh, holder)
    if (fault) return showNewPassword(reply.code(422), holder.name, refusedForm({ faults: [{ field: 'fresh', message: fault }], typed: { link } }))
    await choosePassword(house, holder, await hashPassword(fresh))
    return reply.notice('Your password has been changed, and your sessions have ended. Sign in with the new one.').redirect('/sign-in', 303)
  })
}

function refuseWithoutPasswords({ config }: House): void {
  if (!config.signIn.passwords) throw notFound(`Passwords are not used here. Sign in with ${config.signIn.provider?.label ?? 'your organisation'}.`)
}

const crumbs = (page: string) => [{ text: 'Home', href: '/' }, { text: 'Sign in', href: '/sign-in' }, { text: page }]

function showForgotten(reply: FastifyReply, form: FormView): FastifyReply {
  return reply.page('slices/people/views/forgotten-password.njk', { title: 'Forgotten password', breadcrumbs: crumbs('Forgotten password'), form, errorSummary: form.errorSummary })
}

function showNewPassword(reply: FastifyReply, name: string, form: FormView): FastifyReply {
  return hidden(reply).page('slices/people/views/new-password.njk', {
    title: 'Choose a new password', breadcrumbs: crumbs('New password'), hasSecretAddress: true, name, form: withoutPasswords(form), errorSummary: form.errorSummary, shortest: shortestPassword,
  })
}

/** The same for a link that was used, ended, is too old or never was. */
function showOver(reply: FastifyReply): FastifyReply {
  return hidden(reply.code(404)).page('slices/people/views/link-over.njk', {
    title: 'This link does not work any more', breadcrumbs: crumbs('New password'), hasSecretAddress: true,
    again: { text: 'Ask for another link', href: '/forgotten-password' },
    why: 'A link for choosing a password works once, for an hour, until another is asked for and until the password is changed.',
  })
}

/** The address of such a page opens something, so no page that is opened from it learns more than where it came from. */
export const hidden = (reply: FastifyReply) => reply.header('referrer-policy', 'strict-origin').header('cache-control', 'no-store')
