import domino from '@mixmark-io/domino'
import { describe, expect, it } from 'vitest'
import { distribution, dotStrip, sparkline, strip, trend } from './index.ts'
import type { Chart, TrendPoint } from './index.ts'

const days = { unit: 'Days', factor: 1, format: (value: number) => `${value.toFixed(1)} days` }
const percent = { unit: '% of homes', factor: 100, format: (value: number) => `${(value * 100).toFixed(1)}%` }

function point(period: string, value: number | null, more: Partial<TrendPoint> = {}): TrendPoint {
  return { period, value, median: 26, lower: 22, upper: 29, ...more }
}

const series = [
  point('2019-20', 27.1),
  point('2020-21', null, { absence: 'suppressed' }),
  point('2021-22', 30, { breakNote: 'counted from the day the keys came back.' }),
  point('2022-23', 29),
  point('2023-24', 31.2, { provisional: true }),
]

const spine = { worst: -40, best: -10, median: -26, middle: { from: -29, to: -22 } }

/** Every kind of chart, with a name wherever a name can go. */
function chartsNaming(name: string): Record<string, Chart> {
  const dots = [40, 26, 26, 26, 10].map((value, i) => ({ name, figure: name, at: -value, highlighted: i === 3 }))
  return {
    trend: trend({
      id: 'chart-a',
      title: name,
      authority: name,
      group: name,
      scale: { unit: name, factor: 1, format: () => name },
      points: series.map((one) => ({
        ...one,
        period: `${one.period}${name}`,
        absence: name,
        breakNote: one.breakNote ? name : null,
      })),
    }),
    strip: strip({ id: 'chart-b', title: name, spine, own: -31, summary: name }),
    dots: dotStrip({
      id: 'chart-c',
      title: name,
      spine,
      dots,
      labels: { worst: name, median: name, best: name },
      better: true,
      summary: name,
    }),
    spark: sparkline({
      id: 'chart-d',
      title: name,
      points: series.map((one) => ({ ...one, period: name })),
      scale: { format: () => name },
    }),
    distribution: distribution({
      id: 'chart-e',
      title: name,
      values: [1, 2, 2, 3, 9],
      median: 2,
      own: { name, value: 3 },
      scale: { unit: name, factor: 1, format: () => name },
    }),
  }
}

interface Parsed {
  querySelectorAll(selector: string): ArrayLike<{ getAttribute(name: string): string | null; textContent: string }>
}

/** The library types a document as a browser's, which this program has no types of. */
function parsed(html: string): Parsed {
  return domino.createDocument(html) as unknown as Parsed
}

function found(html: string, selector: string) {
  return Array.from(parsed(html).querySelectorAll(selector))
}

describe('every chart', () => {
  const charts = Object.entries(chartsNaming('Northmere'))

  it.each(charts)(
    '%s is an image whose title and description are there, under ids that occur once',
    (_, { svg, summary }) => {
      const images = found(svg, 'svg')
      expect(images.length).toBeGreaterThan(0)
      const ids = found(svg, '[id]').map((element) => element.getAttribute('id'))
      expect(new Set(ids).size).toBe(ids.length)
      for (const image of images) {
        expect(image.getAttribute('role')).toBe('img')
        expect(image.getAttribute('viewBox')).toMatch(/^0 0 \d+ \d+$/)
        const [title, description] = image.getAttribute('aria-labelledby')!.split(' ')
        expect(found(svg, `#${title}`)[0]!.textContent).not.toBe('')
        expect(found(svg, `#${description}`)[0]!.textContent).toBe(summary)
      }
    },
  )

  it.each(charts)('%s has nothing a strict content security policy would block', (_, { svg }) => {
    expect(found(svg, 'style, script, foreignObject, image, a, [style]')).toEqual([])
    expect(svg).not.toMatch(/\son[a-z]+=|url\(|href/)
  })

  it.each(charts)('%s has no coordinate that is not a number', (_, { svg }) => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/)
  })

  it('is the same when drawn again', () => {
    expect(chartsNaming('Northmere')).toEqual(chartsNaming('Northmere'))
  })

  it.each(Object.entries(chartsNaming(`</title><script>alert("1")</script><i style='x' onload=x>&\u0000`)))(
    '%s shows a hostile name as text',
    (_, { svg }) => {
      expect(found(svg, 'script, i, [onload], [style]')).toEqual([])
      expect(svg).not.toContain('<script')
      expect(svg).not.toContain('\u0000')
      expect(found(svg, 'title')[0]!.textContent).toContain('</title><script>alert("1")</script>')
    },
  )

  it.each(
    Object.entries(
      chartsNaming('The Metropolitan and County Borough of a Very Long Name upon Somewhere and Elsewhere-on-Sea'),
    ),
  )('%s survives a name of ninety characters', (_, { svg }) => {
    expect(svg).not.toMatch(/NaN|="-\d{3}/)
  })
})

