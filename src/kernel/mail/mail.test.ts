import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '../access/actor.ts'
import { readConfig } from '../config.ts'
import { openMailServer, type MailServer } from '../testing/mail-server.ts'
import { bothStores, type TestStore } from '../testing/store.ts'
import type { House } from '../slice.ts'
import { deliverLetters, isMailAddress, lettersOf, openLetter, startPost, tryAgain, withdrawLetters, writeLetter } from './index.ts'
import { nameInLetter, oneLine, waitAfterAttempt } from './rules.ts'
import { seal, unseal } from './seal.ts'
import { completeHouse } from '#kernel/slice.ts'

const system: Actor = { kind: 'system', name: 'test' }
const administrator = (organisation: number): Actor => ({
  kind: 'person', account: 7, name: 'Dev Rowntree', grants: [],
  memberships: [{ organisation, slug: 'x', name: 'X', kind: 'authority', authority: null, roles: ['administrator'] }],
})
const SESSION_SECRET = 'a secret of thirty-two characters!'
const hour = 3_600_000

let server: MailServer
let clock: number
beforeAll(async () => void (server = await openMailServer()))
afterAll(() => server.close())

describe.each(bothStores)('letters on %s', (_name, open) => {
  let database: TestStore
  let house: House
  beforeAll(async () => {
    database = await open()
    const config = readConfig({ SESSION_SECRET, SMTP_URL: server.url, MAIL_FROM: 'Best value <bestvalue@northmere.example>', BASE_URL: 'https://bestvalue.northmere.example' })
    house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date(clock) })
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    clock = Date.parse('2026-03-02T09:00:00Z')
    server.taken.length = 0
    server.treatments.length = 0
    await database.raw.exec('delete from kernel.letter')
  })

  const write = (given: Partial<Parameters<typeof writeLetter>[2]> = {}) => house.store.change(system, 'test.write', async (trx) => ({
    subject: 'letter:test',
    result: await writeLetter(trx, house, { organisation: 1, to: 'mara@northmere.example', subject: 'Choose a password', text: 'Open https://here.example/?link=abc', expiresAt: new Date(clock + 24 * hour), ...given }),
  }))
  const listed = () => house.store.read(system, (db) => lettersOf(db, 100))
  const sealed = () => database.raw.rows<{ sealed: string | null }>('select sealed from kernel.letter order by id')

  test('are sent once, as they were written, and their text is kept no longer', async () => {
    await write()
    expect((await sealed())[0]?.sealed).not.toContain('abc')
    expect(await deliverLetters(house)).toBe(1)
    expect(await deliverLetters(house)).toBe(0)
    expect(server.taken).toHaveLength(1)
    expect(server.taken[0]).toMatchObject({ from: 'bestvalue@northmere.example', to: ['mara@northmere.example'] })
    expect(server.taken[0]?.raw).toContain('https://here.example/?link=')
    expect(server.taken[0]?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(await listed()).toMatchObject([{ state: 'sent', attempts: 1, reason: null, sent_at: new Date(clock) }])
    expect(await sealed()).toEqual([{ sealed: null }])
  })

  test('are not there when what they tell of did not happen', async () => {
    await expect(house.store.change(system, 'test.write', async (trx) => {
      await writeLetter(trx, house, { organisation: 1, to: 'mara@northmere.example', subject: 'x', text: 'x', expiresAt: new Date(clock + hour) })
      throw new Error('it did not happen')
    })).rejects.toThrow('it did not happen')
    expect(await listed()).toEqual([])
  })

  test('come again later when the server asks for it, and wait longer each time', async () => {
    await write()
    for (const [attempt, wait] of [[1, 1], [2, 5], [3, 15]] as const) {
      server.treatments.push('ask to come again')
      expect(await deliverLetters(house)).toBe(0)
      expect(await listed()).toMatchObject([{ state: 'waiting', attempts: attempt, reason: 'The mail server answered: 451 4.7.1 Greylisted, come again', next_at: new Date(clock + wait * 60_000) }])
      clock += wait * 60_000 - 1
      expect(await deliverLetters(house)).toBe(0)
      clock += 1
    }
    expect(await deliverLetters(house)).toBe(1)
    expect(server.taken).toHaveLength(1)
  })

  test('are given up when the reader does not exist, with the server’s reason on one line, until somebody has them tried again', async () => {
    const id = await write()
    server.treatments.push('refuse the reader')
    await deliverLetters(house)
    expect(await listed()).toMatchObject([{ state: 'refused', reason: 'The mail server answered: 550 5.1.1 No such mailbox' }])
    clock += 20 * hour
    expect(await deliverLetters(house)).toBe(0)
    await house.store.change(administrator(1), 'test.again', (trx) => tryAgain(trx, house, id))
    expect(await deliverLetters(house)).toBe(1)
  })

  test('wait when the sender is refused, which is a fault of the settings and not of the letter', async () => {
    await write()
    server.treatments.push('refuse the sender')
    await deliverLetters(house)
    expect(await listed()).toMatchObject([{ state: 'waiting', reason: 'The mail server answered: 550 5.7.1 You may not send from here' }])
  })

  test('are tried again when the line drops, under the reference they had, so that a second copy can be known for one', async () => {
    await write()
    for (const treatment of ['hang up', 'take and hang up'] as const) {
      server.treatments.push(treatment)
      expect(await deliverLetters(house)).toBe(0)
      clock += hour
    }
    expect(await deliverLetters(house)).toBe(1)
    const references = server.taken.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)?.[1])
    expect(references).toHaveLength(2)
    expect(references[0]).toMatch(/^<letter-\d+-\d+@bestvalue\.northmere\.example>$/)
    expect(references[1]).toBe(references[0])
  })

  test('are never sent after they are of no use, and are forgotten after ninety days', async () => {
    await write({ expiresAt: new Date(clock + hour) })
    clock += hour
    expect(await deliverLetters(house)).toBe(0)
    expect(await listed()).toMatchObject([{ state: 'expired' }])
    expect(await sealed()).toEqual([{ sealed: null }])
    clock += 91 * 24 * hour
    await deliverLetters(house)
    expect(await listed()).toEqual([])
  })

  test('leave once, however many processes send at the same time', async () => {
    for (let count = 0; count < 8; count++) await write({ to: `person-${count}@northmere.example` })
    const sent = await Promise.all([1, 2, 3, 4].map(() => deliverLetters(house)))
    expect(sent.reduce((all, one) => all + one)).toBe(8)
    expect(new Set(server.taken.map(({ to }) => to.join())).size).toBe(8)
    expect(server.taken).toHaveLength(8)
  })

  test('are taken over from a process that was killed while it sent, and not from one that is still at it', async () => {
    await write()
    await database.raw.exec(`update kernel.letter set attempts = 1, held_until = '${new Date(clock + 60_000).toISOString()}'`)
    expect(await deliverLetters(house)).toBe(0)
    clock += 60_000
    expect(await deliverLetters(house)).toBe(1)
  })

  test('that an administrator opened or that were withdrawn are not sent as well', async () => {
    const [opened, withdrawn] = [await write(), await write()]
    const { text: said } = await house.store.change(administrator(1), 'test.open', (trx) => openLetter(trx, house, opened))
    expect(said).toBe('Open https://here.example/?link=abc')
    await expect(house.store.change(administrator(1), 'test.open', (trx) => openLetter(trx, house, opened))).rejects.toMatchObject({ code: 'conflict' })
    await house.store.change(system, 'test.withdraw', async (trx) => ({ subject: 'letter:test', result: await withdrawLetters(trx, [withdrawn]) }))
    expect(await deliverLetters(house)).toBe(0)
    expect((await listed()).map(({ state }) => state)).toEqual(['withdrawn', 'handed-over'])
  })

  test('of another organisation are neither seen nor opened nor written nor changed by an administrator', async () => {
    const id = await write({ organisation: 1 })
    const stranger = administrator(2)
    expect(await house.store.read(stranger, (db) => lettersOf(db, 10))).toEqual([])
    await expect(house.store.change(stranger, 'test.open', (trx) => openLetter(trx, house, id))).rejects.toMatchObject({ code: 'not-found' })
    await expect(house.store.change(stranger, 'test.again', (trx) => tryAgain(trx, house, id))).rejects.toMatchObject({ code: 'not-found' })
    await expect(house.store.change(stranger, 'test.write', async (trx) => ({ subject: 'x', result: await writeLetter(trx, house, { organisation: 1, to: 'a@b.example', subject: 'x', text: 'x', expiresAt: new Date(clock + hour) }) }))).rejects.toThrow(/row-level security/)
    expect(await house.store.read(administrator(1), (db) => lettersOf(db, 10))).toHaveLength(1)
  })

  test('cannot be read by the role that keeps count of attempts', async () => {
    for (const column of ['recipient', 'subject', 'sealed'] as const) {
      await expect(house.store.keep((trx) => trx.selectFrom('kernel.letter').select(column).execute())).rejects.toThrow(/permission denied/)
    }
  })
})

