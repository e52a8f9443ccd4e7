import { describe, expect, it } from 'vitest'
import { hexKey, hexMap, type Hex, type HexLook } from './index.ts'

const hex = (q: number, r: number, more: Partial<Hex> = {}): Hex => ({ q, r, look: 'plain', href: `/${q}/${r}`, says: `at ${q} ${r}`, name: 'Somewhere', figure: '7', highlighted: false, ...more })
const mapOf = (arrangement: 'odd-r' | 'even-r' | 'odd-q' | 'even-q', ...hexes: Hex[]) => hexMap({ id: 'm', title: 'Map', arrangement, hexes, others: [] })

/** Where each link's hexagon stands, by its address, in units of the distance between the first two. */
function placesIn(svg: string): Map<string, { x: number; y: number }> {
  return new Map([...svg.matchAll(/<a href="([^"]+)">.*?<use [^>]*x="([\d.]+)" y="([\d.]+)"/g)].map(([, href = '', x, y]) => [href, { x: Number(x), y: Number(y) }]))
}

describe('a map of hexagons', () => {
  it.each([
    ['odd-r', 'x', 0.5], ['even-r', 'x', -0.5], ['odd-q', 'y', -0.5], ['even-q', 'y', 0.5],
  ] as const)('sets the rows or columns of %s half a hexagon further on, and rows upwards', (arrangement, axis, shift) => {
    const along = arrangement.endsWith('r') ? hex(1, 0) : hex(0, 1)
    const across = arrangement.endsWith('r') ? hex(0, 1) : hex(1, 0)
    const places = placesIn(mapOf(arrangement, hex(0, 0), along, across))
    const at = (one: Hex) => places.get(one.href) ?? { x: NaN, y: NaN }
    const [start, beside, over] = [at(hex(0, 0)), at(along), at(across)]
    const step = Math.hypot(beside.x - start.x, beside.y - start.y)
    expect((over[axis] - start[axis]) / step).toBeCloseTo(shift, 1)
    expect(Math.hypot(over.x - start.x, over.y - start.y), 'neighbours are equally far apart').toBeCloseTo(step, 0)
    expect(at(hex(0, 1)).y).toBeLessThan(at(hex(0, 0)).y)
  })

  it('counts negative rows as odd and even like the others', () => {
    const places = placesIn(mapOf('odd-r', hex(0, -1), hex(0, 0), hex(0, 1)))
    expect(places.get('/0/-1')?.x).toBe(places.get('/0/1')?.x)
  })

  it('is a group of links from the top row down, each called all that it says', () => {
    const svg = mapOf('odd-r', hex(0, 0, { says: 'C' }), hex(1, 2, { says: 'B' }), hex(0, 2, { says: 'A' }))
    expect([...svg.matchAll(/<a [^>]*><title>(.)/g)].map(([, says]) => says)).toEqual(['A', 'B', 'C'])
    expect(svg).toMatch(/^<svg [^>]*role="group" aria-labelledby="m-title"/)
  })

  it('has name and figure inside only where there is room, and always a sign of its own for each look', () => {
    const wide = mapOf('odd-r', ...Array.from({ length: 24 }, (_, q) => hex(q, 0)))
    expect(mapOf('odd-r', hex(0, 0))).toContain('Somewhere')
    expect(wide).not.toContain('Somewhere')
    const looks: HexLook[] = ['up-2', 'up-1', 'down-1', 'down-2', 'dots-1', 'dots-2', 'dots-3', 'dots-4', 'plain', 'crossed', 'outside']
    const withoutColour = looks.map((look) => hexKey(look).replace(/(fill|stroke)="#[0-9a-f]+"/gi, '$1'))
    expect(new Set(withoutColour).size).toBe(looks.length)
  })

  it('lets no name, figure or address break out of the picture', () => {
    const hostile = `"><script>alert('x')</script>`
    const svg = hexMap({ id: 'm', title: hostile, arrangement: 'odd-r', hexes: [hex(0, 0, { says: hostile, name: hostile, figure: hostile, href: hostile })], others: [] })
    expect(svg).not.toMatch(/<script|href="">/)
  })
})
