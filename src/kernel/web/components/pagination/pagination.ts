/** What govuk-frontend's pagination takes, and a sentence for the top of the list. */
export interface Pagination {
  links: {
    previous?: { href: string }
    next?: { href: string }
    items: ({ number: number; href: string; current: boolean } | { ellipsis: true })[]
  }
  /** "51 to 100 of 327"; "nothing found" when empty. */
  range: string
}

/**
 * Links to the pages of a list: the first, the last, the present and its neighbours. `page` counts from 1.
 */
export function paginationOf({ page, size, total, hrefOf }: { page: number; size: number; total: number; hrefOf: (page: number) => string }): Pagination {
  const last = Math.max(1, Math.ceil(total / size))
  const shown = [1, page - 1, page, page + 1, last].filter((number) => number >= 1 && number <= last)
  const numbers = [...new Set(shown)].sort((a, b) => a - b)
  const items = numbers.flatMap((number, index) => {
    const item = { number, href: hrefOf(number), current: number === page }
    const before = numbers[index - 1]
    return before !== undefined && number - before > 1 ? [{ ellipsis: true as const }, item] : [item]
  })
  return {
    links: {
      ...(page > 1 ? { previous: { href: hrefOf(page - 1) } } : {}),
      ...(page < last ? { next: { href: hrefOf(page + 1) } } : {}),
      items: last > 1 ? items : [],
    },
    range: total === 0 ? 'nothing found' : `${(page - 1) * size + 1} to ${Math.min(page * size, total)} of ${total.toLocaleString('en-GB')}`,
  }
}
