import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import * as xlsx from '@e965/xlsx'
import { parse } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import type { Page } from 'playwright-core'

// Five files that are awkward each in its own way, and the way of an officer with them through the pages of a guided import.

/** A file as somebody has it on their disk. */
export interface AwkwardFile {
  /** For the names of pictures. */
  word: string
  name: string
  /** Of the published file it is made from. */
  from: string
  content: (path: string) => Buffer
  /** What the officer knows and no file says. */
  publisher: string
  title: string
}

const asIs = (path: string) => readFileSync(path)

/** A spreadsheet as councils put them out: a sheet of notes, then one with a title above the table. */
function asSpreadsheet(path: string): Buffer {
  const rows: string[][] = parse(readFileSync(path, 'utf8'), { bom: true })
  const book = xlsx.utils.book_new()
  xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet([['Notes'], ['These figures are as published.']]), 'Notes')
  const typed = rows.map((row, line) => row.map((cell) => (line > 0 && /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell)))
  xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet([['Household waste sent for reuse, recycling or composting'], [], ...typed]), 'Figures')
  return Buffer.from(xlsx.write(book, { type: 'buffer', bookType: 'ods' }) as Uint8Array)
}

export const awkwardFiles: AwkwardFile[] = [
  { word: 'ods', name: 'household-waste.ods', from: 'trafford-comparators/household-waste-recycling.csv', content: asSpreadsheet, publisher: 'Trafford Data Lab', title: 'Household waste recycled' },
  { word: 'wide', name: 'core-spending-power-2012-2021.csv', from: 'finance-context/core-spending-power-2012-2021.csv', content: asIs, publisher: 'MHCLG', title: 'Core spending power' },
  { word: 'outturn', name: 'rs-2015-16.csv', from: 'revenue-outturn/rs-2015-16.csv', content: asIs, publisher: 'DCLG', title: 'Revenue outturn summary' },
  { word: 'windows-1252', name: 'rs-2017-18.csv', from: 'revenue-outturn/rs-2017-18.csv', content: (path) => iconv.encode(readFileSync(path, 'utf8'), 'windows-1252'), publisher: 'MHCLG', title: 'Revenue outturn summary of 2017-18' },
  { word: 'json', name: basename('oflog/waste-metrics.json'), from: 'oflog/waste-metrics.json', content: asIs, publisher: 'Office for Local Government', title: 'Waste' },
]

/** Goes from the upload to the report. `seen` is called on the page of each step before it is left. */
export async function bringInByPointing(page: Page, address: string, file: AwkwardFile, path: string, seen: (step: string) => Promise<void>): Promise<void> {
  const go = async (name: string | RegExp) => {
    await page.getByRole('button', { name }).click()
    await page.waitForLoadState('domcontentloaded')
  }
  await page.goto(`${address}/imports/new`)
  await page.getByLabel('National figures').check()
  await page.getByLabel('Recipe', { exact: true }).selectOption('by-pointing')
  await page.getByLabel('File', { exact: true }).setInputFiles({ name: file.name, mimeType: 'application/octet-stream', buffer: file.content(path) })
  await go('Check this file')
  await page.waitForURL(/\/guide\/found$/)
  await seen('found')
  await go('This is right: go on to the columns')
  await page.waitForURL(/\/guide\/columns$/)
  await seen('columns')
  await go('Go on')
  await page.waitForURL(/\/guide\/measures$/)
  await page.getByLabel('Title of').fill(file.title)
  await page.getByLabel('Name of the recipe').fill(`${file.word}-by-pointing`)
  await page.getByLabel('Publisher', { exact: true }).fill(file.publisher)
  await page.getByLabel('Where the file comes from').fill('The page of the publisher')
  await page.getByLabel('Licence', { exact: true }).fill('Open Government Licence v3.0')
  await seen('measures')
  await go('Go on')
  await page.waitForURL(/\/guide\/names$/)
  await seen('names')
  const leaveOut = page.getByLabel('Leave out the rows of all I have not answered for')
  if (await leaveOut.count()) await leaveOut.check()
  await go('See the preview')
  await arrive(page, /\/imports\/new\/[^/]+$/)
  await seen('preview')
  await go(/^Import [\d,]+ figures?$/)
  await arrive(page, /\/imports\/\d+$/)
  await seen('report')
}

/** Waits where long work ends. A page of the work that was opened when it was over already has a link there. */
export async function arrive(page: Page, where: RegExp): Promise<void> {
  const result = page.getByRole('button', { name: 'See the result' })
  for (let waited = 0; waited < 400 && !where.test(page.url()); waited++) {
    if (await result.count()) await result.click().catch(() => undefined)
    await page.waitForTimeout(250)
  }
  await page.waitForURL(where)
}
