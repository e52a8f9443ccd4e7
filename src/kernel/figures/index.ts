// Numbers as published and as shown: exact decimal texts in between, never floating point.
export { compareDecimals, decimalOf, multiplyDecimals, roundDecimal, subtractDecimals, type Decimal } from './decimals.ts'
export { countOf, formatCount, formatDifference, formatFigure, wordOn, type FigureFormat, type SignStyle } from './format.ts'
export { formatDate, formatMoment } from './moments.ts'
export { isRefusedFigure, parseFigure, type FigureOptions, type FigureRefusal } from './parse.ts'
