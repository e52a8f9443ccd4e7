/** What went wrong on the way, as the word that stands for it in the address of the sign-in page. */
export type Trouble = 'declined' | 'again' | 'away' | 'refused' | 'unknown' | 'unverified' | 'not-invited' | 'not-confirmed' | 'late'

/** The trouble in words for the person; null when the word stands for none. `label`: whose provider it is. */
export function inTroubleWords(word: string, label: string): string | null {
  const words: Record<Trouble, string> = {
    declined: `You did not finish signing in with ${label}. Nothing was changed; you can try again.`,
    again: 'This way of signing in was used already, took too long, or was begun in another browser. Start again.',
    away: `${capital(label)} does not answer just now, so nobody can sign in that way. Try again in a few minutes. This workbench itself is running.`,
    refused: `The answer of ${label} could not be accepted, so it does not sign you in. Start again. If it happens again, tell whoever looks after this service.`,
    unknown: `You are known to ${label}, and there is no account here that you may use. Ask an administrator of your organisation to add you, with the email address ${label} knows you by.`,
    unverified: `${capital(label)} does not say an email address for you that can be relied on, so your account here cannot be found. If you can sign in with a password, do so and link your account on its page; otherwise ask whoever looks after this service.`,
    'not-invited': `You signed in with ${label} as somebody whose address is not the one the invitation went to, or the invitation is over. Nothing was changed. Sign in there as the person who was invited, or ask to be invited with the address ${label} knows you by.`,
    'not-confirmed': `The answer of ${label} does not show that it is you: it is about somebody else there, your account is not linked with it, or your account asks for a code of an authenticator app instead.`,
    late: 'Signing in took too long, so it begins again.',
  }
  return Object.hasOwn(words, word) ? words[word as Trouble] : null
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