describe('a letter in the hands of the mail server', () => {
  let database: TestStore
  beforeAll(async () => void (database = await bothStores[0][1]()))
  afterAll(() => database.close())
  const houseWith = (env: Record<string, string>): House =>
    (completeHouse({ store: database.store, config: readConfig({ SESSION_SECRET, ...env }), log: pino({ level: 'silent' }), now: () => new Date(clock) }))

  test('has one reader and one subject, whatever was put into either', async () => {
    clock = Date.parse('2026-03-02T09:00:00Z')
    const house = houseWith({ SMTP_URL: server.url, MAIL_FROM: 'bestvalue@northmere.example' })
    const nasty = fc.string({ unit: fc.constantFrom('\r', '\n', '\r\n', ' ', ':', 'Bcc: x@evil.example', ',', ';', '<', '>', '"', '\\', '@', 'a', 'é', '\u2028', '\0', '=?utf-8?q?=0D=0A?=', '(', '.'), maxLength: 12 })
    let sent = 0
    await fc.assert(fc.asyncProperty(nasty, nasty, async (local, subject) => {
      server.taken.length = 0
      const to = `${local}mara@northmere.example`
      const written = await house.store.change(system, 'test.write', async (trx) => ({
        subject: 'letter:test', result: await writeLetter(trx, house, { organisation: null, to, subject: `New: ${subject}`, text: `Text ${subject}`, expiresAt: new Date(clock + hour) }),
      })).catch((cause: unknown) => cause)
      if (!isMailAddress(to)) {
        expect(written).toMatchObject({ code: 'refused' })
        return
      }
      expect(await deliverLetters(house)).toBe(1)
      sent++
      const [head = ''] = (server.taken[0]?.raw ?? '').split('\r\n\r\n', 1)
      const names = head.split('\r\n').filter((line) => !/^[ \t]/.test(line)).map((line) => line.split(':', 1)[0]?.toLowerCase())
      expect(names.toSorted()).toEqual(['auto-submitted', 'content-transfer-encoding', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'])
      expect(server.taken).toHaveLength(1)
      // A dot at the beginning is put in quotes, which means the same.
      expect(server.taken[0]?.to.map((one) => one.replaceAll('"', ''))).toEqual([to])
    }), { numRuns: 40, examples: [['', 'plain'], ['a', '\r\nBcc: x@evil.example'], ['a', '=?utf-8?q?=0D=0A?='], ['aa', '\n.\n'], ['aaa', '<a@b>, c'], ['a.a', '\u2028 é'], ['', '\r\nBcc: x@evil.example\r\n\r\nhello'], ['a', '\n.\nMAIL FROM'], ['x@evil.example,', '']] })
    expect(sent).toBeGreaterThan(5)
  })

  test('never goes unencrypted to another machine: one that does not know STARTTLS gets nothing', async () => {
    server.taken.length = 0
    // An address that leads here without being one of this machine's own names for itself.
    const house = houseWith({ SMTP_URL: server.url.replace('127.0.0.1', '0.0.0.0'), MAIL_FROM: 'bestvalue@northmere.example' })
    await house.store.change(system, 'test.write', async (trx) => ({ subject: 'x', result: await writeLetter(trx, house, { organisation: null, to: 'a@b.example', subject: 'x', text: 'x', expiresAt: new Date(clock + hour) }) }))
    expect(await deliverLetters(house)).toBe(0)
    const [letter] = await house.store.read(system, (db) => lettersOf(db, 1))
    expect(letter).toMatchObject({ state: 'waiting' })
    expect(letter?.reason).toBe('The mail server answered: 500 Error: command not recognized')
    expect(server.taken).toEqual([])
    await database.raw.exec('delete from kernel.letter')
  })

  test('is found and sent by the post without being asked', async () => {
    const house = { ...houseWith({ SMTP_URL: server.url, MAIL_FROM: 'bestvalue@northmere.example' }), now: () => new Date() }
    server.taken.length = 0
    const arrived = new Promise<void>((resolve) => {
      const push = server.taken.push.bind(server.taken)
      server.taken.push = (...letters) => {
        resolve()
        return push(...letters)
      }
    })
    await house.store.change(system, 'test.write', async (trx) => ({ subject: 'x', result: await writeLetter(trx, house, { organisation: null, to: 'a@b.example', subject: 'x', text: 'x', expiresAt: new Date(Date.now() + hour) }) }))
    const post = startPost(house, 20)
    await arrived
    await post.stop()
    expect(await house.store.read(system, (db) => lettersOf(db, 1))).toMatchObject([{ state: 'sent' }])
  })
})

describe('GOV.UK Notify', () => {
  const [service, secret] = ['0a1b2c3d-0000-4000-8000-000000000001', '0a1b2c3d-0000-4000-8000-000000000002']
  const template = '0a1b2c3d-0000-4000-8000-000000000003'
  let database: TestStore
  let notify: Server
  let house: House
  let asked: { method: string | undefined; url: string | undefined; authorization: string | undefined; body: string }[]
  /** How the next questions are answered: a status with a body, or not at all. */
  let answers: ({ status: number; body: object } | 'hang up')[]
  const accepted = { status: 201, body: { id: '740e5834-3a29-46b4-9a6f-16142fde533a', reference: 'x', content: {}, uri: '', template: {} } }
  const nothingFound = { status: 200, body: { notifications: [], links: {} } }

  beforeAll(async () => {
    database = await bothStores[0][1]()
    notify = createServer((request: IncomingMessage, response) => {
      void text(request).then((body) => {
        asked.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body })
        const answer = answers.shift() ?? accepted
        if (answer === 'hang up') return request.socket.destroy()
        return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
      })
    })
    await new Promise<void>((resolve) => void notify.listen(0, '127.0.0.1', resolve))
    const NOTIFY_URL = `http://127.0.0.1:${(notify.address() as AddressInfo).port}`
    const config = readConfig({ SESSION_SECRET, NOTIFY_URL, NOTIFY_API_KEY: `our-service-${service}-${secret}`, NOTIFY_TEMPLATE: template })
    house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date(clock) })
  })
  afterAll(async () => {
    await new Promise((resolve) => notify.close(resolve))
    await database.close()
  })
  beforeEach(async () => {
    clock = Date.parse('2026-03-02T09:00:00Z')
    asked = []
    answers = []
    await database.raw.exec('delete from kernel.letter')
    await house.store.change(system, 'test.write', async (trx) => ({ subject: 'x', result: await writeLetter(trx, house, { organisation: null, to: 'mara@northmere.example', subject: 'Hello', text: 'Text', expiresAt: new Date(clock + 24 * hour) }) }))
  })
  const listed = async () => (await house.store.read(system, (db) => lettersOf(db, 1)))[0]

  test('is given the reader, the template with subject and body, and a token signed with the key', async () => {
    expect(await deliverLetters(house)).toBe(1)
    expect(asked).toMatchObject([{ method: 'POST', url: '/v2/notifications/email' }])
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      email_address: 'mara@northmere.example', template_id: template, personalisation: { subject: 'Hello', body: 'Text' }, reference: expect.stringMatching(/^letter-\d+-\d+$/) as string,
    })
    const [head = '', claims = '', signature] = (asked[0]?.authorization ?? '').replace('Bearer ', '').split('.')
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ typ: 'JWT', alg: 'HS256' })
    const { iss, iat } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss: string; iat: number }
    expect(iss).toBe(service)
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30)
    expect(signature).toBe(createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url'))
  })

  test.each([
    [400, 'ValidationError', 'email_address Not a valid email address', 'refused'],
    [400, 'BadRequestError', 'Can’t send to this recipient using a team-only API key', 'waiting'],
    [400, 'BadRequestError', 'Template not found', 'waiting'],
    [403, 'AuthError', 'Invalid token: API key not found', 'waiting'],
    [429, 'RateLimitError', 'Exceeded rate limit for key type live of 3000 requests per 60 seconds', 'waiting'],
    [429, 'TooManyRequestsError', 'Exceeded send limits (250000) for today', 'waiting'],
    [500, 'Exception', 'Internal server error', 'waiting'],
  ])('that answers %i %s (%s) leaves the letter %s', async (status, error, message, state) => {
    answers.push({ status, body: { status_code: status, errors: [{ error, message }] } })
    expect(await deliverLetters(house)).toBe(0)
    expect(await listed()).toMatchObject({ state, reason: `GOV.UK Notify answered ${status}: ${error}: ${message}` })
  })

  test('is asked first whether it has the letter when an answer was lost, so that nobody gets two', async () => {
    answers.push('hang up')
    expect(await deliverLetters(house)).toBe(0)
    expect((await listed())?.reason).toMatch(/^GOV\.UK Notify could not be reached: /)
    clock += hour
    answers.push({ status: 200, body: { notifications: [{ id: '1', status: 'sending' }], links: {} } })
    expect(await deliverLetters(house)).toBe(1)
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET'])
    expect(asked[1]?.url).toMatch(/^\/v2\/notifications\?reference=letter-\d+-\d+$/)
  })

  test('gets the letter again when it does not have it', async () => {
    answers.push('hang up')
    await deliverLetters(house)
    clock += hour
    answers.push(nothingFound)
    expect(await deliverLetters(house)).toBe(1)
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST'])
  })
})

