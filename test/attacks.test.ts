import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checksums } from '#kernel/testing/checksums.ts'
import { openDemonstration, partsOf, publicVisitor, visitors, type Demonstration, type Visitor } from './demonstration.ts'
import { addressOf } from './walking.ts'

// What somebody tries who wants more than they may have. Each is tried through the real program's own front door.

let demonstration: Demonstration
let officer: Visitor
let administrator: Visitor
beforeAll(async () => {
  demonstration = await openDemonstration()
  const everybody = await visitors(demonstration.app)
  const named = (name: string) => everybody.find((one) => one.name === name) ?? publicVisitor
  officer = named('officer@northmere.example')
  administrator = named('admin@northmere.example')
})
afterAll(() => demonstration.close())

const get = (visitor: Visitor, url: string) => demonstration.app.inject({ url, headers: { cookie: visitor.cookie, host: 'localhost' } })

/** Posts a form with the token its page has, and with everything else the attacker likes. */
async function post(visitor: Visitor, page: string, address: string, fields: Record<string, string | string[]>) {
  const shown = await get(visitor, page)
  const token = /name="_csrf" value="([^"]+)"/.exec(shown.body)?.[1] ?? ''
  const cookies = [visitor.cookie, ...shown.cookies.map(({ name, value }) => `${name}=${value}`)].join('; ')
  const payload = new URLSearchParams(Object.entries({ _csrf: token, ...fields }).flatMap(([name, values]) => [values].flat().map((value): [string, string] => [name, value])))
  return demonstration.app.inject({ method: 'POST', url: address, headers: { cookie: cookies, host: 'localhost', 'content-type': 'application/x-www-form-urlencoded' }, payload: payload.toString() })
}

const rows = <R>(sql: string) => demonstration.database.raw.rows<R>(sql)

describe('path traversal', () => {
  const climbing = ['../../../../etc/passwd', '..%2f..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json', '..\\..\\package.json', '....//....//package.json', '/etc/passwd', 'file:///etc/passwd', 'package.json%00.csv', '%252e%252e%252fpackage.json']

  test('brings up no file of the machine, in whatever part of an address', async () => {
    const part = await partsOf(demonstration.database, administrator)
    const routes = demonstration.routes.filter(({ method, params }) => method === 'GET' && params.length > 0)
    let tried = 0
    for (const route of routes) {
      for (const name of route.params) {
        for (const climb of climbing) {
          const whole = Object.fromEntries(route.params.map((one) => [one, part(one, route.url)]))
          const encoded = addressOf(route, { ...whole, [name]: climb })
          const raw = addressOf(route, { ...whole, [name]: 'here-it-goes' }).replace('here-it-goes', climb)
          for (const address of [encoded, raw]) {
            const answer = await get(administrator, address)
            tried++
            expect(answer.statusCode, address).toBeLessThan(500)
            expect(answer.body, address).not.toMatch(/root:[^:]*:0:0:|"name": "best-value-workbench"/)
          }
        }
      }
    }
    expect(tried).toBeGreaterThan(200)
  })
})

