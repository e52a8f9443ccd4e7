/** Takes one spreadsheet apart in a thread of its own, which can be ended when it needs too long or too much. */
import { parentPort, workerData } from 'node:worker_threads'
import { SheetProblem, type SheetFault } from './fault.ts'
import { Sheets, type SheetFacts, type SheetRow } from './sheets.ts'

/** What is asked of the thread: to begin a sheet, or for more rows of the one begun. */
export type Ask = { begin: string; merged: 'first' | 'repeat' } | 'more'

export type Answer =
  | { sheets: SheetFacts[] }
  | { rows: SheetRow[]; done: boolean; notes: string[] }
  | { problem: SheetFault }

const cellsAtOnce = 50_000

const port = parentPort
if (port === null) throw new Error('This file is the program of a thread and is not run by itself.')
const answer = (message: Answer) => port.postMessage(message)

const attempt = async (work: () => Answer | Promise<Answer>): Promise<void> => {
  try {
    answer(await work())
  } catch (cause) {
    if (!(cause instanceof SheetProblem)) throw cause
    answer({ problem: cause.details })
  }
}

let rows: Iterator<SheetRow, void> = [][Symbol.iterator]()
let notes: string[] = []

function nextRows(): Answer {
  const batch: SheetRow[] = []
  for (let cells = 0; cells < cellsAtOnce;) {
    const next = rows.next()
    if (next.done) return { rows: batch, done: true, notes }
    batch.push(next.value)
    cells += next.value.cells.length
  }
  return { rows: batch, done: false, notes: [] }
}

await attempt(async () => {
  const sheets = await Sheets.open(Buffer.from(workerData as Uint8Array))
  port.on('message', (ask: Ask) => void attempt(() => {
    if (ask !== 'more') {
      notes = []
      rows = sheets.rows(ask.begin, ask.merged, notes)
    }
    return nextRows()
  }))
  return { sheets: sheets.facts }
})
