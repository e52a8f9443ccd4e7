import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'
import { duringRequest } from './request.ts'

test('a fault of the database is logged without the values that were sent to it', () => {
  const lines: string[] = []
  const log = createLog('error', new Writable({ write: (part: Buffer, _encoding, done) => (lines.push(part.toString()), done()) }))
  const fault = Object.assign(new Error('duplicate key value'), { code: '23505', query: 'insert into people.account …', params: ['mara@northmere.example'], detail: 'Key (email)=(mara@northmere.example) already exists.' })
  log.error({ err: new Error('could not be kept', { cause: fault }) }, 'Sorry')
  expect(lines.join('')).toContain('23505')
  expect(lines.join('')).toContain('could not be kept')
  expect(lines.join('')).not.toContain('mara@northmere.example')
})

test('every line about a request has its reference once, whoever writes it', () => {
  const lines: string[] = []
  const log = createLog('info', new Writable({ write: (part: Buffer, _encoding, done) => (lines.push(part.toString()), done()) }))
  duringRequest('AAAA-BBBB-CCCC', () => {
    log.warn({ event: 'sign-in.failed' }, 'sign-in failed')
    log.child({ reference: 'AAAA-BBBB-CCCC' }).info('answered')
    log.info({ reference: 'DDDD-EEEE-FFFF' }, 'of something else')
  })
  log.info('of nobody')
  expect(lines.map((line) => line.match(/"reference":"[^"]*"/g))).toEqual([['"reference":"AAAA-BBBB-CCCC"'], ['"reference":"AAAA-BBBB-CCCC"'], ['"reference":"DDDD-EEEE-FFFF"'], null])
})