describe('mass assignment', () => {
  const wishes = { id: '1', account: '1', organisation: '1', home: '1', active: 'true', kind: 'system', made_by: 'somebody else', known_from: '2000-01-01', audience: 'public', roles: ['administrator'], password: 'chosen by the attacker', must_change: 'false', is_admin: 'true', ['__proto__']: 'polluted', constructor: 'polluted' }

  test('of an account page changes nothing its form does not have', async () => {
    const before = await rows('select * from people.account order by id')
    const memberships = await rows('select account, organisation, role from people.membership order by 1, 2, 3')
    const credentials = await rows('select account, password from people.credential order by 1')
    await post(officer, '/account', '/account/password', { ...wishes, roles: 'administrator' })
    expect(await rows('select * from people.account order by id')).toEqual(before)
    expect(await rows('select account, organisation, role from people.membership order by 1, 2, 3')).toEqual(memberships)
    expect(await rows('select account, password from people.credential order by 1')).toEqual(credentials)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('of a change of roles reaches this person in this organisation and nothing else', async () => {
    const [other] = await rows<{ account: number; organisation: number }>(`select m.account, m.organisation from people.membership m join people.organisation o on o.id = m.organisation where o.slug <> 'northmere' order by 1 limit 1`)
    const [own] = await rows<{ account: number }>(`select a.id as account from people.account a where a.email = 'officer@northmere.example'`)
    const others = () => rows(`select m.account, m.organisation, m.role from people.membership m join people.organisation o on o.id = m.organisation where o.slug <> 'northmere' or m.account <> ${own?.account} order by 1, 2, 3`)
    const before = await others()
    const address = `/people/organisations/northmere/people/${own?.account}`
    const answer = await post(administrator, address, `${address}/roles`, { ...wishes, roles: ['performance-officer', 'reader'], organisation: String(other?.organisation), account: String(other?.account), slug: 'elsewhere' })
    expect(answer.statusCode).toBe(303)
    expect(await others()).toEqual(before)
    expect(await rows(`select role from people.membership where account = ${own?.account} order by 1`)).toEqual([{ role: 'performance-officer' }, { role: 'reader' }])
  })

  test('of a role that does not exist, or is not for this kind of organisation, is refused', async () => {
    const [own] = await rows<{ account: number }>(`select id as account from people.account where email = 'officer@northmere.example'`)
    const address = `/people/organisations/northmere/people/${own?.account}`
    for (const role of ['system', 'superuser', 'department-analyst', '']) expect((await post(administrator, address, `${address}/roles`, { roles: [role] })).statusCode, role).not.toBe(500)
    expect(await rows(`select role from people.membership where account = ${own?.account} and role in ('system', 'superuser', 'department-analyst')`)).toEqual([])
  })
})

describe('an upload', () => {
  async function upload(fileName: string, content: Buffer | string, fields: Record<string, string> = {}) {
    const shown = await get(officer, '/imports/new')
    const token = /name="_csrf" value="([^"]+)"/.exec(shown.body)?.[1] ?? ''
    const cookies = [officer.cookie, ...shown.cookies.map(({ name, value }) => `${name}=${value}`)].join('; ')
    const edge = 'edge-of-a-part'
    const text = (name: string, value: string) => `--${edge}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const payload = Buffer.concat([
      Buffer.from(text('_csrf', token) + text('whose', 'national') + Object.entries({ recipe: 'by-columns', recipe_text: '', ...fields }).map(([name, value]) => text(name, value)).join('')),
      Buffer.from(`--${edge}\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: text/csv\r\n\r\n`),
      Buffer.from(content),
      Buffer.from(`\r\n--${edge}--\r\n`),
    ])
    return demonstration.app.inject({ method: 'POST', url: '/imports/new', headers: { cookie: cookies, host: 'localhost', 'content-type': `multipart/form-data; boundary=${edge}` }, payload })
  }
  const kept = () => rows<{ file_name: string }>('select file_name from indicators.upload order by made_at desc, id')
  const clear = () => demonstration.database.raw.exec('delete from indicators.upload')

  test.each(['../../../etc/cron.d/evil.csv', '..\\..\\evil.csv', '/absolute/evil.csv', 'C:\\evil.csv'])('named %s keeps the last part of the name and is written nowhere else', async (name) => {
    await clear()
    expect((await upload(name, 'area,year,value\nX07000001,2023-24,1\n')).statusCode).toBeLessThan(400)
    expect(await kept()).toEqual([{ file_name: 'evil.csv' }])
  })

  test('whose name holds mark-up or line breaks is shown as text, and splits no header', async () => {
    await clear()
    const answer = await upload('<img src=x onerror=alert(1)>.csv', 'area,year,value\nX07000001,2023-24,1\n')
    const page = await get(officer, String(answer.headers.location))
    expect(page.body).not.toContain('<img src=x')
    expect(page.body).toContain('&lt;img src=x onerror=alert(1)&gt;.csv')
    expect(page.headers['x-content-type-options']).toBe('nosniff')
  })

  test('of a page or a program is never given back as one', async () => {
    await clear()
    const answer = await upload('page.html', '<script>alert(1)</script>')
    const shown = answer.headers.location ? await get(officer, String(answer.headers.location)) : answer
    expect(shown.body).not.toContain('<script>alert(1)</script>')
  })

  test('beyond what one person may have waiting is refused in a sentence, and nothing more is kept', async () => {
    await clear()
    let answer = await upload('file.csv', 'area,year,value\nX07000001,2023-24,1\n')
    for (let nth = 2; nth <= 20; nth++) answer = await upload(`file-${nth}.csv`, 'area,year,value\nX07000001,2023-24,1\n')
    expect(answer.statusCode).toBeLessThan(400)
    const before = await checksums(demonstration.database.raw)
    const refused = await upload('one-too-many.csv', 'area,year,value\nX07000001,2023-24,1\n')
    expect(refused.statusCode).toBe(409)
    expect(refused.body).toContain('You have 20 uploaded files waiting to be imported')
    expect((await checksums(demonstration.database.raw))['indicators.upload']).toBe(before['indicators.upload'])
    await clear()
  })
})
