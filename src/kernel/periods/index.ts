// Stretches of time as publishers name them: reading every spelling, one canonical label, and moving along a series.
export { dayInWords, isDate, type DateText } from './dates.ts'
export { isRefusedPeriod, parsePeriod, type PeriodHint, type PeriodRefusal } from './parse.ts'
export { comparable, comparePeriods, monthsIn, periodKinds, periodOf, shiftPeriod, type Period, type PeriodKind } from './period.ts'
