import type { FastifyInstance, FastifyReply } from 'fastify'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import type { House } from '#kernel/slice.ts'
import { dropCookie, readCookie, sessionToken, startSession } from '#kernel/web/cookies.ts'
import { callerOf, waitFault } from './caller.ts'
import { completeSignIn } from './commands.ts'
import { wrongCode } from './confirm.ts'
import { codeForm, withoutPasswords } from './forms.ts'
import { halfWith } from './half.ts'
import { carrier, wayOn } from './identify.ts'

/** The page between the first factor and being signed in. */
export function codeRoutes(app: FastifyInstance, house: House): void {
  const { config } = house

  app.get('/sign-in/code', { config: { access: 'public' } }, async (request, reply) => {
    const half = await halfWith(house, readCookie(request, config, 'half'))
    return half ? showCodeForm(reply, blankForm(codeForm)) : reply.redirect('/sign-in?next=%2F', 303)
  })

  app.post('/sign-in/code', { config: { access: 'public' } }, async (request, reply) => {
    const token = readCookie(request, config, 'half')
    if (!(await halfWith(house, token))) return tooLate(reply)
    const form = readForm(codeForm, request.body)
    if (form.faults) return showCodeForm(reply.code(422), refusedForm(form))
    const { code, recovery } = form.values
    const answer = await completeSignIn(house, { token, code: recovery.trim() || code, ...callerOf(request), earlierToken: sessionToken(request, config) })
    if (answer.outcome === 'gone') return tooLate(reply)
    if (answer.outcome === 'refused') {
      const field = recovery.trim() ? 'recovery' : 'code'
      const fault = answer.wait > 0 ? waitFault(answer.wait, field) : { field, message: field === 'code' ? wrongCode : 'This recovery code was not accepted. Each opens once' }
      return showCodeForm(reply.code(answer.wait > 0 ? 429 : 422), refusedForm({ faults: [fault], typed: { code: '', recovery: '' } }))
    }
    dropCookie(reply, config, 'half')
    startSession(reply, config, answer.token, answer.expires)
    if (answer.left !== null) reply.notice(`You used a recovery code; ${answer.left === 0 ? 'none is' : answer.left === 1 ? '1 is' : `${answer.left} are`} left. You can make new ones in your account.`)
    return reply.redirect(wayOn(house, await carrier(house, request), answer.next), 303)
  })

  const tooLate = (reply: FastifyReply) => {
    dropCookie(reply, config, 'half')
    return reply.redirect('/sign-in?trouble=late&next=%2F', 303)
  }
}

function showCodeForm(reply: FastifyReply, form: FormView): FastifyReply {
  return reply.page('slices/people/views/code.njk', {
    title: 'Enter your code',
    breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Sign in', href: '/sign-in' }, { text: 'Code' }],
    form: withoutPasswords(form),
    errorSummary: form.errorSummary,
  })
}
