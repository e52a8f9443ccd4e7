// Tables in files: CSV read row by row with every fault placed by line and column, and CSV written safely.
export { findColumn, nameColumns, nearNames, type Column } from './columns.ts'
export type { Delimiter } from './delimiter.ts'
export type { EncodingGuess, KnownEncoding } from './encoding.ts'
export type { HeaderRule } from './header.ts'
export { TableProblem, type TableFault, type TableFaultDetails } from './problem.ts'
export { howRead, readTable, sourceOf, type Table, type TableOptions, type TableSource } from './read.ts'
export type { Row } from './records.ts'
export { csvRow, writeCsv, type CellValue } from './write.ts'
