import { sql } from 'kysely'
import type { FastifyRequest } from 'fastify'
import type { Actor } from '#kernel/access/actor.ts'
import { Problem } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { claim, isWithin, type Limit } from '../joining/limits.ts'
import { noteUseEvery, networkOf } from '../sign-in/rules.ts'
import { personOf, type Person } from '../sign-in/sessions.ts'
import { hashOfApiToken, looksLikeToken, type Scope } from './rules.ts'

const gate: Actor = { kind: 'system', name: 'the gate for programs' }

/** Wrong tokens from one network; in the store, so that every process counts together. */
const wrongOnes: Limit = { purpose: 'wrong tokens of a network', most: 60, within: 60_000 }
/** Requests with one token, all processes together: a program that runs away must not be the only one served. */
const withOne: Limit = { purpose: 'requests with a token', most: 600, within: 60_000 }
/** So many of them a process asks for together, so that not every request writes. */
const atOnce = 20

/** What follows "Bearer" in the request's head; null when it carries none. */
export function bearerOf(request: FastifyRequest): string | null {
  const [, token = null] = /^Bearer +(\S.*)$/i.exec(request.headers.authorization ?? '') ?? []
  return token?.trim() ?? null
}

/**
 * The person a token stands for, cut to what the token may: as they are at this moment, in its one organisation if it has one.
 *
 * @throws Problem `not-signed-in` when the token is unknown, revoked or has run out, or its holder's account is closed
 */
export async function personWithToken(house: House, request: FastifyRequest, token: string): Promise<Person> {
  const found = looksLikeToken(token) ? await tokenBehind(house, token) : undefined
  const person = found ? await personOf(house, found.account) : null
  if (!found || !person) {
    if (!(await isWithin(house, wrongOnes, networkOf(request.ip)))) throw new Problem('too-many', 'Too many requests with tokens that do not work came from your network. Wait a minute.')
    house.log.warn({ address: request.ip, reference: request.id }, 'token refused')
    throw new Problem('not-signed-in', 'This token does not work: it is unknown, was revoked or has run out, or the account of its holder is closed.')
  }
  await refuseRunaways(house, found.id)
  await noteUse(house, found, request.ip)
  return cut(person, found)
}

interface Found {
  id: number
  account: number
  organisation: number | null
  name: string
  scope: Scope
  used_at: Date | null
}

async function tokenBehind({ store, now }: House, token: string): Promise<Found | undefined> {
  const { rows } = await store.read(gate, (db) => sql<Found>`
    select id, account, organisation, name, scope, used_at from people.token
     where token_hash = ${hashOfApiToken(token)} and revoked_at is null and expires_at > ${now()}`.execute(db))
  return rows[0]
}

function cut(person: Person, { id, name, scope, organisation }: Found): Person {
  const token: Person['token'] = { id, name, scopes: scope === 'write' ? ['read', 'write'] : ['read'] }
  if (organisation === null) return { ...person, token }
  const isIn = (one: { organisation: number }) => one.organisation === organisation
  return { ...person, token, memberships: person.memberships.filter(isIn), grants: person.grants.filter(isIn) }
}

async function noteUse({ store, now }: House, { id, used_at }: Found, address: string): Promise<void> {
  const due = new Date(now().getTime() - noteUseEvery)
  if (used_at !== null && used_at > due) return
  await store.keep((trx) => trx.updateTable('people.token').set({ used_at: now(), used_from: address })
    .where('id', '=', id).where((eb) => eb.or([eb('used_at', 'is', null), eb('used_at', '<=', due)])).execute())
}

/** What a process may still answer for a token before it asks the store again. */
interface Allowance {
  left: number
  until: Date
  /** The store grants no more until then. */
  isSpent: boolean
  /** The store is being asked. */
  asking: Promise<void> | null
}
const allowances = new WeakMap<House, Map<number, Allowance>>()

async function refuseRunaways(house: House, id: number): Promise<void> {
  const held = allowanceOf(house, id)
  for (;;) {
    if (!held.asking && held.until > house.now()) {
      if (held.isSpent) throw new Problem('too-many', `A token may be used ${withOne.most} times a minute. Wait a minute.`)
      if (held.left > 0) return void held.left--
    }
    await (held.asking ??= ask(house, id, held))
  }
}

function allowanceOf(house: House, id: number): Allowance {
  const ours = allowances.get(house) ?? new Map<number, Allowance>()
  allowances.set(house, ours)
  const now = house.now()
  if (ours.size > 10_000) for (const [key, { until, asking }] of ours) if (until <= now && !asking) ours.delete(key)
  const held = ours.get(id) ?? { left: 0, until: new Date(0), isSpent: false, asking: null }
  ours.set(id, held)
  return held
}

async function ask(house: House, id: number, held: Allowance): Promise<void> {
  try {
    const { granted, until } = await claim(house, withOne, String(id), atOnce)
    Object.assign(held, { left: granted, until, isSpent: granted === 0 })
  } finally {
    held.asking = null
  }
}