describe('the trend', () => {
  const chart = trend({
    id: 't',
    title: 'Re-let time',
    authority: 'Northmere',
    group: 'its 16 nearest neighbours',
    scale: days,
    points: series,
  })

  it('tells in sentences the latest figure, the one before, the range, the group, gaps and breaks', () => {
    expect(chart.summary).toBe(
      'Northmere: 31.2 days in 2023-24 (provisional). It was 29.0 days in 2022-23. ' +
        'Over 4 periods it ranged from 27.1 days (2019-20) to 31.2 days (2023-24). ' +
        'The median of its 16 nearest neighbours in 2023-24 is 26.0 days, and the middle half lies between 22.0 days and 29.0 days. ' +
        'No figure for 2020-21 (suppressed). Break in series before 2021-22: counted from the day the keys came back.',
    )
  })

  it('labels the last figure, makes provisional dots hollow, and says when the axis does not start at nought', () => {
    expect(chart.svg).toContain('>31.2 days</text>')
    expect(found(chart.svg, '.chart--wide circle[fill="#ffffff"]')).toHaveLength(1)
    expect(chart.svg).toContain('Days (axis does not start at 0)')
  })

  it('joins nothing across a missing period or a break', () => {
    const [line] = found(chart.svg, '.chart--wide path[stroke="#12436D"][fill="none"]')
    const runs = line!.getAttribute('d')!.split('M').slice(1)
    expect(runs).toHaveLength(2)
    expect(runs.filter((run) => run.includes('L'))).toHaveLength(1)
  })

  it('shows fractions as the percentages people know', () => {
    const { svg } = trend({
      id: 't',
      title: 'x',
      authority: 'x',
      group: null,
      scale: percent,
      points: [point('2022', 0.2, NO_GROUP), point('2023', 0.9, NO_GROUP)],
    })
    expect(found(svg, '.chart--wide text').map(({ textContent }) => textContent)).toContain('80')
  })

  it('can have no figure, one, or the same one throughout', () => {
    for (const values of [[], [null], [5], [0, 0], [5, 5, 5], [-3, -3]]) {
      const points = values.map((value, i) => point(`20${10 + i}`, value, NO_GROUP))
      expect(trend({ id: 't', title: 'x', authority: 'x', group: null, scale: days, points }).svg).not.toMatch(
        /NaN|Infinity/,
      )
    }
  })
})

const NO_GROUP = { median: null, lower: null, upper: null }

describe('the strip', () => {
  it('puts the better end to the right and leaves the dot out where there is no figure', () => {
    const at = (own: number) =>
      Number(found(strip({ id: 's', title: 'x', spine, own, summary: 'x' }).svg, 'circle')[0]!.getAttribute('cx'))
    expect(at(-10)).toBeGreaterThan(at(-40))
    expect(found(strip({ id: 's', title: 'x', spine, own: null, summary: 'x' }).svg, 'circle')).toEqual([])
  })

  it('keeps an authority from outside the group inside the picture', () => {
    const x = Number(
      found(strip({ id: 's', title: 'x', spine, own: 500, summary: 'x' }).svg, 'circle')[0]!.getAttribute('cx'),
    )
    expect(x).toBeLessThan(200)
  })

  it('has no band where too few have a figure, and stands in the middle when all are the same', () => {
    const flat = { worst: 3, best: 3, median: 3, middle: null }
    const { svg } = strip({ id: 's', title: 'x', spine: flat, own: 3, summary: 'x' })
    expect(found(svg, 'rect')).toEqual([])
    expect(found(svg, 'circle')[0]!.getAttribute('cx')).toBe('100')
  })

  it('stacks equal figures, shows each name when pointed at, and highlights one', () => {
    const { dots } = chartsNaming('Northmere')
    const wide = found(dots!.svg, '.chart--wide circle')
    expect(wide).toHaveLength(5)
    expect(new Set(wide.map((dot) => `${dot.getAttribute('cx')} ${dot.getAttribute('cy')}`)).size).toBe(5)
    expect(wide.every(({ textContent }) => textContent === 'Northmere: Northmere')).toBe(true)
    expect(wide.filter((dot) => dot.getAttribute('fill') === '#12436D')).toHaveLength(1)
  })
})

describe('the distribution', () => {
  it('counts every figure once, in ranges of a round width', () => {
    const values = Array.from({ length: 100 }, (_, i) => i / 10)
    const { summary } = distribution({ id: 'd', title: 'x', scale: days, values, median: 4.95 })
    expect(summary).toBe(
      '100 authorities have figures, from 0.0 days to 9.9 days. The median is 5.0 days. The fullest range, 0.0 days to 1.0 days, has 10.',
    )
  })

  it('can have no figure, one, or the same one throughout', () => {
    for (const values of [[], [0], [7, 7, 7], [-2, -2], [1e9, 1e-9]]) {
      expect(distribution({ id: 'd', title: 'x', scale: days, values, median: values[0] ?? null }).svg).not.toMatch(
        /NaN|Infinity/,
      )
    }
  })
})

describe('the sparkline', () => {
  it('says where it began, where it ended and how much is missing', () => {
    const { summary } = sparkline({ id: 'k', title: 'x', points: series, scale: days })
    expect(summary).toBe('27.1 days in 2019-20, 31.2 days in 2023-24; 4 figures of 5 periods.')
    expect(sparkline({ id: 'k', title: 'x', points: [], scale: days }).summary).toBe('No figures.')
  })

  it('leaves gaps for missing periods and breaks', () => {
    const { svg } = sparkline({
      id: 'k',
      title: 'x',
      points: [1, 2, null, 3, 4].map((value, i) => ({ period: `${i}`, value, breakBefore: i === 4 })),
      scale: days,
    })
    expect(found(svg, 'path')[0]!.getAttribute('d')!.match(/M/g)).toHaveLength(3)
  })
})
