import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { isLoopback, mailSettings, mailVariables, type MailSettings } from './mail/settings.ts'
import { jobSettings, jobVariables, type JobSettings } from './jobs/settings.ts'
import { SettingsProblem } from './problems.ts'
import { domainList, signInFrom, signInSettings, type SignInConfig } from './sign-in-settings.ts'

/** Every setting of the installation, checked once. */
export interface Config {
  port: number
  host: string
  /** The address people type, without a trailing slash. */
  baseUrl: string
  /** Absent: the embedded database in `dataDir`. */
  databaseUrl: string | null
  dataDir: string
  /** `on` loads the fictional demonstration into a new, empty store. */
  demo: 'on' | 'off'
  /** Whether people at other machines can reach the workbench: it listens for them, or has an address for them. */
  forOthers: boolean
  /** Whether the password that all accounts of a demonstration share is taken. Everybody knows it. */
  demonstrationSignIns: boolean
  /** Signs cookies. Made once and kept in the data folder on the embedded default. */
  sessionSecret: string
  signIn: SignInConfig
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  mail: MailSettings
  jobs: JobSettings
  /** How many seconds to go on answering after being told to stop, while `/health/ready` says so. */
  drain: number
  /** Domains that files are fetched from, each with what is below it, in small letters; empty: the whole internet. */
  sourceDomains: readonly string[]
  /** Opens `/metrics` to whoever carries it; null: there is no such page. */
  metricsToken: string | null
}

const settings = z.object({
  PORT: z.coerce.number('a number').int('a whole number').min(0, 'between 0 and 65535').max(65535, 'between 0 and 65535').default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  BASE_URL: z.url({ protocol: /^https?$/, error: 'an address such as https://bestvalue.example.gov.uk' }).optional(),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'an address such as postgresql://name:password@host:5432/database' })
    .optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  DEMO: z.enum(['on', 'off'], 'on or off').optional(),
  SESSION_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  ...signInSettings,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent'], 'debug, info, warn, error or silent').default('info'),
  ...mailVariables,
  ...jobVariables,
  DRAIN: z.coerce.number('a number of seconds').int('a whole number of seconds').min(0, 'between 0 and 300').max(300, 'between 0 and 300').default(0),
  SOURCE_DOMAINS: domainList,
  METRICS_TOKEN: z.string().min(32, 'at least 32 characters').optional(),
})

/** Every setting there is, with what it is when it is not given: undefined where that depends on others. For the page that lists them. */
export const settingDefaults = (): Record<string, unknown> => ({ ...Object.fromEntries(Object.keys(settings.shape).map((name) => [name, undefined])), ...settings.parse({}) })

/** Settings that are not repeated in a message, which may be read by others. */
const confidential = new Set(['SESSION_SECRET', 'SESSION_SECRET_BEFORE', 'DATABASE_URL', 'OIDC_CLIENT_SECRET', 'SMTP_URL', 'NOTIFY_API_KEY', 'METRICS_TOKEN'])

/**
 * Reads the settings from the environment. All faults are reported together, each with the variable's name, what was
 * given and what is accepted. An empty variable counts as unset.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const read = settings.safeParse(given)
  if (!read.success) {
    throw new SettingsProblem(
      read.error.issues.map((issue) => {
        const name = String(issue.path[0])
        const seen = confidential.has(name) ? 'what was given' : `"${given[name] ?? ''}"`
        return `${name}: ${seen} is not accepted. Give ${issue.message}.`
      }),
    )
  }
  const s = read.data
  if (s.DATABASE_URL && !s.SESSION_SECRET) {
    throw new SettingsProblem([
      'SESSION_SECRET: is needed beside DATABASE_URL, so that several processes agree on it. Give at least 32 random characters.',
    ])
  }
  const { signIn, faults } = signInFrom(s)
  if (faults.length > 0) throw new SettingsProblem(faults)
  const mail = mailSettings(s)
  if ('faults' in mail) throw new SettingsProblem(mail.faults)
  const jobs = jobSettings(s)
  if ('faults' in jobs) throw new SettingsProblem(jobs.faults)
  const dataDir = resolve(s.DATA_DIR)
  const forOthers = isForOthers(s)
  return {
    port: s.PORT,
    host: s.HOST,
    baseUrl: (s.BASE_URL ?? `http://${s.HOST.includes(':') ? `[${s.HOST}]` : s.HOST}:${s.PORT}`).replace(/\/$/, ''),
    databaseUrl: s.DATABASE_URL ?? null,
    dataDir,
    demo: s.DEMO ?? (s.DATABASE_URL || forOthers ? 'off' : 'on'),
    forOthers,
    demonstrationSignIns: s.DEMO ? s.DEMO === 'on' : !forOthers,
    sessionSecret: s.SESSION_SECRET ?? keptSecret(dataDir),
    signIn,
    logLevel: s.LOG_LEVEL,
    mail,
    jobs,
    drain: s.DRAIN,
    sourceDomains: s.SOURCE_DOMAINS.map((domain) => domain.toLowerCase()),
    metricsToken: s.METRICS_TOKEN ?? null,
  }
}

function isForOthers({ HOST, BASE_URL }: { HOST: string; BASE_URL?: string | undefined }): boolean {
  return !isLoopback(HOST) || (BASE_URL !== undefined && !isLoopback(new URL(BASE_URL).hostname))
}

/** The secret of an embedded installation, made on first use and readable by its owner only. */
function keptSecret(dataDir: string): string {
  const file = join(dataDir, 'session-secret')
  const secret = randomBytes(48).toString('base64url')
  try {
    if (existsSync(file)) return readFileSync(file, 'utf8').trim()
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(file, secret, { mode: 0o600 })
  } catch (cause) {
    throw new SettingsProblem([
      `DATA_DIR: the folder ${dataDir} cannot be written (${(cause as NodeJS.ErrnoException).code ?? String(cause)}). Choose a folder this account may write to.`,
    ])
  }
  return secret
}