describe('the settings of mail', () => {
  const key = 'our-service-0a1b2c3d-0000-4000-8000-000000000001-0a1b2c3d-0000-4000-8000-000000000002'
  const faultOf = (env: Record<string, string>) => {
    try {
      return readConfig({ SESSION_SECRET, ...env }).mail.carrier
    } catch (cause) {
      return cause instanceof Error ? cause.message : ''
    }
  }

  test.each([
    [{}, 'outbox'],
    [{ MAIL_FROM: 'a@b.example' }, 'outbox'],
    [{ SMTP_URL: 'smtps://mail.example', MAIL_FROM: 'Best value <a@b.example>' }, 'smtp'],
    [{ NOTIFY_API_KEY: key, NOTIFY_TEMPLATE: '0a1b2c3d-0000-4000-8000-000000000003' }, 'notify'],
    [{ SMTP_URL: 'smtp://mail.example' }, 'MAIL_FROM: is needed beside SMTP_URL. Give the address letters come from.'],
    [{ SMTP_URL: 'http://user:secret@mail.example' }, 'SMTP_URL: what was given is not accepted. Give an address such as smtp://name:password@mail.example.gov.uk:587.'],
    [{ MAIL_FROM: 'a@b.example, c@d.example' }, 'MAIL_FROM: "a@b.example, c@d.example" is not accepted. Give an address such as bestvalue@example.gov.uk, or Name <address>.'],
    [{ NOTIFY_API_KEY: key }, 'NOTIFY_TEMPLATE: is needed beside NOTIFY_API_KEY.'],
    [{ NOTIFY_API_KEY: 'secret' }, 'NOTIFY_API_KEY: what was given is not accepted. Give the whole key as GOV.UK Notify showed it.'],
    [{ SMTP_URL: 'smtp://mail.example', MAIL_FROM: 'a@b.example', NOTIFY_API_KEY: key }, 'SMTP_URL: stands beside settings of GOV.UK Notify. Give one or the other.'],
    [{ NOTIFY_API_KEY: key, NOTIFY_TEMPLATE: '0a1b2c3d-0000-4000-8000-000000000003', NOTIFY_URL: 'http://notify.example' }, 'NOTIFY_URL: must begin with https, because letters hold one-time links.'],
  ])('%j are read as: %s', (env, said) => {
    expect(faultOf(env)).toBe(said)
  })
})

