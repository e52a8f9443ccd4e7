import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { safeNext } from '#kernel/web/access-rules.ts'
import { startSession } from '#kernel/web/cookies.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { ownAccount } from '../queries.ts'
import { confirmed } from '../sign-in/confirm.ts'
import { carrier, enrolment, mustEnrol } from '../sign-in/identify.ts'
import { newToken, type Identified } from '../sign-in/sessions.ts'
import { telling } from '../telling.ts'
import { addAuthenticator, newRecoveryCodes, removeAuthenticator, renameAuthenticator, renewRecoveryCodes } from './commands.ts'
import { openSecret, sealSecret } from './checking.ts'
import { enrolForm, nameForm } from './forms.ts'
import { authenticatorItems, codesAsFile, secondFactorInWords, secondFactorPage } from './pages.ts'
import { qrPicture } from './picture.ts'
import { authenticatorsOf, recoveryCodesOf } from './queries.ts'
import { addressForApp, inGroups, mostAuthenticators, mustHaveSecondFactor, newSecret, recoveryCodeCount, stepOfCode } from './rules.ts'

const access = 'signed-in'
const query = z.object({ next: z.string().catch('') })
const params = z.object({ factor: z.coerce.number().int().positive().max(2 ** 31 - 1) })

/** One's own second factor: authenticator apps and recovery codes. */
export function secondFactorRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, config, now } = house

  app.get(secondFactorPage, { config: { access } }, async (request, reply) => {
    const { actor } = await carrier(house, request)
    const { apps, codes } = await store.read(actor, async (db) => ({ apps: await authenticatorsOf(db, actor.account), codes: await recoveryCodesOf(db, actor.account) }))
    return reply.page('slices/people/views/second-factor.njk', {
      title: 'Second factor',
      breadcrumbs: crumbs(),
      apps: authenticatorItems(apps),
      summary: secondFactorInWords(apps.length, codes.length),
      codesLeft: codes.length,
      isRequired: mustHaveSecondFactor(config, actor.memberships),
      addHref: apps.length < mostAuthenticators ? enrolment : null,
    })
  })

  app.get(enrolment, { config: { access }, schema: { querystring: query } }, async (request, reply) => {
    const carried = await carrier(house, request)
    const sealed = sealSecret(house, carried.actor.account, newSecret())
    return showEnrolment(reply, house, carried, blankForm(enrolForm, { next: safeNext(request.query.next), sealed, name: 'Phone' }))
  })

  app.post(enrolment, { config: { access } }, async (request, reply) => {
    const carried = await carrier(house, request)
    const form = readForm(enrolForm, request.body)
    const refuse = (view: FormView) => showEnrolment(reply.code(422), house, carried, view)
    if (form.faults) return refuse(refusedForm(form))
    const sure = await confirmed(house, request, reply, { what: 'add an authenticator app', back: enrolment })
    if (!sure) return reply
    const { name, code, sealed } = form.values
    const next = safeNext(form.values.next)
    const refuseCode = (message: string) => refuse(refusedForm({ faults: [{ field: 'code', message }], typed: { name, next, sealed } }))
    const secret = openSecret(house, sure.actor.account, sealed)
    if (secret === null) return refuseCode('The picture was not made for you by this workbench. Add the new one to your app and enter its code')
    const step = stepOfCode(secret, code, now())
    if (step === null) return refuseCode('This is not the code of this app at this moment. Wait for the next one, and check the clock of your phone')
    const codes = sure.hasSecondFactor ? null : await newRecoveryCodes()
    const token = newToken()
    const enrolled = { house, carrier: sure, token, now: now(), name, secret, step, hashes: codes?.hashes ?? null }
    startSession(reply, config, token, await store.change(sure.actor, 'people.add-authenticator', telling(house, sure.actor.account, 'An authenticator app was added to your account', (trx) => addAuthenticator(trx, enrolled))))
    if (codes) return showCodes(reply, house, sure, codes.shown, next)
    return reply.notice('The authenticator app was added. Your other sessions have ended.').redirect(secondFactorPage, 303)
  })

  app.get(`${secondFactorPage}/:factor/name`, { config: { access }, schema: { params } }, async (request, reply) => {
    const { actor } = await carrier(house, request)
    const found = await ownApp(house, actor, request.params.factor)
    return showName(reply, found, blankForm(nameForm, { name: found.name }))
  })

  app.post(`${secondFactorPage}/:factor/name`, { config: { access }, schema: { params } }, async (request, reply) => {
    const { actor } = await carrier(house, request)
    const found = await ownApp(house, actor, request.params.factor)
    const form = readForm(nameForm, request.body)
    if (form.faults) return showName(reply.code(422), found, refusedForm(form))
    if (!(await confirmed(house, request, reply, { what: 'rename an authenticator app', back: secondFactorPage }))) return reply
    await store.change(actor, 'people.rename-authenticator', (trx) => renameAuthenticator(trx, actor.account, found.id, form.values.name))
    return reply.notice('The authenticator app has its new name.').redirect(secondFactorPage, 303)
  })

  app.post(`${secondFactorPage}/:factor/remove`, { config: { access }, schema: { params } }, async (request, reply) => {
    const sure = await confirmed(house, request, reply, { what: 'remove an authenticator app', back: secondFactorPage })
    if (!sure) return reply
    const token = newToken()
    const isRequired = mustHaveSecondFactor(config, sure.actor.memberships)
    const removal = { house, carrier: sure, token, now: now(), factor: request.params.factor, isRequired }
    startSession(reply, config, token, await store.change(sure.actor, 'people.remove-authenticator', telling(house, sure.actor.account, 'An authenticator app was removed from your account', (trx) => removeAuthenticator(trx, removal))))
    return reply.notice('The authenticator app was removed. Your other sessions have ended.').redirect(secondFactorPage, 303)
  })

  app.post(`${secondFactorPage}/codes`, { config: { access } }, async (request, reply) => {
    const sure = await confirmed(house, request, reply, { what: 'make new recovery codes', back: secondFactorPage })
    if (!sure) return reply
    const { shown, hashes } = await newRecoveryCodes()
    await store.change(sure.actor, 'people.renew-recovery-codes', telling(house, sure.actor.account, 'New recovery codes were made for your account', (trx) => renewRecoveryCodes(trx, sure.actor.account, hashes)))
    return showCodes(reply, house, sure, shown, secondFactorPage)
  })
}

