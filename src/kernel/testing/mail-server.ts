import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** What a mail server of the tests does with a letter. */
type Treatment = 'take' | 'refuse the sender' | 'refuse the reader' | 'ask to come again' | 'hang up' | 'take and hang up'

/** A real mail server on this machine, with everything it was given. */
export interface MailServer {
  url: string
  /** What it does with the next letters; when the list is empty it takes them. */
  treatments: Treatment[]
  taken: { to: string[]; from: string; raw: string }[]
  close(): Promise<void>
}

export async function openMailServer(): Promise<MailServer> {
  const treatments: Treatment[] = []
  const taken: MailServer['taken'] = []
  const sockets = new Set<Socket>()
  /** The refusal that is due, if the next treatment is this one. */
  const due = (treatment: Treatment, code: number, words: string) => {
    if (treatments[0] !== treatment) return null
    treatments.shift()
    return Object.assign(new Error(words), { responseCode: code })
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onMailFrom: (_address, _session, done) => done(due('refuse the sender', 550, '5.7.1 You may not send from here')),
    onRcptTo: (_address, _session, done) =>
      done(due('refuse the reader', 550, '5.1.1 No such\tmailbox') ?? due('ask to come again', 451, '4.7.1 Greylisted, come again')),
    onData(stream, session, done) {
      const treatment = treatments.shift() ?? 'take'
      void text(stream).then((raw) => {
        const { mailFrom, rcptTo } = session.envelope
        if (treatment !== 'hang up') taken.push({ raw, from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address) })
        if (treatment === 'take') done()
        else for (const socket of sockets) socket.destroy()
      })
    },
  })
  server.on('error', () => {})
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return { url: `smtp://127.0.0.1:${port}`, treatments, taken, close: () => new Promise((resolve) => server.close(resolve)) }
}
