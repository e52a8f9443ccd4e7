import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPublisher, type Publisher } from '../testing/publisher.ts'
import { isPublicAddress } from './addresses.ts'
import { fetchFile, internet, readAddress, type FetchedHead, type Outside } from './index.ts'

// A publisher's server on this machine that behaves badly in every way, and what the workbench says of it.

let publisher: Publisher
beforeAll(async () => void (publisher = await openPublisher()))
afterAll(() => publisher.close())
beforeEach(() => void (publisher.asked.length = 0))

const address = 'https://published.example/figures/2024.csv'

interface Got {
  bytes: number
  sha256: string
  head: FetchedHead
}

async function got(request: Partial<Parameters<typeof fetchFile>[1]> = {}, world: Partial<Outside> = {}): Promise<Got | null> {
  return fetchFile({ ...publisher.outside, ...world }, { address, ...request }, async (content, head) => {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of content) {
      hash.update(chunk)
      bytes += chunk.length
    }
    return { bytes, sha256: hash.digest('hex'), head }
  })
}

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const always = (status: number, headers: Record<string, string> = {}, body: string | Buffer = '') => void (publisher.answers = (_request, answer) => void answer.writeHead(status, headers).end(body))
const answering = (answer: (response: ServerResponse) => void) => void (publisher.answers = (_request, response) => answer(response))
const limits = (change: Partial<Outside['limits']>) => ({ limits: { ...publisher.outside.limits, ...change } })
const leadingTo = (location: string) => always(302, { location })

describe('where the installation says from where files may come', () => {
  const domains = ['published.example', 'gov.uk']

  test.each(['https://published.example/a.csv', 'https://data.published.example/a.csv', 'https://www.northmere.GOV.UK/a.csv'])('%s is read', (text) => {
    expect(readAddress(text, { ...internet, domains }).protocol).toBe('https:')
  })

  test.each(['https://evil.example/a.csv', 'https://notpublished.example/a.csv', 'https://published.example.evil.example/a.csv', 'https://8.8.8.8/a.csv', 'https://gov.uk.example/'])('%s is not', (text) => {
    expect(() => readAddress(text, { ...internet, domains })).toThrow('This installation fetches from published.example, gov.uk only')
  })

  test('a server there leads to no other place', async () => {
    leadingTo('https://elsewhere.example/file.csv')
    await expect(got({}, { domains })).rejects.toThrow(/leads on to another address.*published\.example, gov\.uk only/)
    expect(publisher.asked).toHaveLength(1)
  })
})

describe('a file that is published well', () => {
  test('comes whole, with its name and what the server will know it by', async () => {
    always(200, { 'content-type': 'Text/CSV; charset=utf-8', etag: '"one"', 'last-modified': 'Mon, 02 Feb 2026 10:00:00 GMT' }, 'a,b\n1,2\n')
    expect(await got()).toEqual({
      bytes: 8, sha256: sha256('a,b\n1,2\n'), head: { fileName: '2024.csv', contentType: 'text/csv', etag: '"one"', lastModified: 'Mon, 02 Feb 2026 10:00:00 GMT' },
    })
    expect(publisher.asked[0]?.headers).toMatchObject({ host: expect.stringMatching(/^published\.example:/) as string, 'accept-encoding': 'identity' })
    expect(publisher.asked[0]?.headers).not.toHaveProperty('cookie')
  })

  test('is not sent again when the server knows that it is the same', async () => {
    always(304)
    expect(await got({ etag: '"one"', lastModified: 'Mon, 02 Feb 2026 10:00:00 GMT' })).toBeNull()
    expect(publisher.asked[0]?.headers).toMatchObject({ 'if-none-match': '"one"', 'if-modified-since': 'Mon, 02 Feb 2026 10:00:00 GMT' })
  })

  test('is found where the server leads, up to five times', async () => {
    publisher.answers = ({ url }, answer) => {
      const hop = Number(/\d+$/.exec(url ?? '')?.[0] ?? 0)
      if (hop === 5) answer.end('here')
      else answer.writeHead(301, { location: hop % 2 === 0 ? `/to/${hop + 1}` : `https://moved.example/to/${hop + 1}`, 'set-cookie': 'followed=yes' }).end()
    }
    expect(await got({ address: 'https://published.example/to/0' })).toMatchObject({ bytes: 4, head: { fileName: '5' } })
    expect(publisher.asked).toHaveLength(6)
    expect(publisher.asked.every(({ headers }) => !('cookie' in headers))).toBe(true)
  })

  test('is unpacked when it comes packed though nobody asked for it', async () => {
    const text = 'a,b\n'.repeat(1000)
    always(200, { 'content-encoding': 'gzip' }, gzipSync(text))
    expect(await got()).toMatchObject({ bytes: text.length, sha256: sha256(text) })
  })

  test.each([
    ['attachment; filename="Figures 2024.xlsx"', 'Figures 2024.xlsx'], ['attachment; filename=../../etc/passwd', 'passwd'], ['attachment; filename="..\\..\\boot.ini"', 'boot.ini'], ['attachment', '2024.csv'],
  ])('is called as the server says, never by a path: %s', async (disposition, name) => {
    always(200, { 'content-disposition': disposition }, 'a')
    expect(await got()).toMatchObject({ head: { fileName: name } })
  })
})

