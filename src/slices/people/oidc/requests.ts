import * as oidc from 'openid-client'
import { z } from 'zod'
import type { House } from '#kernel/slice.ts'
import { seal, unseal } from '../sealed.ts'
import { hashOfToken, newToken } from '../sign-in/sessions.ts'

/** How long somebody may take at the provider, in milliseconds. */
export const requestPatience = 10 * 60_000

/** Why somebody is sent to the provider: to sign in, to prove again who they are, or to link the account they are signed in with. */
export type Purpose = 'sign-in' | 'confirm' | 'link'

const secrets = z.object({ nonce: z.string(), verifier: z.string(), next: z.string(), invitation: z.string().nullable() })

/** A way to the provider that was begun and not come back from. */
export interface ProviderRequest extends z.output<typeof secrets> {
  purpose: Purpose
  /** The session that asked; null before sign-in. */
  session: number | null
}

/** Remembers that this browser goes to the provider. Returns what the provider must send back and the challenge to prove it with. */
export async function beginRequest(house: House, browser: string, begun: { purpose: Purpose; session: number | null; next: string; invitation: string | null }) {
  const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
  const kept = JSON.stringify({ nonce, verifier, next: begun.next, invitation: begun.invitation } satisfies z.output<typeof secrets>)
  await keep(house, { state, browser, purpose: begun.purpose, session: begun.session, kept })
  return { state, nonce, challenge: await oidc.calculatePKCECodeChallenge(verifier) }
}

/** Takes the request that this browser comes back with. It is there once, whatever is sent how often; null when there is none. */
export async function takeRequest(house: House, state: string, browser: string | null): Promise<ProviderRequest | null> {
  const row = await take(house, state, browser)
  if (!row || row.purpose === 'leave') return null
  const read = secrets.safeParse(JSON.parse(row.kept))
  return read.success ? { ...read.data, purpose: row.purpose as Purpose, session: row.session } : null
}

/** Remembers what to sign out with at the provider, for the browser that is given the word. The token may be null: then it is done without. */
export async function offerLeave(house: House, idToken: string | null): Promise<string> {
  const state = newToken()
  await keep(house, { state, browser: state, purpose: 'leave', session: null, kept: idToken ?? '' })
  return state
}

/** Takes what to sign out with; undefined when there is nothing of the kind, null when it is done without a token. */
export async function takeLeave(house: House, state: string): Promise<string | null | undefined> {
  const row = await take(house, state, state)
  return row?.purpose === 'leave' ? row.kept || null : undefined
}

interface Kept {
  state: string
  browser: string
  purpose: Purpose | 'leave'
  session: number | null
  kept: string
}

function keep(house: House, { state, browser, purpose, session, kept }: Kept): Promise<void> {
  const now = house.now()
  const state_hash = hashOfToken(state)
  return house.store.keep(async (trx) => {
    await trx.deleteFrom('people.provider_request').where('expires_at', '<=', now).execute()
    await trx.insertInto('people.provider_request').values({
      state_hash, browser_hash: hashOfToken(browser), purpose, session,
      sealed: seal(house.config, 'request to the provider', state_hash, kept), expires_at: new Date(now.getTime() + requestPatience),
    }).execute()
  })
}

async function take(house: House, state: string, browser: string | null): Promise<{ purpose: string; session: number | null; kept: string } | null> {
  if (browser === null) return null
  const state_hash = hashOfToken(state)
  const row = await house.store.keep((trx) => trx.deleteFrom('people.provider_request')
    .where('state_hash', '=', state_hash).where('browser_hash', '=', hashOfToken(browser)).where('expires_at', '>', house.now())
    .returning(['purpose', 'session', 'sealed']).executeTakeFirst())
  const opened = row && unseal(house.config, 'request to the provider', state_hash, row.sealed)
  return row && opened ? { purpose: row.purpose, session: row.session, kept: opened.text } : null
}
