import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Provider, type Configuration } from 'oidc-provider'

/** Somebody the provider of the tests knows. What is left out is not told. */
export interface KnownPerson {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
  /** How they signed in, as the ID token tells it. */
  amr?: string[]
  acr?: string
}

/** A real OpenID Connect provider on this machine, for tests. */
export interface TestProvider {
  issuer: string
  people: Map<string, KnownPerson>
  /** Stops answering, as in an outage. */
  stop(): Promise<void>
  /** Answers again, at the same address. */
  start(): Promise<void>
}

export const testClient = { id: 'workbench', secret: 'a secret between the two that is long enough' }

/** Starts one that knows these people and sends them back to `baseUrl`. Its sign-in page asks for a name and no password. */
export async function testProvider(baseUrl: string, callbackPath: string): Promise<TestProvider> {
  const people = new Map<string, KnownPerson>()
  const server = createServer((request, response) => {
    const isInteraction = request.url?.startsWith('/interaction/')
    if (isInteraction) void interact(provider, people, request, response)
    else void provider.callback()(request, response)
  })
  await listen(server, 0)
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const provider: Provider = new Provider(issuer, configuration(people, baseUrl, callbackPath))
  return {
    issuer,
    people,
    async stop() {
      server.closeAllConnections()
      if (server.listening) await new Promise((done) => server.close(done))
    },
    start: () => listen(server, port),
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

function configuration(people: Map<string, KnownPerson>, baseUrl: string, callbackPath: string): Configuration {
  return {
    clients: [{
      client_id: testClient.id, client_secret: testClient.secret, redirect_uris: [baseUrl + callbackPath], post_logout_redirect_uris: [`${baseUrl}/signed-out`],
    }],
    claims: { openid: ['sub', 'amr', 'acr'], email: ['email', 'email_verified'], profile: ['name'] },
    acrValues: ['urn:test:two'],
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => Promise.resolve({ ...people.get(sub), sub }) }),
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    jwks: { keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    // Whoever signs in has agreed: what is asked here is the workbench, not the page of consent.
    async loadExistingGrant(context) {
      const { client, session, provider } = context.oidc
      if (!client || !session?.accountId) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  }
}

const page = `<!doctype html><html lang="en"><title>Northmere sign-in</title><h1>Northmere sign-in</h1><form method="post">
<label>Name <input name="name"></label><button name="do" value="sign-in">Sign in</button><button name="do" value="cancel">Cancel</button></form></html>`

async function interact(provider: Provider, people: Map<string, KnownPerson>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(page)
    return
  }
  const typed = new URLSearchParams(await text(request))
  const person = people.get(typed.get('name') ?? '')
  const { amr, acr } = person ?? {}
  const result = typed.get('do') === 'cancel' || !person
    ? { error: 'access_denied', error_description: 'the person went away' }
    : { login: { accountId: person.sub, ...(amr ? { amr } : {}), ...(acr ? { acr } : {}) } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}
