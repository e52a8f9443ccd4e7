import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashPassword, isPassword, oneTimePassword } from './passwords.ts'
import {
  browserInWords, failuresStillCounting, faultOfPassword, idleAfter, isSessionOver, longestSession, networkOf, patienceWithAccount, patienceWithAddress, patienceWithEverybody, waitAfter,
} from './rules.ts'

describe('a password', () => {
  const mara = { email: 'mara@northmere.example', name: 'Mara Fell', organisation: 'Steelhaven Metropolitan Borough Council' }

  test.each([
    ['short', 'Use 12 characters or more'],
    ['elevenchars', 'Use 12 characters or more'],
    ['Password1234', 'tried first'],
    ['QWERTYUIOP123', 'tried first'],
    ['aaaaaaaaaaaaaa', 'more different characters'],
    ['abababababababab', 'more different characters'],
    ['my name is Mara and more', 'does not contain your name'],
    ['it rains on Fell every day', 'does not contain your name'],
    ['North-mere in the rain', 'the name of your organisation'],
    ['steelhaven in the rain', 'the name of your organisation'],
    ['on my work-bench today', 'the name of this service'],
    ['Best Value for ever', 'the name of this service'],
    ['fictional council figures', 'tried first'],
    ['x'.repeat(201), 'Use 200 characters or fewer'],
  ])('%s is refused with a reason', (password, reason) => {
    expect(faultOfPassword(password, mara)).toContain(reason)
  })

  test.each(['correct horse battery', 'ørret på lørdag kveld', '🦊 over the lazy 🐶 twice', 'a borough council of figures'])('%s is accepted', (password) => {
    expect(faultOfPassword(password, mara)).toBeNull()
  })

  test('that contains the name of the address is refused, wherever and in whatever letters', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.]{2,15}$/)
    fc.assert(fc.property(name, fc.string({ minLength: 6, maxLength: 20 }), fc.string({ minLength: 6, maxLength: 20 }), (own, before, after) => {
      expect(faultOfPassword(before + own.toUpperCase() + after, { email: `${own}@council.example` })).not.toBeNull()
    }))
  })

  test('made for one use may always be used, and never comes twice', () => {
    const made = Array.from({ length: 200 }, oneTimePassword)
    expect(new Set(made).size).toBe(200)
    for (const password of made) expect(faultOfPassword(password, mara)).toBeNull()
  })

  test('is kept as argon2id with the recommended cost and a salt of its own, and is recognised', async () => {
    const [first, second] = await Promise.all([hashPassword('correct horse battery'), hashPassword('correct horse battery')])
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(first).not.toBe(second)
    expect(await isPassword('correct horse battery', first)).toBe(true)
    expect(await isPassword('correct horse batter', first)).toBe(false)
    expect(await isPassword('correct horse battery ', first)).toBe(false)
  })

  test('is the same however the keyboard composes an accented letter', async () => {
    expect(await isPassword('caf\u00e9 au lait merci', await hashPassword('cafe\u0301 au lait merci'))).toBe(true)
  })

  test('kept by another program with another cost is recognised too', async () => {
    // From the tests of the reference implementation: "password" with the salt "somesalt".
    const published = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await isPassword('password', published)).toBe(true)
    expect(await isPassword('Password', published)).toBe(false)
    await expect(isPassword('anything', 'not a hash')).rejects.toThrow('not in the form')
  })

  test('for an account that does not exist costs as much as for one that does', async () => {
    const kept = await hashPassword('correct horse battery')
    await isPassword('warm up', null)
    const times: { nobody: number[]; somebody: number[] } = { nobody: [], somebody: [] }
    // In turns, so that whatever else the machine does slows both alike.
    for (let round = 0; round < 9; round++) {
      for (const [who, password] of [['nobody', null], ['somebody', kept]] as const) {
        const started = performance.now()
        await isPassword('guess', password)
        times[who].push(performance.now() - started)
      }
    }
    const [nobody, somebody] = [Math.min(...times.nobody), Math.min(...times.somebody)]
    expect(nobody / somebody).toBeGreaterThan(0.4)
    expect(nobody / somebody).toBeLessThan(2.5)
  })
})

describe('the wait after failures', () => {
  test('doubles from one second and ends in a lock of a quarter of an hour at the tenth', () => {
    expect(Array.from({ length: 11 }, (_, failures) => waitAfter(failures, patienceWithAccount) / 1000)).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 900])
  })

  test('never gets shorter with more failures, for an account or for a network address', () => {
    fc.assert(fc.property(fc.nat(1000), fc.constantFrom(patienceWithAccount, patienceWithAddress, patienceWithEverybody), (failures, patience) => {
      expect(waitAfter(failures + 1, patience)).toBeGreaterThanOrEqual(waitAfter(failures, patience))
      expect(waitAfter(failures, patience)).toBeLessThanOrEqual(patience.lockFor)
    }))
  })

  test.each([
    ['192.0.2.7', '192.0.2.7'], ['::ffff:192.0.2.7', '192.0.2.7'], ['::1', '0:0:0:0::/64'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'], ['2001:db8::1', '2001:db8:0:0::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('counts %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  test('is forgotten after a quiet time and not before', () => {
    const last = new Date('2026-03-02T09:00:00Z')
    const later = (ms: number) => new Date(last.getTime() + ms)
    expect(failuresStillCounting(9, last, later(patienceWithAccount.forgetAfter - 1), patienceWithAccount)).toBe(9)
    expect(failuresStillCounting(9, last, later(patienceWithAccount.forgetAfter), patienceWithAccount)).toBe(0)
  })
})

describe('a session', () => {
  const began = new Date('2026-03-02T09:00:00Z')
  const at = (ms: number) => new Date(began.getTime() + ms)
  const session = (seen: number, valid = 0) => ({ made_at: began, seen_at: at(seen), expires_at: at(longestSession), valid_from: at(valid) })

  test('holds exactly while it is used, young and newer than the password', () => {
    fc.assert(fc.property(fc.nat(2 * longestSession), fc.nat(2 * longestSession), fc.integer({ min: -5, max: 5 }), (seen, wait, valid) => {
      const now = seen + wait
      const holds = wait < idleAfter && now < longestSession && valid <= 0
      expect(isSessionOver(session(seen, valid), at(now))).toBe(!holds)
    }))
  })

  test.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari on iPhone'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    ['curl/8.5', 'Unknown browser'],
    [null, 'Unknown browser'],
  ])('%s is told as %s', (agent, words) => {
    expect(browserInWords(agent)).toBe(words)
  })
})