describe('an address', () => {
  test.each([
    ['http://published.example/a.csv', /begin with https:\/\//], ['file:///etc/passwd', /begin with https:\/\//], ['published.example/a.csv', /not a web address/],
    ['https://name:word@published.example/', /user name or password/], ['https://published.example:8443/', /port of its own/], ['https://10.0.0.1/', /not on the public internet/],
    ['https://127.1/', /not on the public internet/], ['https://2130706433/', /not on the public internet/], ['https://0x7f.0.0.1/', /not on the public internet/],
    ['https://[::1]/', /not on the public internet/], ['https://[::ffff:127.0.0.1]/', /not on the public internet/], ['https://169.254.169.254/latest/meta-data', /not on the public internet/],
  ])('such as %s is refused before anybody is asked', (text, message) => {
    expect(() => readAddress(text, internet)).toThrow(message)
  })

  test.each(['https://published.example/a.csv', 'https://8.8.8.8/a.csv', 'https://[2606:4700::1111]/', 'https://published.example:443/a'])('such as %s is taken', (text) => {
    expect(readAddress(text, internet).protocol).toBe('https:')
  })

  test('whose name leads into a private network is refused, also when only one of its machines is there', async () => {
    for (const host of ['inside.example', 'half-inside.example']) await expect(got({ address: `https://${host}/` })).rejects.toThrow(`${host} is not on the public internet`)
    await expect(got({ address: 'https://nowhere.example/' })).rejects.toThrow('leads to no machine')
    expect(publisher.asked).toEqual([])
  })

  test('is looked up once, so that its name cannot mean another machine when it is connected to', async () => {
    always(200, {}, 'a')
    let lookups = 0
    const resolve = () => Promise.resolve([{ address: lookups++ === 0 ? '127.0.0.1' : '192.168.1.1', family: 4 }])
    expect(await got({}, { resolve })).toMatchObject({ bytes: 1 })
    expect(lookups).toBe(1)
  })
})

describe('a number that is an address', () => {
  const ipv4 = (low: number, high: number) => fc.integer({ min: low, max: high }).map((number) => [24, 16, 8, 0].map((by) => (number >>> by) & 0xff).join('.'))
  test.each([
    ['0.0.0.0', 0x00000000, 0x00ffffff], ['10.0.0.0', 0x0a000000, 0x0affffff], ['100.64.0.0', 0x64400000, 0x647fffff], ['127.0.0.0', 0x7f000000, 0x7fffffff],
    ['169.254.0.0', 0xa9fe0000, 0xa9feffff], ['172.16.0.0', 0xac100000, 0xac1fffff], ['192.168.0.0', 0xc0a80000, 0xc0a8ffff], ['224.0.0.0', 0xe0000000, 0xffffffff],
  ])('in the closed network that begins at %s is refused, written as IPv4 and within IPv6', (_first, low, high) => {
    fc.assert(fc.property(ipv4(low, high), (address) => {
      expect(isPublicAddress(address)).toBe(false)
      expect(['::ffff:', '::', '64:ff9b::'].map((prefix) => isPublicAddress(prefix + address))).toEqual([false, false, false])
    }))
  })

  test.each(['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'ff02::1', '2001:db8::1', '2002:7f00:1::', '2001::1', '100::1', '64:ff9b:1::1', '168.63.129.16', '', 'localhost'])(
    'is refused where it is not on the public internet: %s', (address) => expect(isPublicAddress(address)).toBe(false))

  test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])('is taken where it is: %s', (address) => expect(isPublicAddress(address)).toBe(true))
})

