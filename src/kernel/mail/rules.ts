/** Facts about sending letters. No database, no network, no clock of its own. */

const minute = 60_000

/** Waits between attempts, in milliseconds; the last is repeated until the letter is of no use any more. */
const waits = [1, 5, 15, 30, 60].map((minutes) => minutes * minute)

/** How long after the given number of failed attempts the next one comes. */
export const waitAfterAttempt = (attempts: number): number => waits[Math.min(Math.max(attempts, 1), waits.length) - 1] ?? minute

/** A process that holds a letter longer than this is taken to be gone. Longer than every time-out of a carrier together. */
export const heldFor = 3 * minute

/** Letters are forgotten this long after they were written, in milliseconds: their addresses are about people. */
export const keptFor = 90 * 24 * 60 * minute

/** One line of plain text: what a server answered may hold anything. */
export function oneLine(text: string, longest = 300): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

/** Somebody's name as it may stand in a letter: on one line, short, and nothing a mail program would turn into a link. */
export const nameInLetter = (name: string) => oneLine(oneLine(name, 100).replace(/[<>[\]()]/g, '').replaceAll('://', ' ').replace(/\.(?=\S)/g, '. '))
