/** Facts about passwords, failed sign-ins and sessions. No database, no web, no clock of its own. */

const minute = 60_000
const hour = 60 * minute

// Passwords ---------------------------------------------------------------------------------------------------------

export const shortestPassword = 12
const longestPassword = 200

/** The commonest passwords of twelve or more characters; shorter ones are refused for their length. Compared in small letters. */
const commonest = new Set([
  '123456789012', '1234567890123', '12345678910', '123456789101112', '123123123123', '1q2w3e4r5t6y', '1qaz2wsx3edc', '1qaz2wsx3edc4rfv',
  'qwertyuiop12', 'qwertyuiop123', 'qwerty123456', 'qwertyuiop[]', 'qwertyqwerty', 'asdfghjkl123', 'zaq12wsxcde3', 'q1w2e3r4t5y6',
  'password1234', 'password12345', 'password123456', 'passwordpassword', 'password!234', 'p@ssw0rd1234', 'p@ssword1234', 'mypassword123',
  'administrator', 'adminadmin12', 'administrator1', 'changeme1234', 'changemenow1', 'letmein12345', 'letmeinplease', 'welcome12345', 'welcome123456',
  'iloveyou1234', 'iloveyou12345', 'liverpool123', 'manchester12', 'manchesterunited', 'chelsea12345', 'sunshine1234', 'princess1234',
  'football1234', 'superman1234', 'abcdefghijkl', 'abcd12345678', 'abc123abc123', 'test12345678', 'january12345', 'summer2024!!',
])

/** The password of every account of the demonstration: known to everybody, and taken nowhere else. */
export const demonstrationPassword = 'fictional council figures'

/** Words of this service, which somebody guesses first who attacks it. */
const ofTheService = ['bestvalue', 'workbench']
/** Words that so many names of councils and addresses have that they tell nothing. */
const ofEverybody = new Set(['authority', 'borough', 'borders', 'central', 'combined', 'council', 'county', 'department', 'district', 'example', 'metropolitan', 'office', 'outlook', 'royal', 'service', 'services'])

/** Whose password it is to be. */
export interface Chooser {
  email: string
  name?: string | undefined
  /** Name of the organisation they work for. */
  organisation?: string | undefined
}

/** What is wrong with a password a person chose, as an instruction; null when it may be used. */
export function faultOfPassword(password: string, chooser: Chooser): string | null {
  const letters = [...comparable(password)]
  if (letters.length < shortestPassword) return `Use ${shortestPassword} characters or more. Three words that do not belong together are easy to remember.`
  if (letters.length > longestPassword) return `Use ${longestPassword} characters or fewer`
  const plain = comparable(password).toLowerCase()
  const joined = plain.replace(/[^\p{L}\p{N}]/gu, '')
  if (ownWords(chooser).some((word) => plain.includes(word) || joined.includes(word))) return 'Use a password that does not contain your name, the name in your email address or the name of your organisation'
  if (ofTheService.some((word) => joined.includes(word))) return 'Use a password that does not contain the name of this service'
  if (commonest.has(plain) || plain === demonstrationPassword) return 'This is one of the passwords that are tried first. Use another.'
  if (new Set(letters).size < 5) return 'Use more different characters'
  return null
}

/** What others know about somebody, in small letters: names of three letters and more, and five for what is not the person's own. */
function ownWords({ email, name = '', organisation = '' }: Chooser): string[] {
  const [address = '', domain = ''] = comparable(email).toLowerCase().split('@')
  const wordsOf = (text: string) => comparable(text).toLowerCase().split(/[^\p{L}\p{N}]+/u)
  const names = [address, ...wordsOf(name).filter((word) => word.length > 3)].filter((word) => word.length >= 3)
  return [...names, ...wordsOf(`${domain} ${organisation}`).filter((word) => word.length >= 5 && !ofEverybody.has(word))]
}

/** A password as it is compared: an accented letter is the same however the keyboard composed it. */
export const comparable = (password: string) => password.normalize('NFKC')

// Failed sign-ins ----------------------------------------------------------------------------------------------------

export interface Patience {
  /** Failures that cost nothing: people mistype. */
  free: number
  /** The failure from which on sign-in is locked. */
  lockAt: number
  /** Milliseconds. */
  lockFor: number
  /** Milliseconds without a failure after which the count starts again. */
  forgetAfter: number
}

/** For one email address, from one network. */
export const patienceWithAccount: Patience = { free: 3, lockAt: 10, lockFor: 15 * minute, forgetAfter: 24 * hour }
/** For one network address, behind which a whole council may stand. */
export const patienceWithAddress: Patience = { free: 20, lockAt: 100, lockFor: 15 * minute, forgetAfter: hour }

/** For one email address, from all networks together where its holder has not signed in lately. */
export const patienceWithEverybody: Patience = { free: 50, lockAt: 100, lockFor: 15 * minute, forgetAfter: 24 * hour }
/** For how long a network is known where the right password was typed, in milliseconds. */
export const knownFor = 30 * 24 * hour

/** How long the next try must wait after so many failures, in milliseconds: 1, 2, 4 … seconds, at most one minute, then the lock. */
export function waitAfter(failures: number, patience: Patience): number {
  if (failures >= patience.lockAt) return patience.lockFor
  if (failures < patience.free) return 0
  return Math.min(1000 * 2 ** (failures - patience.free), minute)
}

/** The failures that still count after a quiet time. */
export function failuresStillCounting(failures: number, lastAt: Date, now: Date, patience: Patience): number {
  return now.getTime() - lastAt.getTime() >= patience.forgetAfter ? 0 : failures
}

/**
 * The network a caller belongs to, as far as failures are counted: an IPv4 address itself, and of an IPv6 address the first half,
 * because one household or attacker has all addresses that begin alike.
 */
export function networkOf(address: string): string {
  const inside = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (inside) return inside
  if (!address.includes(':')) return address
  const [start = '', end] = address.toLowerCase().split('%', 1).join('').split('::')
  const groups = (part: string) => part.split(':').filter((group) => group !== '')
  const given = groups(start).length + groups(end ?? '').length
  const whole = end === undefined ? groups(start) : [...groups(start), ...Array<string>(Math.max(0, 8 - given)).fill('0'), ...groups(end)]
  return `${whole.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`
}

// Sessions -----------------------------------------------------------------------------------------------------------

/** A session nobody uses ends after this long, in milliseconds. */
export const idleAfter = 2 * hour
/** A session ends after this long whatever use is made of it, in milliseconds: a working day. */
export const longestSession = 12 * hour
/** Use is noted at most this often, in milliseconds, so that reading pages does not write all the time. */
export const noteUseEvery = 5 * minute

interface SessionTimes {
  made_at: Date
  seen_at: Date
  expires_at: Date
  /** Sessions begun earlier ended when the password changed. */
  valid_from: Date
}

export function isSessionOver(session: SessionTimes, now: Date): boolean {
  return (
    now >= session.expires_at || session.made_at < session.valid_from || now.getTime() - session.seen_at.getTime() >= idleAfter
  )
}

/** The browser and system in a few words, from the name a browser sends. People recognise their own by it. */
export function browserInWords(agent: string | null): string {
  if (!agent) return 'Unknown browser'
  const browser = [['Edg/', 'Edge'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']].find(([mark]) => agent.includes(mark!))?.[1]
  const system = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS', 'Mac'], ['CrOS', 'Chromebook'], ['Linux', 'Linux']].find(([mark]) => agent.includes(mark!))?.[1]
  return [browser ?? 'Unknown browser', ...(system ? [system] : [])].join(' on ')
}