test('sealed text is read under the same secret or the one after it, and not when a bit of it was changed', () => {
  const with_ = (sessionSecret: string, before?: string) => readConfig({ SESSION_SECRET: sessionSecret.padEnd(32, '.'), ...(before ? { SESSION_SECRET_BEFORE: before.padEnd(32, '.') } : {}) })
  const [one, two, afterOne] = [with_('one'), with_('two'), with_('two', 'one')]
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.nat(), (said, place) => {
    const sealed = seal(one, said)
    expect(unseal(one, sealed)).toEqual({ text: Buffer.from(said).toString(), stale: false })
    expect(unseal(afterOne, sealed)).toEqual({ text: Buffer.from(said).toString(), stale: true })
    expect(unseal(two, sealed)).toBeNull()
    const bytes = Buffer.from(sealed, 'base64url')
    bytes[place % bytes.length] = (bytes[place % bytes.length] ?? 0) ^ 1
    expect(unseal(one, bytes.toString('base64url'))).toBeNull()
  }))
})

test('a name in a letter is one short line without anything that could be followed', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '\n', 'http://', 'www.', 'evil.example', ' ', '[', '](', '<', '\u202e') }), (name) => {
    expect(nameInLetter(name)).not.toMatch(/[\p{C}<>[\]()]|:\/\/|\.\S/u)
  }))
  expect(nameInLetter('Dr. Mara O’Fell-Ash')).toBe('Dr. Mara O’Fell-Ash')
})

test('waits grow to an hour and no further', () => {
  expect([1, 2, 3, 4, 5, 6, 50].map((attempts) => waitAfterAttempt(attempts) / 60_000)).toEqual([1, 5, 15, 30, 60, 60, 60])
  expect(oneLine('a\r\nb\0 \u202ec')).toBe('a b c')
})

test.each([
  ['mara@northmere.example', true], ['a.b+c@d.gov.uk', true], ['o’fell@d.gov.uk', true], ['mara', false], ['mara@', false], ['mara@local', false], ['a b@c.uk', false], ['a@b@c.uk', false],
  ['a@b.', false], ['a@b.c,d@e.f', false], ['<a@b.c>', false], ['a@b.c\n', false], ['"a b"@c.uk', false],
])('%s is an address for letters: %s', (typed, is) => {
  expect(isMailAddress(typed)).toBe(is)
})
