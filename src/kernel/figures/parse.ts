import { multiplyDecimals, plainDecimal, type Decimal } from './decimals.ts'

/** How a publisher writes numbers, where that has to be told. */
export interface FigureOptions {
  /** Multiplies the number exactly: '1000' for £ thousand, '0.01' for pence. */
  scale?: Decimal
  /** '95%' becomes 0.95. Otherwise the sign is dropped and it becomes 95. */
  percentAsFraction?: boolean
  /** Read '1.2m' as 1200000: k, m and bn, or thousand, million and billion. Otherwise such a figure is refused. */
  magnitudes?: boolean
  /** Drop footnote letters in brackets after the number: '1,234 (a)', '12[r]'. Otherwise such a figure is refused. */
  footnotes?: boolean
}

/** Why a text is not a figure. Both are for people: `refused` is a whole sentence, `expected` fits in a table cell. */
export interface FigureRefusal {
  refused: string
  expected: string
}

/** No figure needs more; a longer text is a note or a cell that ran on, and is quoted only in part. */
const longest = 80
const expected = 'a number such as 1,234.5, −4.1, (12), £3.20 or 95.2%'
const spaces = String.raw`[\s\u00a0\u2007\u2009\u202f]`
const magnitudes: Record<string, string> = {
  k: '1000', thousand: '1000', m: '1000000', mn: '1000000', million: '1000000', bn: '1000000000', billion: '1000000000',
}

/**
 * Reads a published number as an exact decimal text: nothing is rounded and '1.50' keeps its zero. A blank or a marker such as
 * '…' is refused too: whoever knows the publisher's markers looks for them first.
 */
export function parseFigure(text: string, options: FigureOptions = {}): Decimal | FigureRefusal {
  const refuse = (why: string): FigureRefusal => ({ refused: `"${text.length > longest ? `${text.slice(0, longest)}…` : text}" cannot be read as a number: ${why}. Expected ${expected}.`, expected })
  if (text.length > longest) return refuse('it is too long for a figure')
  const written = dress(text)
  if (written === '') return refuse('it is blank')
  if (/^[-+]?(inf(inity)?|nan)$/i.test(written)) return refuse('it is the result of a failed calculation, not a figure')

  const footnote = /^(.*[\d%)])\s*(?:[([][a-z]{1,3}[)\]]\s*)+$/i.exec(written)
  if (footnote && !options.footnotes) return refuse('letters in brackets follow it; if they are footnotes, the recipe should say so')
  const bare = undress(footnote?.[1] ?? written)
  if (!bare) return refuse('its signs or brackets do not belong together')

  const magnitude = /^(.*\d)\s*(k|thousand|mn?|million|bn|billion)$/i.exec(bare.number)
  if (magnitude && !options.magnitudes) return refuse(`it ends in ${magnitude[2] ?? ''}; if that is a multiple, the recipe should say so`)
  const number = plainDecimal(ungrouped(magnitude?.[1] ?? bare.number))
  if (number === undefined) return refuse(whyNot(bare.number))
  if (number.length > longest) return refuse('written out, it has too many digits for a figure')

  const factors = [bare.negative && '-1', magnitude && magnitudes[(magnitude[2] ?? '').toLowerCase()], bare.percent && options.percentAsFraction && '0.01', options.scale]
  return factors.reduce<Decimal>((product, factor) => (factor ? multiplyDecimals(product, factor) : product), number)
}

/** Narrows what `parseFigure` returned. */
export const isRefusedFigure = (reading: Decimal | FigureRefusal): reading is FigureRefusal => typeof reading !== 'string'

/** One sort of minus and no space at the edges. An en dash before a digit can only be a minus; alone it is a marker. */
function dress(text: string): string {
  return text.replace(/\u2212|–(?=\s*[£$€]?\s*[\d.])/g, '-').replace(new RegExp(`^${spaces}+|${spaces}+$`, 'g'), '')
}

/** Takes off brackets, sign, currency and percent sign, each at most once; undefined where they contradict one another. */
function undress(text: string): { number: string; negative: boolean; percent: boolean } | undefined {
  const percentOutside = text.endsWith('%')
  let rest = (percentOutside ? text.slice(0, -1) : text).trim()
  let currencies = 0
  const withoutCurrency = () => {
    const shorter = rest.replace(/^[£$€]\s*/, '')
    if (shorter !== rest) currencies += 1
    rest = shorter
  }

  withoutCurrency()
  const bracketed = /^\((.*)\)$/.exec(rest)
  if (bracketed) rest = (bracketed[1] ?? '').trim()
  withoutCurrency()
  const sign = /^[-+]/.exec(rest)?.[0]
  if (sign) rest = rest.slice(1).trim()
  withoutCurrency()
  const percentInside = bracketed !== null && rest.endsWith('%')
  if (percentInside) rest = rest.slice(0, -1).trim()

  if ((bracketed && sign) || currencies > 1 || (percentInside && percentOutside)) return undefined
  return { number: rest, negative: bracketed !== null || sign === '-', percent: percentInside || percentOutside }
}

const grouped = /^[1-9]\d{0,2}([,\u0020\u00a0\u2007\u2009\u202f])\d{3}(?:\1\d{3})*(?:\.\d*)?$/

/** Removes separators only where they part every group of three: '1,5', '12,34' and '0,123' stay as they are and are refused. */
function ungrouped(number: string): string {
  const separator = grouped.exec(number)?.[1]
  return separator ? number.replaceAll(separator, '') : /^[-+]/.test(number) ? '' : number
}

function whyNot(number: string): string {
  if (/^[\d.]*,[\d.,]*$/.test(number)) return 'its comma does not mark thousands, and a decimal comma is not guessed at'
  if (new RegExp(String.raw`^[\d.]+(${spaces}[\d.]+)+$`).test(number)) return 'its spaces do not mark thousands'
  if (/^\d*\.?\d*e[-+]?\d+$/i.test(number)) return 'its exponent is too large for a figure'
  return 'it is not a number'
}
