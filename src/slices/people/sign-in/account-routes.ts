import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { formatMoment } from '#kernel/figures/index.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { safeNext } from '#kernel/web/access-rules.ts'
import { startSession } from '#kernel/web/cookies.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { grantsTo, ownAccount } from '../queries.ts'
import { grantWords, rolesInWords } from '../rules.ts'
import { identityOf } from '../oidc/queries.ts'
import { secondFactorInWords } from '../second-factor/pages.ts'
import { authenticatorsOf, recoveryCodesOf } from '../second-factor/queries.ts'
import { telling } from '../telling.ts'
import { callerOf, waitFault } from './caller.ts'
import { changePassword, checkOwnPassword } from './commands.ts'
import { confirmed } from './confirm.ts'
import { passwordForm, withoutPasswords } from './forms.ts'
import { carrier, wayOn } from './identify.ts'
import { hashPassword } from './passwords.ts'
import { browserInWords, faultOfPassword, shortestPassword } from './rules.ts'
import { endOtherSessions, newToken, openSessionsOf, revokeSession, type Identified } from './sessions.ts'

const query = z.object({ next: z.string().catch('') })
const sessionAddress = z.object({ session: z.coerce.number().int().positive().max(2 ** 31 - 1) })

/** One's own account: what it is, its password, its sessions. */
export function accountRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, now } = house

  app.get('/account', { config: { access: 'signed-in' } }, async (request, reply) => {
    const { actor, session } = await carrier(house, request)
    const found = await store.read(actor, async (db) => ({
      account: await ownAccount(db, actor.account),
      sessions: await openSessionsOf(db, actor.account, now()),
      grants: await grantsTo(db, actor.account),
      apps: await authenticatorsOf(db, actor.account),
      codes: await recoveryCodesOf(db, actor.account),
      identity: await identityOf(db, actor.account),
    }))
    return reply.page('slices/people/views/account.njk', {
      title: 'Your account', breadcrumbs: crumbs(), ...accountPage(actor, session, found),
      secondFactor: secondFactorInWords(found.apps.length, found.codes.length),
      provider: house.config.signIn.provider && { label: house.config.signIn.provider.label, since: found.identity && formatMoment(found.identity.made_at) },
    })
  })

  app.post('/account/sessions/:session/end', { config: { access: 'signed-in' }, schema: { params: sessionAddress } }, async (request, reply) => {
    const { actor } = await carrier(house, request)
    await store.change(actor, 'people.end-session', (trx) => revokeSession(trx, actor, request.params.session))
    return reply.notice('The session has ended.').redirect('/account', 303)
  })

  app.post('/account/sessions/end', { config: { access: 'signed-in' } }, async (request, reply) => {
    const carried = await confirmed(house, request, reply, { what: 'end your other sessions', back: '/account' })
    if (!carried) return reply
    const ended = await store.change(carried.actor, 'people.end-session', (trx) => endOtherSessions(trx, carried.actor, carried.session))
    return reply.notice(ended === 0 ? 'You had no other session.' : 'Your other sessions have ended.').redirect('/account', 303)
  })

  app.get('/account/password', { config: { access: 'signed-in' }, schema: { querystring: query } }, async (request, reply) => {
    const { mustChange } = await carrier(house, request)
    return showPasswordForm(reply, house, blankForm(passwordForm, { next: safeNext(request.query.next) }), mustChange)
  })

  app.post('/account/password', { config: { access: 'signed-in' } }, async (request, reply) => {
    const carried = await carrier(house, request)
    const { actor, mustChange } = carried
    const refuse = (form: FormView, status = 422) => showPasswordForm(reply.code(status), house, form, mustChange)
    const form = readForm(passwordForm, request.body)
    if (form.faults) return refuse(refusedForm(form))
    const refuseWith = (fault: Fault, status = 422) => refuse(refusedForm({ faults: [fault], typed: { next: form.values.next } }), status)
    const { email, name, home } = await store.read(actor, (db) => ownAccount(db, actor.account))
    const { current, fresh } = form.values
    const fault = fresh === current ? 'Use a password other than the one you use now' : faultOfPassword(fresh, { email, name, organisation: home })
    if (fault) return refuseWith({ field: 'fresh', message: fault })
    const caller = callerOf(request)
    const checked = await checkOwnPassword(house, { email, address: caller.address }, current)
    if (!('kept' in checked)) {
      if (checked.wait > 0) return refuseWith(waitFault(checked.wait, 'current'), 429)
      return refuseWith({ field: 'current', message: 'This is not the password you use now' })
    }
    const token = newToken()
    const change = { person: actor, carrier: carried, was: checked.kept, hash: await hashPassword(fresh), token, ...caller, now: now() }
    startSession(reply, house.config, token, await store.change(actor, 'people.change-password', telling(house, actor.account, 'Your password was changed', (trx) => changePassword(trx, change))))
    const next = safeNext(form.values.next)
    const way = wayOn(house, await carrier(house, request), next === '/' ? '/account' : next)
    return reply.notice('Your password has been changed. Your other sessions have ended.').redirect(way, 303)
  })
}

const crumbs = (page?: string) => [
  { text: 'Home', href: '/' },
  ...(page ? [{ text: 'Your account', href: '/account' }, { text: page }] : [{ text: 'Your account' }]),
]

function showPasswordForm(reply: FastifyReply, house: House, form: FormView, mustChange: boolean): FastifyReply {
  return reply.page('slices/people/views/password.njk', {
    title: mustChange ? 'Choose your own password' : 'Change your password',
    breadcrumbs: crumbs('Password'),
    form: withoutPasswords(form),
    errorSummary: form.errorSummary,
    mustChange,
    mayForget: house.config.signIn.passwords && !mustChange,
    shortest: shortestPassword,
  })
}

interface Found {
  account: Awaited<ReturnType<typeof ownAccount>>
  sessions: Awaited<ReturnType<typeof openSessionsOf>>
  grants: Awaited<ReturnType<typeof grantsTo>>
}

function accountPage(actor: Identified['actor'], session: number, { account, sessions, grants }: Found) {
  return {
    details: [
      { term: 'Name', text: account.name },
      { term: 'Email address', text: account.email },
      { term: 'Looked after by', text: `the administrators of ${account.home}` },
      { term: 'Account made', text: formatMoment(account.made_at) },
    ],
    memberships: actor.memberships.map((m) => [{ text: m.name }, { text: rolesInWords(m.roles) }]),
    grants: grants.map((g) => [{ text: grantWords(g.subject, g.subject_id, g.organisation) }, { text: g.why }, { text: formatMoment(g.made_at) }]),
    sessions: sessions.map((s) => ({
      id: s.id,
      browser: browserInWords(s.browser),
      address: s.address ?? 'unknown',
      began: formatMoment(s.made_at),
      used: formatMoment(s.seen_at),
      ends: formatMoment(s.expires_at),
      isThis: s.id === session,
    })),
  }
}
