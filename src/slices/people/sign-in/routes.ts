import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { safeNext } from '#kernel/web/access-rules.ts'
import { endSession, sessionToken, startSession } from '#kernel/web/cookies.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { signIn, signOut } from './commands.ts'
import { signInForm, withoutPasswords } from './forms.ts'
import { carrierOf } from './identify.ts'

const query = z.object({ next: z.string().catch('') })

/** Signing in and out. */
export function signInRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()

  app.get('/sign-in', { config: { access: 'public' }, schema: { querystring: query } }, async (request, reply) => {
    const next = safeNext(request.query.next)
    const carrier = await carrierOf(house, request)
    if (carrier) return reply.redirect(carrier.mustChange ? passwordPage(next) : next, 303)
    return showSignIn(reply, house, blankForm(signInForm, { next }))
  })

  app.post('/sign-in', { config: { access: 'public' } }, async (request, reply) => {
    const form = readForm(signInForm, request.body)
    if (form.faults) return showSignIn(reply.code(422), house, refusedForm(form))
    const { email, password } = form.values
    const answer = await signIn(house, { email, password, ...callerOf(request), earlierToken: sessionToken(request, house.config) })
    if (!answer.signedIn) {
      const faults = answer.wait > 0 ? [waitFault(answer.wait)] : [wrong]
      const typed = { email, next: form.values.next }
      return showSignIn(reply.code(answer.wait > 0 ? 429 : 422), house, refusedForm({ faults, typed }))
    }
    startSession(reply, house.config, answer.token, answer.expires)
    const next = safeNext(form.values.next)
    return reply.redirect(answer.mustChange ? passwordPage(next) : next, 303)
  })

  app.post('/sign-out', { config: { access: 'public' } }, async (request, reply) => {
    const token = sessionToken(request, house.config)
    if (token) await signOut(house, token)
    endSession(reply, house.config)
    return reply.notice('You have signed out.').redirect('/sign-in', 303)
  })
}

const wrong: Fault = { field: 'email', message: 'The email address and password do not belong together. Check both and try again.' }

/** The same whether or not anybody has this address. */
export function waitFault(wait: number, field = 'email'): Fault {
  const seconds = Math.ceil(wait / 1000)
  const words = seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : seconds === 1 ? '1 second' : `${seconds} seconds`
  return { field, message: `Too many attempts did not succeed. Wait ${words}, then try again. Trying sooner does not make it longer.` }
}

/** Where a request comes from, as sessions and the count of failures keep it. */
export function callerOf(request: FastifyRequest): { address: string; browser: string | null } {
  return { address: request.ip, browser: request.headers['user-agent'] ?? null }
}

const passwordPage = (next: string) => `/account/password?next=${encodeURIComponent(next)}`

function showSignIn(reply: FastifyReply, house: House, form: FormView): FastifyReply {
  return reply.page('slices/people/views/sign-in.njk', {
    title: 'Sign in',
    breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Sign in' }],
    form: withoutPasswords(form),
    errorSummary: form.errorSummary,
    demonstration: house.config.demo === 'on',
  })
}
