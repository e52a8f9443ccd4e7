/** Facts about authorities over time. No database, no web. */

/**
 * The last day an authority was in being, from the end date a register gives. Registers write either that day or the
 * first day of what came after; since bodies change hands on 1 April, an end on that day means the day before.
 */
export function lastDayInBeing(endDate: string): string {
  const [year, ...day] = endDate.split('-')
  return day.join('-') === '04-01' ? `${year}-03-31` : endDate
}

/** A name as it stands in an address: lower-case words of plain letters and digits, joined by hyphens. */
export function slugOf(name: string): string {
  return name
    .replace(/&/g, ' and ')
    .replace(/['’]/g, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join('-')
}
