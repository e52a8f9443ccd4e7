import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { expect } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import type { Store } from '#kernel/db/index.ts'
import { completeHouse, type House, type Terminal } from '#kernel/slice.ts'
import { importFile, readyRecipe, type Recipe } from '#slices/indicators/index.ts'
import type { ComparisonAnswer } from '#slices/benchmarking/index.ts'
import { compareCommand } from '#slices/benchmarking/command-line.ts'
import pino from 'pino'

const commandLine: Actor = { kind: 'system', name: 'command line' }

/** Brings a published file in by a ready recipe or one of the test's own. A refused file fails with its explanation. */
export async function bringIn(store: Store, path: string, recipe: string | Recipe): Promise<void> {
  const source = { name: basename(path), open: () => createReadStream(path) }
  const report = await importFile(store, commandLine, source, typeof recipe === 'string' ? readyRecipe(recipe) : recipe)
  expect([report.explanation, report.refusals.slice(0, 3), report.outcome]).toEqual([report.explanation, [], 'imported'])
}

/** What `bv compare … --json` prints. */
export async function compareOnCommandLine(store: Store, question: Record<string, string>): Promise<ComparisonAnswer> {
  const house: House = completeHouse({ store, config: readConfig({}), log: pino({ level: 'silent' }), now: () => new Date() })
  const printed: string[] = []
  const terminal: Terminal = { out: (text) => void printed.push(text), err: () => undefined, progress: () => undefined }
  const args = Object.entries(question).flatMap(([name, value]) => [`--${name}`, value])
  expect(await compareCommand.run([...args, '--json'], house, terminal)).toBe(0)
  return JSON.parse(printed.join('\n')) as ComparisonAnswer
}

/** "C&L 01" as its measure is called in the store. */
export const codeOf = (terms: 'real' | 'cash', code: string) => `lgbf-${terms}-${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`

const groupings: Record<string, string> = {
  'Environmental, Culture & Leisure, Economic Development, Corporate and Property indicators': 'lgbf-environment',
  'Children, Social Work and Housing indicators': 'lgbf-children',
}

/** Address of a family: its grouping's source and its name. */
export const familyAddress = (grouping: string, family: string) =>
  `family:${groupings[grouping] ?? ''}/${family.toLowerCase().replaceAll(' ', '-')}`
