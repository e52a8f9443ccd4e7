import { dayInWords } from '#kernel/periods/index.ts'

/** The clock that people in the field live by. */
const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London', hourCycle: 'h23',
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
})

/** `21 Nov 2026`, from a day 'YYYY-MM-DD' or from a moment as the day it is in London. */
export function formatDate(date: string | Date): string {
  return dayInWords(typeof date === 'string' ? date : inLondon(date).day)
}

/** `21 Nov 2026 14:02`, in London time. */
export function formatMoment(moment: Date): string {
  const { day, time } = inLondon(moment)
  return `${dayInWords(day)} ${time}`
}

interface Written {
  day: string
  time: string
}

/** Moments that were written lately, by the minute: pages write the same few again and again. */
const written = new Map<number, Written>()
const mostWritten = 1_000

function inLondon(moment: Date): Written {
  const minute = Math.floor(moment.getTime() / 60_000)
  const known = written.get(minute)
  if (known) return known
  if (written.size >= mostWritten) written.clear()
  const made = onTheClock(moment)
  written.set(minute, made)
  return made
}

function onTheClock(moment: Date): Written {
  const parts = Object.fromEntries(clock.formatToParts(moment).map(({ type, value }) => [type, value]))
  return { day: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` }
}
