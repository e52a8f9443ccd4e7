import { randomInt } from 'node:crypto'

/**
 * Words and numbers nobody could guess, each with what it stands for. Wherever one turns up, something of its owner's
 * came with it.
 */
export class Secrets {
  readonly #about = new Map<string, string>()

  /** A word of lower-case letters, fit for a code, a name or a sentence. */
  word(about: string): string {
    const letters = Array.from({ length: 12 }, () => String.fromCharCode(97 + randomInt(26))).join('')
    return this.#keep(`zq${letters}`, about)
  }

  /** Ten digits, fit for a figure. */
  number(about: string): number {
    return Number(this.#keep(String(randomInt(1_000_000_000, 9_999_999_999)), about))
  }

  #keep(secret: string, about: string): string {
    this.#about.set(secret, about)
    return secret
  }

  get size() {
    return this.#about.size
  }

  /** What of it stands in a text, whatever separates the digits, as plain text or as the bytes of it. */
  in(text: string): string[] {
    const plain = text.toLowerCase().replace(/(?<=\d)[,\u00a0\u202f\u2009](?=\d)/g, '')
    return [...this.#about].filter(([secret]) => plain.includes(secret) || plain.includes(Buffer.from(secret).toString('hex'))).map(([, about]) => about)
  }

  /** What the words and numbers in a text stand for: the asker knows these, having typed them. */
  typedIn(text: string): Set<string> {
    return new Set(this.in(text))
  }
}
