import type { FastifyReply, FastifyRequest } from 'fastify'
import { errorSummaryOf } from '#kernel/forms/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { csrfFieldName } from '#kernel/web/csrf.ts'
import { startSession } from '#kernel/web/cookies.ts'
import { identityOf } from '../oidc/queries.ts'
import { ownAccount } from '../queries.ts'
import { checkCode } from '../second-factor/checking.ts'
import { checkOwnPassword } from './commands.ts'
import { carrier } from './identify.ts'
import { callerOf, waitFault } from './caller.ts'
import { accountWith, homeOf, newToken, renewSession, type Identified } from './sessions.ts'

/** How long a proof of who one is counts for what is sensitive, in milliseconds. */
const provedFor = 10 * 60_000

/** Names of the fields of the page between, apart from those of the form it stands before. */
const [codeField, passwordField] = ['_code', '_password']

interface Wanted {
  /** What is about to be done, after "before you": "make somebody administrator". */
  what: string
  /** The page the form is on, for those who can only prove themselves elsewhere. */
  back: string
}

/**
 * Makes sure that whoever asks for something sensitive has proved within the last ten minutes who they are. Otherwise a page stands
 * between that asks for a code or the password and sends the same form again; nothing typed is lost. After a proof the session goes on
 * under a new token.
 *
 * @returns the session as it is now; null when the page between has been answered instead and nothing else may be
 */
export async function confirmed(house: House, request: FastifyRequest, reply: FastifyReply, wanted: Wanted): Promise<Identified | null> {
  const carried = await carrier(house, request)
  if (isFresh(house, carried)) return carried
  const posted = fieldsOf(request.body)
  const typed = carried.hasSecondFactor ? posted.get(codeField)?.[0] : posted.get(passwordField)?.[0]
  if (typed === undefined) return showBetween(house, request, reply, carried, wanted, null)
  const fault = typed === '' ? emptyFault(carried) : await faultOfProof(house, carried, typed, callerOf(request).address)
  if (fault) return showBetween(house, request, reply, carried, wanted, fault)
  const token = newToken()
  const now = house.now()
  const shown = carried.hasSecondFactor ? { secondFactorAt: now } : {}
  const expires = await house.store.change(carried.actor, 'people.confirm', async (trx) => ({
    subject: `account:${carried.actor.account}`,
    organisation: await homeOf(trx, carried.actor.account),
    says: `proved again who they are, to ${wanted.what}`,
    result: await renewSession(trx, { person: carried.actor, session: carried.session, token, now, ...shown }),
  }))
  startSession(reply, house.config, token, expires)
  return carrier(house, request)
}

/** Whether the holder of this session proved who they are a short while ago. */
export const isFresh = (house: Pick<House, 'now'>, { provedAt }: Identified) => house.now().getTime() - provedAt.getTime() < provedFor

async function faultOfProof(house: House, { actor, hasSecondFactor }: Identified, typed: string, address: string): Promise<Fault | null> {
  if (!hasSecondFactor) {
    const { email } = await house.store.read(actor, (db) => ownAccount(db, actor.account))
    const checked = await checkOwnPassword(house, { email, address }, typed)
    if ('kept' in checked) return null
    return checked.wait > 0 ? waitFault(checked.wait, passwordField) : { field: passwordField, message: 'This is not your password' }
  }
  const account = await accountWith(house, actor.account)
  const answer = account && (await checkCode(house, account, typed, address))
  if (answer?.passed) return null
  return answer && answer.wait > 0 ? waitFault(answer.wait, codeField) : { field: codeField, message: wrongCode }
}

/** Said of a code that is wrong, too old or used: which of them is nobody's business but its holder's, who need not know. */
export const wrongCode = 'This code was not accepted. Wait for the next one your app shows; each is taken once'

const emptyFault = ({ hasSecondFactor }: Identified): Fault =>
  hasSecondFactor ? { field: codeField, message: 'Enter the code your authenticator app shows' } : { field: passwordField, message: 'Enter your password' }

async function showBetween(house: House, request: FastifyRequest, reply: FastifyReply, carried: Identified, { what, back }: Wanted, fault: Fault | null): Promise<null> {
  const kept = [...fieldsOf(request.body)].filter(([name]) => ![csrfFieldName, codeField, passwordField].includes(name))
  const { by, href } = await wayToProve(house, carried, back)
  reply.code(fault?.message.startsWith('Too many') ? 429 : 422).page('slices/people/views/confirm.njk', {
    title: 'Confirm that it is you',
    breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Your account', href: '/account' }, { text: 'Confirm' }],
    what,
    action: request.url,
    kept: kept.flatMap(([name, values]) => values.map((value) => ({ name, value }))),
    by,
    fault: fault && { text: fault.message },
    provider: { label: house.config.signIn.provider?.label ?? '', href },
    mayForget: house.config.signIn.passwords,
    errorSummary: fault && errorSummaryOf([fault]),
  })
  return null
}

/**
 * How somebody can prove who they are: by a code when they have an app; at the provider when they came from there; else by the password.
 * Somebody whose link with the provider was ended meanwhile, where passwords are not taken, signs in there anew.
 */
async function wayToProve(house: House, carried: Identified, back: string): Promise<{ by: 'code' | 'provider' | 'password'; href: string }> {
  const { provider, passwords } = house.config.signIn
  const next = `next=${encodeURIComponent(back)}`
  if (carried.hasSecondFactor) return { by: 'code', href: '' }
  if (!provider || carried.method !== 'provider') return { by: 'password', href: '' }
  const isLinked = (await house.store.read(carried.actor, (db) => identityOf(db, carried.actor.account))) !== undefined
  if (isLinked) return { by: 'provider', href: `/sign-in/provider?confirm=yes&${next}` }
  return { by: passwords ? 'password' : 'provider', href: `/sign-in/provider?${next}` }
}

/** What a form posted, by field; nothing of a request without one. */
function fieldsOf(body: unknown): Map<string, string[]> {
  const posted: object = typeof body === 'object' && body !== null ? body : {}
  return new Map(Object.entries(posted).map(([name, value]) => [name, [value].flat().filter((one) => typeof one === 'string')]))
}
