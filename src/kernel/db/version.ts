/**
 * Asks for a number that may change at any time, so that whoever asks gets an answer at least as new as the question. Many
 * questions share one answer: those that come while one is under way wait together for the next, never for one that began before
 * them.
 */
export class SharedQuestion<T> {
  readonly #ask: () => Promise<T>
  #underWay: Promise<T> | undefined
  #next: Promise<T> | undefined

  constructor(ask: () => Promise<T>) {
    this.#ask = ask
  }

  answer(): Promise<T> {
    if (!this.#underWay) return this.#begin()
    this.#next ??= this.#underWay.then(
      () => this.#begin(),
      () => this.#begin(),
    )
    return this.#next
  }

  #begin(): Promise<T> {
    this.#next = undefined
    const asked = this.#ask()
    this.#underWay = asked
    const done = () => {
      if (this.#underWay === asked) this.#underWay = undefined
    }
    asked.then(done, done)
    return asked
  }
}
