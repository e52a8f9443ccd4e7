import { z } from 'zod'

/** How people prove who they are, as the installation decides it. */
export interface SignInConfig {
  /** The OpenID Connect provider people may sign in with; null: none. */
  provider: ProviderConfig | null
  /** Whether passwords of this workbench are taken. False only beside a provider. */
  passwords: boolean
  /** Who must have a second factor. Null: administrators, and in a demonstration nobody. */
  secondFactorFor: 'administrators' | 'everyone' | null
  /** The session secret until it was last changed, to open what was sealed with it; null: none. */
  earlierSecret: string | null
}

/** An OpenID Connect provider, as `OIDC_…` settings describe it. */
export interface ProviderConfig {
  /** Exactly as the provider writes it in its tokens. */
  issuer: string
  clientId: string
  clientSecret: string
  /** Whose provider it is, as people know it: "Northmere Council". */
  label: string
  scopes: string
  /** Email domains whose addresses count as verified although the provider does not say whether it verified them. */
  emailDomains: readonly string[]
  /** Organisation, by its short name, to which unknown people are added as readers; null: unknown people are turned away. */
  newPeople: string | null
  /** Values of `amr` and of `acr` with which the provider's own second factor counts here. Both empty: it never does. */
  secondFactor: { amr: readonly string[]; acr: readonly string[] }
}

/** Words with commas or spaces between them. */
const list = z.string().default('').transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))

/** Domains with commas or spaces between them. */
export const domainList = list.refine((domains) => domains.every((domain) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain)), 'domains such as northmere.gov.uk, with commas between them')

/** The settings, to stand among those of the installation. */
export const signInSettings = {
  OIDC_ISSUER: z.url({ protocol: /^https?$/, error: 'the provider’s issuer, such as https://login.example.gov.uk' }).optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_LABEL: z.string().trim().max(60, 'a name of up to 60 characters').default('your organisation'),
  OIDC_SCOPES: z.string().regex(/^openid( [\w:./-]+)*$/, 'scopes that begin with openid, such as "openid email profile"').default('openid email profile'),
  OIDC_EMAIL_DOMAINS: domainList,
  OIDC_NEW_PEOPLE: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'the short name of an organisation, such as northmere').optional(),
  OIDC_SECOND_FACTOR_AMR: list,
  OIDC_SECOND_FACTOR_ACR: list,
  PASSWORD_SIGN_IN: z.enum(['on', 'off'], 'on or off').default('on'),
  SECOND_FACTOR: z.enum(['administrators', 'everyone'], 'administrators or everyone').optional(),
  SESSION_SECRET_BEFORE: z.string().min(32, 'the secret used before, of at least 32 characters').optional(),
}

type Given = z.output<z.ZodObject<typeof signInSettings>>

/** What the settings say about signing in, with the faults of those that do not go together. */
export function signInFrom(s: Given): { signIn: SignInConfig; faults: string[] } {
  const provider = providerFrom(s)
  const faults = [...provider.faults]
  if (s.PASSWORD_SIGN_IN === 'off' && !s.OIDC_ISSUER) {
    faults.push('PASSWORD_SIGN_IN: "off" is accepted only beside OIDC_ISSUER, because otherwise nobody could sign in.')
  }
  return {
    signIn: {
      provider: provider.config, passwords: s.PASSWORD_SIGN_IN === 'on', secondFactorFor: s.SECOND_FACTOR ?? null, earlierSecret: s.SESSION_SECRET_BEFORE ?? null,
    },
    faults,
  }
}

function providerFrom(s: Given): { config: ProviderConfig | null; faults: string[] } {
  if (!s.OIDC_ISSUER) {
    const lonely = s.OIDC_CLIENT_ID || s.OIDC_CLIENT_SECRET
    return { config: null, faults: lonely ? ['OIDC_ISSUER: is needed beside OIDC_CLIENT_ID and OIDC_CLIENT_SECRET. Give the address of the provider.'] : [] }
  }
  const faults = (['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const)
    .filter((name) => !s[name])
    .map((name) => `${name}: is needed beside OIDC_ISSUER. The provider gives it when this workbench is registered there.`)
  const { protocol, hostname } = new URL(s.OIDC_ISSUER)
  if (protocol !== 'https:' && !isLoopback(hostname)) faults.push(`OIDC_ISSUER: "${s.OIDC_ISSUER}" is not accepted. Give an address that begins with https://.`)
  const config: ProviderConfig = {
    issuer: s.OIDC_ISSUER, clientId: s.OIDC_CLIENT_ID ?? '', clientSecret: s.OIDC_CLIENT_SECRET ?? '', label: s.OIDC_LABEL, scopes: s.OIDC_SCOPES,
    emailDomains: s.OIDC_EMAIL_DOMAINS.map((domain) => domain.toLowerCase()), newPeople: s.OIDC_NEW_PEOPLE ?? null,
    secondFactor: { amr: s.OIDC_SECOND_FACTOR_AMR, acr: s.OIDC_SECOND_FACTOR_ACR },
  }
  return { config, faults }
}

/** This machine itself: what is sent there cannot be read on the way. */
const isLoopback = (hostname: string) => hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