async function ownApp({ store }: House, actor: Identified['actor'], factor: number) {
  const apps = await store.read(actor, (db) => authenticatorsOf(db, actor.account))
  const found = apps.find(({ id }) => id === factor)
  if (!found) throw notFound('There is no such authenticator app on your account.')
  return found
}

/** The page with the picture. What was typed as secret is never taken from the form unless this workbench sealed it for this account. */
async function showEnrolment(reply: FastifyReply, house: House, carried: Identified, form: FormView): Promise<FastifyReply> {
  const { actor } = carried
  const { email } = await house.store.read(actor, (db) => ownAccount(db, actor.account))
  const secret = openSecret(house, actor.account, String(form.typed.sealed)) ?? newSecret()
  const place = `Best Value Workbench (${new URL(house.config.baseUrl).hostname})`
  return reply.header('cache-control', 'no-store').page('slices/people/views/enrol.njk', {
    title: 'Add an authenticator app',
    breadcrumbs: crumbs('Add an authenticator app'),
    form: { ...form, typed: { ...form.typed, code: '' } },
    errorSummary: form.errorSummary,
    sealed: sealSecret(house, actor.account, secret),
    picture: qrPicture(addressForApp(secret, email, place), 'Picture for your authenticator app. The same is written as text below it.'),
    secret: inGroups(secret),
    place,
    email,
    isRequired: mustEnrol(house, carried),
  })
}

/** Codes are on this page and nowhere else. */
async function showCodes(reply: FastifyReply, house: House, { actor }: Identified, codes: readonly string[], next: string): Promise<FastifyReply> {
  const { email } = await house.store.read(actor, (db) => ownAccount(db, actor.account))
  return reply.header('cache-control', 'no-store').page('slices/people/views/recovery-codes.njk', {
    title: 'Your recovery codes',
    breadcrumbs: crumbs('Recovery codes'),
    codes,
    count: recoveryCodeCount,
    fileHref: codesAsFile(codes, email, house.config.baseUrl),
    nextHref: next === '/' ? secondFactorPage : next,
  })
}

function showName(reply: FastifyReply, found: { id: number; name: string }, form: FormView): FastifyReply {
  return reply.page('slices/people/views/authenticator-name.njk', {
    title: 'Rename an authenticator app',
    breadcrumbs: crumbs('Rename'),
    name: found.name,
    action: `${secondFactorPage}/${found.id}/name`,
    form,
    errorSummary: form.errorSummary,
  })
}

const crumbs = (page?: string) => [
  { text: 'Home', href: '/' }, { text: 'Your account', href: '/account' },
  ...(page ? [{ text: 'Second factor', href: secondFactorPage }, { text: page }] : [{ text: 'Second factor' }]),
]
