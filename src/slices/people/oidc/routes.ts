import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { notFound } from '#kernel/problems.ts'
import type { ProviderConfig } from '#kernel/sign-in-settings.ts'
import type { House } from '#kernel/slice.ts'
import { safeNext } from '#kernel/web/access-rules.ts'
import { readCookie, sessionToken, startSession, writeCookie } from '#kernel/web/cookies.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { seal } from '../sealed.ts'
import { callerOf } from '../sign-in/caller.ts'
import { admit } from '../sign-in/commands.ts'
import { isFresh } from '../sign-in/confirm.ts'
import { carrier, carrierOf, wayOn } from '../sign-in/identify.ts'
import { homeOf, newToken, renewSession, type Identified } from '../sign-in/sessions.ts'
import { telling } from '../telling.ts'
import { accountOf } from './accounts.ts'
import { addressAtProvider, answerFrom, callbackPath, type Answer } from './callback.ts'
import { leavingAddress, tokenPurpose } from './leaving.ts'
import { linkIdentity } from './links.ts'
import { troubleOf } from './provider.ts'
import { identityOf } from './queries.ts'
import { beginRequest, requestPatience, takeLeave, takeRequest, type ProviderRequest, type Purpose } from './requests.ts'
import type { Trouble } from './troubles.ts'

const startQuery = z.object({ next: z.string().catch(''), confirm: z.string().catch(''), link: z.string().catch(''), invitation: z.string().max(200).catch('') })
const leaveQuery = z.object({ leave: z.string().catch('') })

/** To the OpenID Connect provider and back. */
export function providerRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { config } = house
  const access = 'public'

  app.get('/sign-in/provider', { config: { access }, schema: { querystring: startQuery } }, async (request, reply) => {
    const provider = providerHere(house)
    const next = safeNext(request.query.next)
    const purpose: Purpose = request.query.confirm ? 'confirm' : request.query.link ? 'link' : 'sign-in'
    const invitation = purpose === 'sign-in' && request.query.invitation !== '' ? request.query.invitation : null
    const carried = await carrierOf(house, request)
    // A link on another site must not sign anybody in, nor prove anything: they see our own page with the button first.
    if (!isFromHere(request) || (purpose !== 'sign-in' && !carried)) return reply.redirect(`/sign-in?next=${encodeURIComponent(next)}`, 303)
    if (purpose === 'link' && carried && !isFresh(house, carried)) return reply.redirect('/account/provider', 303)
    const browser = readCookie(request, config, 'provider') ?? randomBytes(24).toString('base64url')
    try {
      const begun = await beginRequest(house, browser, { purpose, session: purpose === 'sign-in' ? null : (carried?.session ?? null), next, invitation })
      const address = await addressAtProvider(house, provider, { ...begun, purpose })
      writeCookie(reply, config, 'provider', browser, new Date(house.now().getTime() + requestPatience))
      return reply.redirect(address.href, 303)
    } catch (cause) {
      return refuse(house, reply, cause, next)
    }
  })

  app.get(callbackPath, { config: { access } }, async (request, reply) => {
    const provider = providerHere(house)
    const question = new URL(request.url, config.baseUrl).search
    const state = new URLSearchParams(question).get('state') ?? ''
    const begun = await takeRequest(house, state, readCookie(request, config, 'provider'))
    if (!begun) return refuseWith(house, reply, 'again', '/')
    try {
      const answer = await answerFrom(house, provider, begun, state, question)
      return begun.purpose === 'sign-in' ? await signInWith(house, request, reply, provider, begun, answer) : await goOnWith(house, request, reply, provider, begun, answer)
    } catch (cause) {
      return refuse(house, reply, cause, begun.next)
    }
  })

  app.get('/sign-out/provider', { config: { access }, schema: { querystring: leaveQuery } }, async (request, reply) => {
    providerHere(house)
    const token = await takeLeave(house, request.query.leave)
    const address = token === undefined ? null : await leavingAddress(house, token, `${config.baseUrl}/signed-out`).catch(() => null)
    return address ? reply.redirect(address.href, 303) : reply.redirect('/sign-in?next=%2F', 303)
  })

  app.get('/signed-out', { config: { access }, schema: { querystring: leaveQuery } }, async (request, reply) => {
    const { leave } = request.query
    const { provider } = config.signIn
    return reply.page('slices/people/views/signed-out.njk', {
      title: 'You have signed out',
      breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Signed out' }],
      label: provider?.label ?? '',
      leaveHref: provider && leave !== '' ? `/sign-out/provider?leave=${encodeURIComponent(leave)}` : null,
    })
  })
}

