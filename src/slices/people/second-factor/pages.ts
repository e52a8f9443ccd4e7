import { formatMoment } from '#kernel/figures/index.ts'
import type { authenticatorsOf } from './queries.ts'

type Authenticators = Awaited<ReturnType<typeof authenticatorsOf>>

/** Addresses of the pages of one's second factor. */
export const secondFactorPage = '/account/second-factor'

/** What there is to know about a second factor, in one sentence. */
export function secondFactorInWords(apps: number, codes: number): string {
  if (apps === 0) return 'None. You sign in with one thing alone, which somebody else may come to know.'
  return `${apps === 1 ? 'One authenticator app' : `${apps} authenticator apps`}, and ${codes === 0 ? 'no recovery code' : codes === 1 ? '1 recovery code' : `${codes} recovery codes`} left.`
}

/** Each authenticator app as its page shows it. */
export function authenticatorItems(apps: Authenticators) {
  return apps.map(({ id, name, made_at, used_at }) => ({
    id, name, added: formatMoment(made_at), used: formatMoment(used_at),
    renameHref: `${secondFactorPage}/${id}/name`, removeAction: `${secondFactorPage}/${id}/remove`,
  }))
}

/** Recovery codes as a file to keep. The address holds the file itself, so nothing is asked of the server again. */
export function codesAsFile(codes: readonly string[], email: string, address: string): string {
  const text = `Recovery codes for ${email} at ${address}\r\nEach opens once, in place of a code of your authenticator app.\r\n\r\n${codes.join('\r\n')}\r\n`
  return `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`
}

