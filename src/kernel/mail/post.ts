import type { House } from '../slice.ts'
import { deliverLetters } from './delivery.ts'

/** How often the post looks for letters, in milliseconds. One that was just written waits half of this on average. */
const usualRound = 4_000

/** Sends letters as they become due until stopped. Any number of processes may do so. */
export function startPost(house: Pick<House, 'store' | 'config' | 'log' | 'now'>, round = usualRound): { stop: () => Promise<void> } {
  let going: Promise<unknown> = Promise.resolve()
  let isGoing = false
  const timer = setInterval(() => {
    if (isGoing) return
    isGoing = true
    going = deliverLetters(house)
      // An outage of the database passes; the letters are still there afterwards.
      .catch((cause: unknown) => house.log.warn({ err: cause }, 'letters could not be looked for'))
      .finally(() => void (isGoing = false))
  }, round)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await going
    },
  }
}
