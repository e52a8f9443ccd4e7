import * as oidc from 'openid-client'
import type { ProviderConfig } from '#kernel/sign-in-settings.ts'
import type { House } from '#kernel/slice.ts'
import type { Trouble } from './troubles.ts'

/** Seconds the clocks of provider and workbench may differ. */
const clockDifference = 30
/** Seconds the provider may take to answer. */
const patience = 10
/** How long what the provider says about itself is believed, in milliseconds. */
const believedFor = 60 * 60_000

const known = new WeakMap<ProviderConfig, { found: oidc.Configuration; until: number }>()

/**
 * The provider as it describes itself, asked at first use and hourly after. The address it gives for itself must be the one in the
 * settings, or the answers of another provider could be taken for its own.
 *
 * @throws whatever keeps it from answering; the next request asks again
 */
export async function providerOf(house: Pick<House, 'now'>, config: ProviderConfig): Promise<oidc.Configuration> {
  const before = known.get(config)
  if (before && before.until > house.now().getTime()) return before.found
  const found = await discover(config)
  known.set(config, { found, until: house.now().getTime() + believedFor })
  return found
}

async function discover({ issuer, clientId, clientSecret }: ProviderConfig): Promise<oidc.Configuration> {
  // Settings accept plain HTTP for this machine alone.
  const execute = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []
  const asked = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), { execute, timeout: patience })
  const server = asked.serverMetadata()
  // Basic is what a provider takes that does not say.
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const proof = methods.includes('client_secret_basic') ? oidc.ClientSecretBasic(clientSecret) : oidc.ClientSecretPost(clientSecret)
  const found = new oidc.Configuration(server, clientId, { client_secret: clientSecret, [oidc.clockTolerance]: clockDifference }, proof)
  found.timeout = patience
  for (const apply of execute) apply(found)
  // The token came over TLS from the provider itself; its signature is checked all the same.
  oidc.enableNonRepudiationChecks(found)
  return found
}

/** What a failure on the way to the provider or back means for the person. */
export function troubleOf(cause: unknown): Trouble {
  if (cause instanceof oidc.AuthorizationResponseError) return declined.has(cause.error) ? 'declined' : troubles.has(cause.error) ? 'away' : 'refused'
  if (cause instanceof oidc.ResponseBodyError) return cause.error === 'invalid_grant' ? 'again' : cause.status >= 500 ? 'away' : 'refused'
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (outages.has(code) || (cause instanceof TypeError && cause.message === 'fetch failed')) return 'away'
  return 'refused'
}

const declined = new Set(['access_denied', 'interaction_required', 'login_required', 'consent_required', 'account_selection_required'])
const troubles = new Set(['server_error', 'temporarily_unavailable'])
const outages = new Set(['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR'])
