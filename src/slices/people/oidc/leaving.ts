import * as oidc from 'openid-client'
import type { House } from '#kernel/slice.ts'
import { unseal } from '../sealed.ts'
import { providerOf } from './provider.ts'
import { offerLeave } from './requests.ts'

/** What the ID token of a session is sealed for. */
export const tokenPurpose = 'ID token'

/**
 * After signing out here: a word with which the same browser can sign out at the provider as well. Null when the provider does not
 * offer it, or does not answer; signing out here never depends on it.
 */
export async function offerLeaving(house: House, sealedToken: string | null): Promise<string | null> {
  const { provider } = house.config.signIn
  if (!provider) return null
  try {
    const found = await providerOf(house, provider)
    if (!found.serverMetadata().end_session_endpoint) return null
  } catch (cause) {
    house.log.warn({ event: 'provider.away', err: cause }, 'the provider does not answer')
    return null
  }
  return offerLeave(house, sealedToken && (unseal(house.config, tokenPurpose, '', sealedToken)?.text ?? null))
}

/** Where to sign out at the provider, which sends the browser back to `back`. */
export async function leavingAddress(house: House, idToken: string | null, back: string): Promise<URL | null> {
  const { provider } = house.config.signIn
  if (!provider) return null
  const found = await providerOf(house, provider)
  return oidc.buildEndSessionUrl(found, { post_logout_redirect_uri: back, ...(idToken ? { id_token_hint: idToken } : {}) })
}
