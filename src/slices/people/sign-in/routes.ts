import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { safeNext } from '#kernel/web/access-rules.ts'
import { endSession, sessionToken, startSession, writeCookie } from '#kernel/web/cookies.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { inTroubleWords } from '../oidc/troubles.ts'
import { offerLeaving } from '../oidc/leaving.ts'
import { callerOf, waitFault } from './caller.ts'
import { signIn, signOut } from './commands.ts'
import { signInForm, withoutPasswords } from './forms.ts'
import { carrier, carrierOf, wayOn } from './identify.ts'

const query = z.object({ next: z.string().catch(''), trouble: z.string().catch(''), with: z.string().catch('') })

/** Signing in and out. */
export function signInRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { config } = house

  app.get('/sign-in', { config: { access: 'public' }, schema: { querystring: query } }, async (request, reply) => {
    const next = safeNext(request.query.next)
    const carrier = await carrierOf(house, request)
    if (carrier) return showWhyNot(reply, house, request.query.trouble, wayOn(house, carrier, next))
    return showSignIn(reply, house, blankForm(signInForm, { next }), request.query)
  })

  app.post('/sign-in', { config: { access: 'public' } }, async (request, reply) => {
    const form = readForm(signInForm, request.body)
    const refuse = (view: FormView, status = 422) => showSignIn(reply.code(status), house, view, { trouble: '', with: 'password' })
    if (form.faults) return refuse(refusedForm(form))
    const { email, password } = form.values
    const next = safeNext(form.values.next)
    const answer = await signIn(house, { email, password, next, ...callerOf(request), earlierToken: sessionToken(request, config) })
    if (answer.signedIn === 'half') {
      writeCookie(reply, config, 'half', answer.token, answer.expires)
      return reply.redirect('/sign-in/code', 303)
    }
    if (!answer.signedIn) {
      const faults = answer.wait > 0 ? [waitFault(answer.wait)] : [wrong]
      return refuse(refusedForm({ faults, typed: { email, next } }), answer.wait > 0 ? 429 : 422)
    }
    startSession(reply, config, answer.token, answer.expires)
    return reply.redirect(wayOn(house, await carrier(house, request), next), 303)
  })

  app.post('/sign-out', { config: { access: 'public' } }, async (request, reply) => {
    const token = sessionToken(request, config)
    const left = token ? await signOut(house, token) : null
    endSession(reply, config)
    const leaving = left?.method === 'provider' ? await offerLeaving(house, left.providerToken) : null
    return reply.notice('You have signed out.').redirect(leaving ? `/signed-out?leave=${leaving}` : '/sign-in', 303)
  })
}

const wrong: Fault = { field: 'email', message: 'The email address and password do not belong together. Check both and try again.' }

/** Somebody who is signed in goes on; unless they come back from the provider without what they went for, and then they are told why. */
function showWhyNot(reply: FastifyReply, house: House, trouble: string, nextHref: string): FastifyReply {
  const why = inTroubleWords(trouble, house.config.signIn.provider?.label ?? '')
  if (why === null) return reply.redirect(nextHref, 303)
  return reply.page('slices/people/views/not-confirmed.njk', { title: 'Nothing was done', breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Nothing was done' }], why, nextHref })
}

function showSignIn(reply: FastifyReply, house: House, form: FormView, asked: { trouble: string; with: string }): FastifyReply {
  const { provider, passwords } = house.config.signIn
  const trouble = inTroubleWords(asked.trouble, provider?.label ?? '')
  return reply.page('slices/people/views/sign-in.njk', {
    title: 'Sign in',
    breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Sign in' }],
    form: withoutPasswords(form),
    errorSummary: form.errorSummary ?? (trouble === null ? null : { titleText: 'There is a problem', errorList: [{ text: trouble, href: provider ? '#provider' : '#email' }] }),
    demonstration: house.config.demo === 'on' && house.config.demonstrationSignIns,
    provider: provider && { label: provider.label, href: `/sign-in/provider?next=${encodeURIComponent(String(form.typed.next ?? ''))}` },
    withPassword: passwords || asked.with === 'password',
    passwords,
  })
}
