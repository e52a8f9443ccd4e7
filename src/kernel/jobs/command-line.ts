import { parseArgs } from 'node:util'
import type { Actor } from '../access/actor.ts'
import { refused } from '../problems.ts'
import type { Command } from '../slice.ts'
import { formatMoment } from '../figures/index.ts'
import { jobs, jobStates, type Job, type JobState } from './queries.ts'
import { jobSentence, stateWords } from './words.ts'

const commandLine: Actor = { kind: 'system', name: 'command line' }

const list: Command = {
  name: 'jobs',
  summary: 'List jobs: what was asked for, how far it has come, how it ended',
  help: `npm run -s bv -- jobs [--state STATE] [--most NUMBER] [--json]

Lists the jobs of everybody, the latest first.

  --state STATE   only these: ${jobStates.join(', ')}
  --most NUMBER   how many at most (default 50)
  --json          print them as JSON`,
  async run(args, { store, now }, { out }) {
    const { values } = parseArgs({ args, options: { state: { type: 'string' }, most: { type: 'string', default: '50' }, json: { type: 'boolean' } } })
    const found = await store.read(commandLine, (db) => jobs(db, { most: numberGiven(values.most, '--most'), ...(values.state === undefined ? {} : { state: stateGiven(values.state) }) }))
    if (values.json) out(JSON.stringify(found.map(asJson), null, 2))
    else if (found.length === 0) out('There are no such jobs.')
    else for (const job of found) out(`${String(job.id).padStart(6)}  ${stateWords[job.state].text.padEnd(11)}  ${job.title}, asked for by ${job.askedBy} ${formatMoment(job.askedAt)}\n        ${jobSentence(job, now())}`)
    return 0
  },
}

const cancel: Command = {
  name: 'jobs cancel',
  summary: 'Stop a job',
  help: `npm run -s bv -- jobs cancel NUMBER [--json]

Stops the job of this number. One that waits has ended at once; one that is being done ends within a second or two, and what
it did so far is not kept.`,
  async run(args, house, { out }) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
    const job = await house.jobs.cancel(commandLine, numberGiven(positionals[0] ?? '', 'NUMBER'))
    out(values.json ? JSON.stringify(asJson(job)) : `${job.title}: ${jobSentence(job, house.now())}`)
    return 0
  },
}

export const jobCommands: Command[] = [list, cancel]

function stateGiven(text: string): JobState {
  const state = jobStates.find((one) => one === text)
  if (!state) throw refused(`"${text}" is no state of a job.`, [{ field: '--state', message: `Give one of ${jobStates.join(', ')}.` }])
  return state
}

function numberGiven(text: string, field: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 2 ** 31 - 1) throw refused(`"${text}" is no such number.`, [{ field, message: 'Give a whole number from 1.' }])
  return number
}

const asJson = ({ id, kind, title, organisation, askedBy, state, progress, outcome, reason, reference, attempts, askedAt, startedAt, endedAt }: Job) =>
  ({ id, kind, title, organisation, asked_by: askedBy, state, progress, outcome, reason, reference, attempts, asked_at: askedAt, started_at: startedAt, ended_at: endedAt })
