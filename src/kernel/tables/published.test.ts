import { createReadStream } from 'node:fs'
import { expect, test } from 'vitest'
import { describePublished } from '../testing/published.ts'
import { readTable, type TableOptions } from './index.ts'

describePublished('published files', (path) => {
  const open = (file: string, options: Partial<TableOptions> = {}) => readTable(() => createReadStream(path(file)), { file, ...options })

  // Rows as the README of the files counts them, less rows of blank cells.
  test.each<[string, number, Partial<TableOptions>?]>([
    ['lgbf/raw-cash-annual-2024-03.csv', 34_392],
    ['lgbf/raw-real-annual-2024-03.csv', 35_467],
    ['lgbf/raw-cash-annual-2023-08.csv', 30_624],
    ['lgbf/raw-monthly-and-quarterly-2024-01.csv', 17_880],
    ['lgbf/indicator-information-2024-03.csv', 108],
    ['lgbf/latest-values-ranked-part-a.csv', 1_530],
    ['lgbf/quarterly-ranked-part-a.csv', 669],
    ['oflog/adult-social-care.csv', 6_376],
    ['ons-local-statistics/adult-obesity-prevalence.csv', 3_510],
    ['ons-local-statistics/early-years.csv', 4_257],
    ['ons-similar-areas/global-neighbours.csv', 397],
    ['authority-register/uk-local-authorities-with-future.csv', 470],
    ['inspections/ofsted-ilacs-judgements.csv', 153],
    ['service-taxonomy/esd-functions-to-services.csv', 1_063],
    ['trafford-comparators/neet.csv', 168],
    ['revenue-outturn/rs-2016-17.csv', 459, { header: { line: 7 } }],
    ['dfe-statistical-neighbours/statistical-neighbours-2025-05.csv', 159, { header: { columns: ['LA Name', 'SN1'] } }],
  ])('%s is read to its last row', async (file, expected, options) => {
    const table = await open(file, options)
    let rows = 0
    let last = 0
    for await (const row of table.rows) {
      rows += 1
      expect(row.cells.length).toBe(table.columns.length)
      expect(row.line).toBeGreaterThan(last)
      last = row.line
    }
    expect([table.encoding, table.delimiter, rows]).toEqual(['utf-8', ',', expected])
  })

  test('the columns of the awkward ones can be addressed', async () => {
    const raw = await open('lgbf/raw-cash-annual-2024-03.csv')
    expect(raw.column('column 1').index).toBe(0)
    expect(() => raw.column('Local authority')).toThrow(/perhaps "LocalAuthority" is meant/)
    const neighbours = await open('dfe-statistical-neighbours/statistical-neighbours-2025-05.csv', { header: { line: 3 } })
    expect(['SN10', 'SNP', 'SNP (2)', 'SNP (10)'].map((name) => neighbours.column(name).index)).toEqual([23, 6, 8, 24])
    const outturn = await open('revenue-outturn/rs-2016-17.csv', { header: { columns: ['E-code', 'ONS Code', 'Class'] } })
    expect([outturn.headerLine, outturn.column('column 4').index]).toEqual([7, 3])
    for (const table of [raw, neighbours, outturn]) await table.close()
  })

  test('a workbook is recognised by its bytes', async () => {
    await expect(open('dfe-statistical-neighbours/statistical-neighbours-2025-05.xlsx')).rejects.toThrow(/an Excel workbook/)
  })

  test('a file cut anywhere is either refused or ends on a whole row', async () => {
    const file = 'lgbf/latest-values-ranked-part-a.csv'
    for (const end of [50_000, 123_456, 777_777, 1_500_001]) {
      const rows = readTable(() => createReadStream(path(file), { end }), { file }).then((table) => Array.fromAsync(table.rows))
      await expect(rows).rejects.toThrow(/cut short/)
    }
  })
})
