import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paginationOf } from './pagination.ts'

const hrefOf = (page: number) => `?page=${page}`

test('a long list links its first, last, present and neighbouring pages, with gaps shown', () => {
  const { links, range } = paginationOf({ page: 7, size: 50, total: 2904, hrefOf })
  expect(links.items.map((item) => ('ellipsis' in item ? '…' : item.number))).toEqual([1, '…', 6, 7, 8, '…', 59])
  expect(range).toBe('301 to 350 of 2,904')
})

test('a list of one page has no links, and an empty one says so', () => {
  expect(paginationOf({ page: 1, size: 50, total: 50, hrefOf }).links).toEqual({ items: [] })
  expect(paginationOf({ page: 1, size: 50, total: 0, hrefOf }).range).toBe('nothing found')
})

test('every page can be reached from every other by following links, and exactly one is the present one', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 2000 }), (page, total) => {
    const last = Math.ceil(total / 50)
    fc.pre(last > 1 && page <= last)
    const { items, previous, next } = paginationOf({ page, size: 50, total, hrefOf }).links
    expect(items.filter((item) => 'current' in item && item.current)).toHaveLength(1)
    expect([Boolean(previous), Boolean(next)]).toEqual([page > 1, page < last])
  }))
})