/** Signs somebody in whom the provider vouches for. */
async function signInWith(house: House, request: FastifyRequest, reply: FastifyReply, provider: ProviderConfig, { next, invitation }: ProviderRequest, answer: Answer): Promise<FastifyReply> {
  const { config } = house
  const account = await accountOf(house, provider, answer.who, invitation)
  if (typeof account === 'string') return refuseWith(house, reply, account, next)
  const admitted = await admit(house, {
    account, method: 'provider', next, ...callerOf(request), earlierToken: sessionToken(request, config),
    ...(answer.hasSecondFactor ? { secondFactorAt: house.now() } : {}),
    providerToken: seal(config, tokenPurpose, '', answer.idToken),
    says: `signed in through ${provider.label}${answer.hasSecondFactor ? ', with a second factor there' : ''}`,
  })
  if (!admitted) return refuseWith(house, reply, 'unknown', next)
  if (admitted.signedIn === 'half') {
    writeCookie(reply, config, 'half', admitted.token, admitted.expires)
    return reply.redirect('/sign-in/code', 303)
  }
  startSession(reply, config, admitted.token, admitted.expires)
  return reply.redirect(wayOn(house, await carrier(house, request), next), 303)
}

/** Goes on with a session whose holder proved at the provider who they are, or links their account with it. */
async function goOnWith(house: House, request: FastifyRequest, reply: FastifyReply, provider: ProviderConfig, begun: ProviderRequest, answer: Answer): Promise<FastifyReply> {
  const carried = await carrierOf(house, request)
  if (!carried || carried.session !== begun.session) return refuseWith(house, reply, 'again', begun.next)
  if (begun.purpose === 'link') return link(house, reply, provider, carried, answer)
  const identity = await house.store.read(carried.actor, (db) => identityOf(db, carried.actor.account))
  if (identity?.issuer !== provider.issuer || identity.subject !== answer.who.subject) return refuseWith(house, reply, 'not-confirmed', begun.next)
  // Whoever has a second factor is not let past it by the provider's first.
  if (carried.hasSecondFactor && !answer.hasSecondFactor) return refuseWith(house, reply, 'not-confirmed', begun.next)
  const [token, now] = [newToken(), house.now()]
  const expires = await house.store.change(carried.actor, 'people.confirm', async (trx) => ({
    subject: `account:${carried.actor.account}`, organisation: await homeOf(trx, carried.actor.account),
    says: `proved again who they are, with ${provider.label}`,
    result: await renewSession(trx, { person: carried.actor, session: carried.session, token, now, ...(answer.hasSecondFactor ? { secondFactorAt: now } : {}) }),
  }))
  startSession(reply, house.config, token, expires)
  return reply.notice('Thank you. Now go on with what you were doing.').redirect(begun.next, 303)
}

async function link(house: House, reply: FastifyReply, provider: ProviderConfig, { actor }: Identified, { who }: Answer): Promise<FastifyReply> {
  await house.store.change(actor, 'people.link-identity', telling(house, actor.account, `Your account was linked with ${provider.label}`, async (trx) =>
    linkIdentity(trx, { account: actor.account, organisation: await homeOf(trx, actor.account), provider, subject: who.subject, now: house.now() })))
  return reply.notice(`Your account is linked with ${provider.label}.`).redirect('/account', 303)
}

function providerHere({ config }: House): ProviderConfig {
  if (!config.signIn.provider) throw notFound('This workbench has no other service to sign in with.')
  return config.signIn.provider
}

/** Whether the request comes from a page of this service, as far as the browser says. */
const isFromHere = ({ headers }: FastifyRequest) => ['same-origin', 'none', undefined].includes(headers['sec-fetch-site'])

/** The log has what is wrong; the person is told what it means for them, on a sign-in page that works. */
function refuse(house: House, reply: FastifyReply, cause: unknown, next: string): FastifyReply {
  if (cause instanceof Error && cause.name === 'Problem') throw cause
  const trouble = troubleOf(cause)
  house.log.warn({ event: 'sign-in.provider-trouble', trouble, reason: reasonOf(cause) }, 'signing in with the provider did not succeed')
  return refuseWith(house, reply, trouble, next)
}

function refuseWith(house: House, reply: FastifyReply, trouble: Trouble, next: string): FastifyReply {
  house.log.warn({ event: 'sign-in.failed', account: null, trouble }, 'sign-in failed')
  return reply.redirect(`/sign-in?trouble=${trouble}&next=${encodeURIComponent(next)}`, 303)
}

/** Codes and names of faults, and nothing the provider or the browser wrote. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown'
  const inner = cause.cause instanceof Error ? cause.cause : null
  const codes = [cause, inner].flatMap((fault) => (fault && 'code' in fault ? [String(fault.code)] : []))
  return [cause.name, ...codes].join(' ')
}
