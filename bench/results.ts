import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { writeBetween } from './report.ts'

/** One line of the table. */
export interface Result {
  /** What was asked. */
  what: string
  /** What was measured, with its units. */
  measured: string
  /** The two things compared, as one number; null where there is no ratio. */
  ratio: number | null
  target: string
  met: boolean | null
  /** What stands in the way of more. */
  limit: string
}

export const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`
export const milliseconds = (time: number) => `${time < 10 ? time.toFixed(2) : time.toFixed(0)} ms`
export const perSecond = (rate: number) => `${Math.round(rate).toLocaleString('en-GB')} a second`

/** The quickest of several runs after a first that does not count, in milliseconds: what else the machine does only ever adds. */
export async function timed(work: () => Promise<unknown>, turns = 15): Promise<number> {
  await work()
  const times: number[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  return Math.min(...times)
}

/** Puts the table into docs/performance.md; everything around it stays. */
export function writeResults(results: readonly Result[], about: readonly string[]): void {
  writeBetween('bench', [...about, '', ...tableOf(results)].join('\n'))
}

export function tableOf(results: readonly Result[]): string[] {
  const line = ({ what, measured, ratio, target, met, limit }: Result) =>
    `| ${[what, measured, ratio === null ? '' : ratio.toFixed(2), target, met === null ? '' : met ? 'met' : '**not met**', limit].join(' | ')} |`
  return ['| what | measured | ratio | target | | what limits it |', '|---|---|---|---|---|---|', ...results.map(line)]
}

/** The machine in a sentence. */
export function machine(): string {
  const [first] = cpus()
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(', ')
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB of memory, Linux ${release()}, Node ${process.versions.node}; load when it began ${load}.`
}
