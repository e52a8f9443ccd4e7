import * as oidc from 'openid-client'
import { z } from 'zod'
import type { ProviderConfig } from '#kernel/sign-in-settings.ts'
import type { House } from '#kernel/slice.ts'
import type { ProviderPerson } from './accounts.ts'
import { providerOf } from './provider.ts'
import type { ProviderRequest, Purpose } from './requests.ts'

/** Where the provider sends people back to; it must be registered there exactly so. */
export const callbackPath = '/sign-in/provider/callback'
const callbackAddress = ({ config }: Pick<House, 'config'>) => config.baseUrl + callbackPath

/** Seconds since somebody signed in at the provider, within which that proves who they are now. */
const recent = 300

/** The address at the provider to send somebody to. Whoever must prove themselves signs in there anew, whoever is signed in there. */
export async function addressAtProvider(
  house: House, provider: ProviderConfig, { state, nonce, challenge, purpose }: { state: string; nonce: string; challenge: string; purpose: Purpose },
): Promise<URL> {
  const found = await providerOf(house, provider)
  const { acr } = provider.secondFactor
  return oidc.buildAuthorizationUrl(found, {
    redirect_uri: callbackAddress(house), scope: provider.scopes, state, nonce, code_challenge: challenge, code_challenge_method: 'S256',
    ...(acr.length > 0 ? { acr_values: acr.join(' ') } : {}),
    ...(purpose === 'sign-in' ? {} : { prompt: 'login', max_age: String(recent) }),
  })
}

/** What came back from the provider and was found to be right. */
export interface Answer {
  who: ProviderPerson
  idToken: string
  /** Whether the provider asked for a second factor, in a way the settings say counts. */
  hasSecondFactor: boolean
}

/**
 * Turns what the browser brought back into who they are: state, issuer, code, nonce, signature, audience and times are checked by the
 * library; the code is exchanged with the verifier that only this workbench knows.
 *
 * @throws whatever was wrong; `troubleOf` says what it means
 */
export async function answerFrom(house: House, provider: ProviderConfig, request: ProviderRequest, state: string, query: string): Promise<Answer> {
  const found = await providerOf(house, provider)
  const checks = { expectedState: state, expectedNonce: request.nonce, pkceCodeVerifier: request.verifier, idTokenExpected: true }
  const address = new URL(`${callbackAddress(house)}${query}`)
  const tokens = await oidc.authorizationCodeGrant(found, address, request.purpose === 'sign-in' ? checks : { ...checks, maxAge: recent })
  const claims = tokens.claims()
  if (!claims || !tokens.id_token) throw new Error('The provider gave no ID token.')
  refuseOtherAlgorithms(tokens.id_token)
  const more = claims.email === undefined && found.serverMetadata().userinfo_endpoint
    ? await oidc.fetchUserInfo(found, tokens.access_token, claims.sub)
    : claims
  const amr: unknown[] = Array.isArray(claims.amr) ? claims.amr : []
  const { secondFactor } = provider
  return {
    who: {
      subject: claims.sub,
      email: textOf(more.email),
      emailVerified: verifiedOf(more.email_verified),
      name: textOf(more.name ?? claims.name),
    },
    idToken: tokens.id_token,
    hasSecondFactor: amr.some((way) => typeof way === 'string' && secondFactor.amr.includes(way)) || (typeof claims.acr === 'string' && secondFactor.acr.includes(claims.acr)),
  }
}

/** How an ID token may be signed: with a key pair of the provider's, by an algorithm nobody has doubts about. */
const algorithms = new Set(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])

/** @throws when the token, whose signature was checked before, is signed in any other way */
export function refuseOtherAlgorithms(idToken: string): void {
  const [head = ''] = idToken.split('.')
  const { alg } = z.object({ alg: z.string() }).parse(JSON.parse(Buffer.from(head, 'base64url').toString('utf8')))
  if (!algorithms.has(alg)) throw new Error('The ID token is signed by an algorithm that is not accepted.')
}

const textOf = (claim: unknown) => (typeof claim === 'string' && claim !== '' ? claim : null)

/** Some providers write the truth value as text. Anything else that is there and not true counts as false. */
const verifiedOf = (claim: unknown) => (claim === undefined || claim === null ? null : claim === true || claim === 'true')

/** Whether the provider of the settings answers as it should, in words for whoever looks after the installation. Null without one. */
export async function examineProvider(house: Pick<House, 'config' | 'now'>): Promise<{ well: boolean; said: string } | null> {
  const { provider } = house.config.signIn
  if (!provider) return null
  try {
    const server = (await providerOf(house, provider)).serverMetadata()
    return { well: true, said: `${server.issuer} answers; registered there must be ${callbackAddress(house)}` }
  } catch (cause) {
    const inner = cause instanceof Error && cause.cause instanceof Error ? ` (${cause.cause.message})` : ''
    return { well: false, said: `${provider.issuer} does not describe itself as OIDC_ISSUER says: ${cause instanceof Error ? cause.message : 'no reason given'}${inner}` }
  }
}