describe('a server that leads elsewhere', () => {
  test.each([
    ['http://published.example/a.csv', /begin with https:\/\//], ['https://10.0.0.1/a.csv', /not on the public internet/], ['https://[::1]/', /not on the public internet/],
    ['https://inside.example/', /not on the public internet/], ['https://published.example:22/', /port of its own/], ['https://a:b@published.example/', /user name or password/],
  ])('is not followed to %s', async (location, message) => {
    leadingTo(location)
    await expect(got()).rejects.toThrow(message)
    expect(publisher.asked).toHaveLength(1)
  })

  test('in a circle is not followed for ever', async () => {
    leadingTo(address)
    await expect(got()).rejects.toThrow('more than 5 times')
    expect(publisher.asked).toHaveLength(6)
  })

  test('without saying where is told so', async () => {
    always(301)
    await expect(got()).rejects.toThrow('does not say which')
  })
})

describe('a server that cannot be trusted', () => {
  test('because nobody vouches for its certificate is not read', async () => {
    const { resolve, isPublic, port, limits } = publisher.outside
    await expect(fetchFile({ resolve, isPublic, port, limits }, { address }, () => Promise.resolve('read'))).rejects.toThrow('certificate is not one that is trusted')
    expect(publisher.asked).toEqual([])
  })

  test('because its certificate is for another name is not read', async () => {
    await expect(got({ address: 'https://other-name.example/' })).rejects.toThrow('certificate is not one that is trusted')
    expect(publisher.asked).toEqual([])
  })
})

describe('a server that does not send the file', () => {
  test.each([[404, /nothing at this address any more \(404\)/], [410, /any more/], [403, /open to everybody/], [429, /too often/], [500, /fault of its own \(500\)/], [204, /status 204/], [206, /status 206/], [304, /status 304/]])(
    'but the status %i is told so', async (status, message) => {
      always(status)
      await expect(got()).rejects.toThrow(message)
    })

  test('and never begins to answer is given up', async () => {
    answering(() => undefined)
    await expect(got({}, limits({ firstByte: 50 }))).rejects.toThrow('did not begin to answer within 0.05 seconds')
  })

  test('in time is given up in the middle', async () => {
    answering((response) => void response.write('a,b\n'))
    await expect(got({}, limits({ inAll: 200 }))).rejects.toThrow('whole file was not there after 0.2 seconds')
  })

  test('because nobody can look up its name in time is given up', async () => {
    await expect(got({}, { ...limits({ firstByte: 50 }), resolve: () => new Promise(() => undefined) })).rejects.toThrow('did not begin to answer')
  })

  test('whole but hangs up is told so', async () => {
    answering((response) => response.writeHead(200, { 'content-length': '100' }).write('half', () => void response.destroy()))
    await expect(got()).rejects.toThrow('broke off before the whole file was there')
    answering((response) => response.write('half', () => void response.destroy()))
    await expect(got()).rejects.toThrow('broke off before the whole file was there')
    answering((response) => void response.destroy())
    await expect(got()).rejects.toThrow('broke off before the whole file was there')
  })

  test('but what is no answer at all is told so', async () => {
    answering((response) => void response.socket?.end('this is not how the web talks\r\n\r\n'))
    await expect(got()).rejects.toThrow('broke the rules of the web')
  })

  test('but something packed in another way, or packed wrongly, is told so', async () => {
    always(200, { 'content-encoding': 'br' }, 'x')
    await expect(got()).rejects.toThrow('packs the file in a way that was not asked for (br)')
    always(200, { 'content-encoding': 'gzip' }, 'this is not packed')
    await expect(got()).rejects.toThrow('cannot be unpacked')
    always(200, { 'content-encoding': 'gzip' }, gzipSync(randomBytes(5000)).subarray(0, 2000))
    await expect(got()).rejects.toThrow('cannot be unpacked')
  })

  test('until nobody wants it any more is left at once, and no word is made of it', async () => {
    const leaving = new AbortController()
    answering((response) => void response.write('a,b\n', () => leaving.abort(new Error('stopped by a person'))))
    await expect(got({ signal: leaving.signal })).rejects.toThrow('stopped by a person')
  })
})

describe('a file that is too large', () => {
  test('by what the server says is not begun with', async () => {
    answering((response) => void response.writeHead(200, { 'content-length': '100001' }).write('a'))
    await expect(got()).rejects.toThrow('larger than 100000 bytes')
  })

  test('because it never ends is given up at the limit', async () => {
    answering((response) => {
      const more = () => void (response.destroyed || (response.write(Buffer.alloc(16_000)) ? setImmediate(more) : response.once('drain', more)))
      more()
    })
    await expect(got()).rejects.toThrow('larger than 100000 bytes')
  })

  test('once it is unpacked is given up at the limit', async () => {
    always(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(50_000_000)))
    await expect(got()).rejects.toThrow('larger than 100000 bytes')
  })
})
