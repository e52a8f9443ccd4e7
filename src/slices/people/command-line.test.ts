import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { demonstrationPassword, demonstrationSignIns, people } from './index.ts'
import { roles } from './rules.ts'
import { signIn } from './sign-in/commands.ts'

let database: TestStore
let house: House
beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' })
  house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date() })
})
afterAll(() => database.close())

async function run(line: string) {
  const args = line.split(' ')
  const command = people.commands?.find(({ name }) => line.startsWith(`${name} `) || line === name)
  if (!command) throw new Error(`There is no command for "${line}".`)
  const printed: string[] = []
  const write = (text: string) => void printed.push(text)
  const code = await command.run(args.slice(2), house, { out: write, err: write, progress: () => {} })
  return { code, printed: printed.join('\n') }
}

const signInAs = (email: string, password: string) => signIn(house, { email, password, address: '192.0.2.1', browser: null })

describe('the command line', () => {
  test('adds the first person of a new organisation, who signs in with the password printed and must replace it', async () => {
    const { code, printed } = await run('users add --email mara@fell.example --name Mara --organisation fellside --organisation-name Fellside --role administrator')
    expect(code).toBe(0)
    const password = /One-time password: (\S+)/.exec(printed)?.[1] ?? ''
    expect(await signInAs('mara@fell.example', password)).toMatchObject({ signedIn: true, mustChange: true })
  })

  test('says in its help that the first person of a new organisation needs its name and kind', () => {
    const help = people.commands?.find(({ name }) => name === 'users add')?.help ?? ''
    expect(help).toMatch(/first person of a new organisation needs --organisation-name and\s+--organisation-kind/)
  })

  test('gives a known person roles elsewhere and leaves the password alone', async () => {
    const line = 'users add --email MARA@fell.example --organisation auditors --organisation-name Auditors --organisation-kind audit-firm --role auditor'
    expect((await run(line)).printed).toBe('Mara has an account already and is now auditor in Auditors.')
    await expect(run(line)).rejects.toMatchObject({ code: 'conflict' })
    expect(JSON.parse((await run('users list --json')).printed)).toMatchObject([
      { email: 'mara@fell.example', memberships: [{ organisation: 'auditors', roles: ['auditor'] }, { organisation: 'fellside', roles: ['administrator'] }] },
    ])
  })

  test.each([
    ['users add --name X --organisation fellside --role reader', '--email'],
    ['users add --email x@y.example --organisation fellside --role reader', '--name'],
    ['users add --email x@y.example --name X --organisation nowhere --role reader', '--organisation'],
    ['users add --email x@y.example --name X --organisation fellside --role king', '--role'],
    ['users add --email x@y.example --name X --organisation fellside --role department-analyst', 'roles'],
  ])('refuses "%s" and names the fault', async (line, field) => {
    await expect(run(line)).rejects.toMatchObject({ code: 'refused', faults: [expect.objectContaining({ field })] })
  })

  test('verifies the trail, and after tampering ends with 1 and names the first entry that does not hold', async () => {
    expect(await run('trail verify')).toMatchObject({ code: 0, printed: expect.stringMatching(/^The trail is unbroken: \d+ entries checked\.$/) as string })
    const [row] = await database.raw.rows<{ subject: string }>('select subject from kernel.trail where entry = 2')
    await database.raw.exec(`update kernel.trail set subject = 'nothing' where entry = 2`)
    expect(await run('trail verify')).toMatchObject({ code: 1, printed: expect.stringContaining('broken at entry 2') as string })
    const told = await run('trail verify --json')
    expect([told.code, JSON.parse(told.printed)]).toEqual([1, { checked: 1, broken: { entry: 2, reason: 'its content was altered after it was written' } }])
    await database.raw.exec(`update kernel.trail set subject = '${row!.subject}' where entry = 2`)
  })
})

test('the demonstration has somebody in every role, and everybody signs in with the password printed', async () => {
  await people.seed?.(house)
  expect(new Set(demonstrationSignIns.flatMap((one) => one.roles))).toEqual(new Set(roles))
  for (const { email } of demonstrationSignIns) {
    expect(email).toMatch(/\.example$/)
    expect(await signInAs(email, demonstrationPassword)).toMatchObject({ signedIn: true, mustChange: false })
  }
})
