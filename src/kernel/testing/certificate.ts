import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** One value in DER: its tag, how long it is, and what it holds. */
function der(tag: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const bits = (content: Buffer) => der(0x03, Buffer.concat([Buffer.from([0]), content]))
const time = (at: Date) => der(0x17, `${at.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`)

/** Names of things in X.509, as they are written in DER. */
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const commonName = '550403'
const otherNames = '551d11'
const ecdsaWithSha256 = '2a8648ce3d040302'

/** A new certificate for these host names that vouches for itself, with its key, both as PEM. Good for this day. */
export function selfSigned(hosts: readonly [string, ...string[]]): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid(ecdsaWithSha256))
  const name = sequence(der(0x31, sequence(oid(commonName), der(0x0c, hosts[0]))))
  const [yesterday, tomorrow] = [-1, 1].map((days) => time(new Date(Date.now() + days * 24 * 60 * 60 * 1000))) as [Buffer, Buffer]
  const names = sequence(oid(otherNames), der(0x04, sequence(...hosts.map((host) => der(0x82, host)))))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])), algorithm, name, sequence(yesterday, tomorrow), name,
    publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, sequence(names)),
  )
  const whole = sequence(body, algorithm, bits(sign('sha256', body, privateKey)))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n` }
}
