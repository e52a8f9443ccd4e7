import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import pino from 'pino'
import { sql } from 'kysely'
import type { Actor, Role } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import type { Trx } from '#kernel/db/index.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { sign } from '#kernel/web/cookies.ts'
import type { TestStore } from '#kernel/testing/store.ts'
import { buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { buildAuthorities, buildGroup } from '#slices/places/builders.ts'
import { Secrets } from './secrets.ts'

/** Somebody who asks: the public when without a session. */
export interface Asker {
  name: string
  actor: Actor
  session: string | null
  /** What somebody of the other organisation let them see, in the words of the secrets. */
  granted: (about: string) => boolean
}

const nothing = () => false
const system: Actor = { kind: 'system', name: 'test' }
const moment = new Date('2026-02-02T10:00:00Z')

export function houseOver({ store }: TestStore): House {
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' })
  return completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => moment })
}

/** What everybody may see: authorities, national measures and figures, and the organisations. */
export async function publicWorld(house: House) {
  const { store } = house
  const codes = Array.from({ length: 9 }, (_, place) => `S1200000${place + 1}`)
  const authorities = await buildAuthorities(store, codes.map((code, place) => ({ code, known_name: `Place ${place + 1}` })))
  const ids = codes.map((code) => authorities.get(code) ?? 0)
  const measure = await buildMeasure(store, { code: 'national-one', title: 'National one', kinds: ['scottish-council'], period_kind: 'financial-year' })
  for (const period of ['2022-23', '2023-24']) {
    await buildFigures(store, measure, ids.map((authority, place) => ({ authority, period, value: 10 + place + (period === '2023-24' ? place % 3 : 0) })))
  }
  await buildGroup(store, { type: 'family', source: 'test', slug: 'all-of-them', members: ids })
  await buildGroup(store, { type: 'neighbours', source: 'near', slug: codes[0] ?? '', of: ids[0] ?? 0, members: ids.slice(1, 6) })
  const a = await newOrganisation(house, { slug: 'a-council', name: 'A Council', authority: codes[0] ?? '' })
  const b = await newOrganisation(house, { slug: 'b-council', name: 'B Council', authority: codes[1] ?? '' })
  const c = await newOrganisation(house, { slug: 'c-council', name: 'C Council', authority: codes[2] ?? '' })
  return { a, b, c, authorities: ids, measure, codes }
}

export type PublicWorld = Awaited<ReturnType<typeof publicWorld>>

const authorityRoles: readonly Role[] = ['performance-officer', 'service-head', 'statutory-officer', 'member', 'administrator', 'auditor', 'reader']

/** The public, each role of another council, and people of the other kinds of organisation. All strangers to A. */
export async function strangers(house: House, { b }: PublicWorld): Promise<{ all: Asker[]; everyRole: Asker; nobody: Asker }> {
  const nobody: Asker = { name: 'the public', actor: { kind: 'public' }, session: null, granted: nothing }
  const everyRole = await asker(house, 'somebody with every role in B', await newPerson(house, b, { roles: authorityRoles }))
  const all = [nobody, everyRole]
  for (const role of authorityRoles) all.push(await asker(house, `${role} of B`, await newPerson(house, b, { roles: [role] })))
  const others = [['department', ['department-analyst', 'administrator', 'auditor']], ['audit-firm', ['auditor', 'administrator']],
    ['inspectorate', ['auditor']], ['partner', ['performance-officer', 'administrator']]] as const
  for (const [kind, roles] of others) {
    const organisation = await newOrganisation(house, { kind, slug: `the-${kind}` })
    all.push(await asker(house, `${roles.join(' and ')} of the ${kind}`, await newPerson(house, organisation, { roles })))
  }
  return { all, everyRole, nobody }
}

/** A person with a session that holds, made as the sign-in page makes it. */
async function asker(house: House, name: string, actor: Awaited<ReturnType<typeof newPerson>>, granted: Asker['granted'] = nothing): Promise<Asker> {
  return { name, actor, session: await newSession(house, actor.account), granted }
}

/** Signs somebody in again, whatever became of the session they had. */
export async function signInAgain(house: House, who: Asker): Promise<void> {
  if (who.actor.kind === 'person') who.session = await newSession(house, who.actor.account)
}

async function newSession({ store, now }: House, account: number, browser = 'a browser', address = '192.0.2.1'): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const token_hash = createHash('sha256').update(token).digest('hex')
  await store.change(system, 'test.session', async (trx) => {
    await trx.insertInto('people.session')
      .values({ token_hash, account, made_at: now(), seen_at: now(), proved_at: now(), second_factor_at: now(), expires_at: new Date(now().getTime() + 3_600_000), browser, address }).execute()
    return { subject: `account:${account}`, result: null }
  })
  return token
}

/** The hidden field of a form that this asker's browser would send. */
export function formToken({ config }: House, { session }: Asker): string {
  return `salt.${sign(config, 'form', `salt\0${session ?? 'nobody'}`)}`
}

/** What belongs to A alone. Every name and number in it is a secret. */
export async function privateWorld(house: House, world: PublicWorld, database: TestStore) {
  const { store } = house
  const { a } = world
  const secrets = new Secrets()
  const word = (about: string) => secrets.word(about)

  const people = []
  for (const role of ['performance-officer', 'administrator', 'reader'] as const) {
    people.push(await newPerson(house, a, { roles: [role], name: word(`name of A's ${role}`), email: `${word(`address of A's ${role}`)}@a.example` }))
  }
  const insider = await asker(house, "somebody with A's officer's and administrator's roles", await newPerson(house, a, { roles: authorityRoles, name: word("name of A's insider") }))
  const [officer, administrator] = people
  if (!officer || !administrator || insider.actor.kind !== 'person') throw new Error('A has nobody.')
  await newSession(house, officer.account, word("browser of a session of A's officer"), word("address of a session of A's officer"))

  const measures: Awaited<ReturnType<typeof localMeasure>>[] = []
  for (const which of ['granted', 'hidden']) measures.push(await localMeasure(house, world, secrets, which))
  await buildFigures(store, world.measure, [{
    authority: world.authorities[0] ?? 0, period: '2025-26', value: secrets.number('figure of A for a national measure'), lower: secrets.number('limit of A for a national measure'),
  }], { organisation: a.id })
  const lists: { slug: string; id: number }[] = []
  for (const which of ['granted', 'hidden']) {
    const slug = word(`slug of the ${which} list`)
    const members = world.authorities.slice(0, 4)
    lists.push({ slug, id: await buildGroup(store, { type: 'list', source: a.slug, slug, title: word(`title of the ${which} list`), organisation: a.id, members }) })
  }
  const factor = await store.change(system, 'test.factor', (trx) => secondFactorAndLink(trx, a.id, officer.account, secrets))
  const imported = await store.change(system, 'test.import', (trx) => importWithWarning(trx, world, secrets, measures[1]?.id ?? 0))
  const upload = word("address of A's upload")
  const recipe = word("name of A's recipe")
  const kept = word("name of A's kept file")
  await store.change(insider.actor, word('action in the trail of A'), async (trx) => {
    const content = Buffer.from(word("content of A's upload"))
    const owner = insider.actor.kind === 'person' ? insider.actor.account : 0
    await trx.insertInto('indicators.upload')
      .values({ id: upload, account: owner, organisation: a.id, national: false, file_name: word("file of A's upload"), bytes: content.length, sha256: '', made_at: moment,
        guided: JSON.stringify({ choices: {}, seen: { problem: word("problem of A's guided import") }, done: [] }) }).execute()
    await trx.insertInto('indicators.upload_part').values({ upload, seq: 1, account: owner, organisation: a.id, content }).execute()
    await trx.insertInto('indicators.saved_recipe')
      .values({ name: recipe, organisation: a.id, account: officer.account, recipe: JSON.stringify({ recipe, title: word("title of A's recipe") }), saved_at: moment }).execute()
    await trx.insertInto('indicators.watched_source').values({
      organisation: a.id, name: word("name of A's source"), address: `https://${word("address of A's source")}.example/`, recipe: word("recipe of A's source"), national: false, every: 'week',
      account: owner, made_at: moment, last_sha256: word("hash of A's source"), last_looked_at: moment, failing_since: moment, last_fault: word("fault of A's source"), upload,
    }).execute()
    const until = new Date(moment.getTime() + 3_600_000)
    const letter = await trx.insertInto('kernel.letter')
      .values({ organisation: a.id, recipient: `${word("reader of A's letter")}@a.example`, subject: word("subject of A's letter"), sealed: word("text of A's letter"), made_at: moment, next_at: moment, expires_at: until, reason: word("reason why A's letter was not sent") })
      .returning('id').executeTakeFirstOrThrow()
    await trx.insertInto('people.password_reset')
      .values({ account: officer.account, organisation: a.id, letter: letter.id, link_hash: word('link for a password of A'), made_at: moment, expires_at: until }).execute()
    await trx.insertInto('people.invitation')
      .values({ organisation: a.id, email: `${word('address of somebody A invited')}@a.example`, roles: ['reader'], invited_by: administrator.account, link_hash: word('link of an invitation of A'), letter: letter.id, made_at: moment, expires_at: until }).execute()
    await trx.insertInto('people.token').values({
      account: owner, home: a.id, name: word("name of A's token"), scope: 'write', token_hash: word("hash of A's token"), ending: word("ending of A's token"), made_at: moment, expires_at: until,
      used_from: word("where A's token was used"),
    }).execute()
    await trx.insertInto('people.past_membership').values({ account: officer.account, organisation: a.id, role: word('role somebody of A had'), since: moment, until }).execute()
    await trx.insertInto('kernel.job').values({
      kind: 'imports.make', key: word("key of A's job"), title: word("title of A's job"), organisation: a.id, audience: 'organisation', account: owner, asked_by: word("asker of A's job"),
      back: `/${word("way back of A's job")}`, input: JSON.stringify({ upload: word("input of A's job") }), state: 'failed', outcome: JSON.stringify({ says: word("outcome of A's job"), href: null }),
      progress: JSON.stringify({ done: secrets.number("progress of A's job"), of: null, says: word("progress of A's job in words") }), reason: word("reason of A's job"),
      reference: word("reference of A's job"), run_after: moment, ended_at: moment,
    }).execute()
    await keepFile(trx, { id: kept, account: owner, organisation: a.id, word })
    return {
      subject: `organisation:${a.id}`, organisation: a.id, result: null, says: word('sentence in the trail of A'), why: word('reason in the trail of A'),
      before: { was: word('what was before in the trail of A') }, after: { is: word('what is now in the trail of A') },
    }
  })
  await store.keep(async (trx) => {
    const { id } = await trx.selectFrom('indicators.watched_source').select('id').executeTakeFirstOrThrow()
    await trx.insertInto('indicators.source_look').values({ source: id, organisation: a.id, looked_at: moment, found: 'failed', says: word("what a look of A found") }).execute()
  })
  const [grantedMeasure, hiddenMeasure] = measures
  const [grantedList, hiddenList] = lists
  if (!grantedMeasure || !hiddenMeasure || !grantedList || !hiddenList) throw new Error('A has nothing.')
  const guests = await invite(house, world, secrets, { by: administrator.account, measure: grantedMeasure.id, list: grantedList.id })
  const [grant] = await database.raw.rows<{ id: number }>(`select min(id) as id from people.access_grant where organisation = ${a.id}`)
  const [job] = await database.raw.rows<{ id: number }>(`select min(id) as id from kernel.job where organisation = ${a.id}`)
  const [session] = await database.raw.rows<{ id: number }>(`select min(id) as id from people.session where account = ${officer.account}`)
  const [source] = await database.raw.rows<{ id: number }>('select id from indicators.watched_source')
  const [made] = await database.raw.rows<Record<'letter' | 'invitation' | 'token', number>>(
    `select (select max(id) from kernel.letter) as letter, (select max(id) from people.invitation) as invitation, (select max(id) from people.token) as token`)
  return {
    secrets, insider, guests,
    /** How A's things are named in addresses, questions and forms. */
    handles: {
      slugs: [a.slug], measures: measures.flatMap(({ code, alias }) => [code, alias]), lists: lists.map(({ slug }) => `list:${slug}`),
      numbers: [...new Set([job?.id ?? 0, ...Object.values(made ?? {}), a.id, officer.account, grant?.id ?? 0, session?.id ?? 0, factor, imported, hiddenMeasure.id, hiddenList.id, source?.id ?? 0])].map(String),
      words: [upload, recipe, kept, officer.email],
    },
  }
}

/** A file that somebody of A had made to keep. */
async function keepFile(trx: Trx, { id, account, organisation, word }: { id: string; account: number; organisation: number; word: (about: string) => string }) {
  const rights = sql<string[]>`kernel.rights()`
  const column = { name: 'code', title: word("column of A's kept file"), datatype: 'text', description: word("meaning of A's kept file") }
  const about = { name: word("file name of A's kept file"), title: word("title of A's kept file"), description: word("description of A's kept file"), publisher: word("publisher of A's kept file"), licence: null, origin: null, knownAt: null, columns: [column] }
  await trx.insertInto('kernel.kept_export').values({
    id, account, rights, organisation, address: `/measures.csv?search=${word("question of A's kept file")}`, page: `/${word("page of A's kept file")}`, about: JSON.stringify(about),
    rows: 1, bytes: 1, sha256: word("hash of A's kept file"), made_at: moment, expires_at: new Date(moment.getTime() + 86_400_000),
  }).execute()
  const content = gzipSync(`${JSON.stringify([word("row of A's kept file")])}\n`)
  await trx.insertInto('kernel.kept_export_part').values({ export: id, seq: 0, account, rights, content }).execute()
}

async function localMeasure(house: House, { a, authorities }: PublicWorld, secrets: Secrets, which: string) {
  const word = (about: string) => secrets.word(`${about} of the ${which} measure`)
  const [code, alias] = [word('code'), word('alias')]
  const id = await buildMeasure(house.store, {
    code, organisation: a.id, aliases: [alias], title: word('title'), explanation: word('explanation'), service: word('service'), unit: word('unit'),
    notes: word('notes'), numerator_name: word('numerator'), denominator_name: word('denominator'), publisher: word('publisher'), period_kind: 'financial-year',
    what_changed: word('change'), source_link: `https://${word('source')}.example/`, licence: word('licence'),
  })
  const figures = ['2022-23', '2023-24'].map((period) => ({
    authority: authorities[0] ?? 0, period, value: secrets.number(`value of the ${which} measure`),
    numerator: secrets.number(`numerator of the ${which} measure`), denominator: secrets.number(`denominator of the ${which} measure`),
  }))
  await buildFigures(house.store, id, figures, { organisation: a.id })
  await house.store.change(system, 'test.break', async (trx) => {
    await trx.insertInto('indicators.series_break').values({ measure: id, starts: '2023-04-01', note: word('break'), known_from: moment, organisation: a.id, audience: 'organisation' }).execute()
    return { subject: `measure:${id}`, result: null }
  })
  return { id, code, alias }
}

async function importWithWarning(trx: Trx, { a }: PublicWorld, secrets: Secrets, measure: number) {
  const word = (about: string) => secrets.word(`${about} of A's import`)
  const { id } = await trx.insertInto('indicators.import').values({
    organisation: a.id, audience: 'organisation', produces: 'observations', recipe_name: word('recipe'), recipe: JSON.stringify({ title: word('title of the recipe') }),
    file_name: word('file'), bytes: 7, sha256: word('hash'), made_by: word('maker'), known_from: moment, withdrawn_why: word('reason for withdrawal'), withdrawn_at: moment,
    counts: JSON.stringify({ rows_read: secrets.number("rows of A's import"), new: 0, revised: 0, unchanged: 0, absent: {}, reference: 0, repeated: 0, left_out: [], refused: 0, warnings: {}, measures_made: 0 }),
  }).returning('id').executeTakeFirstOrThrow()
  await trx.insertInto('indicators.import_warning').values({
    import: id, seq: 1, check_name: 'outlier', line: 2, column_name: word('column'), seen: word('cell'), expected: word('expectation'), message: word('warning'),
    measure, organisation: a.id, audience: 'organisation',
  }).execute()
  return { subject: `import:${id}`, organisation: a.id, result: id }
}

/** An authenticator app, a recovery code and a link with the provider, and a way to it that was begun. */
async function secondFactorAndLink(trx: Trx, organisation: number, account: number, secrets: Secrets) {
  const word = (about: string) => secrets.word(`${about} of A's officer`)
  const { id } = await trx.insertInto('people.second_factor')
    .values({ account, organisation, name: word('name of an app'), secret: word('sealed secret'), last_step: 1, made_at: moment, used_at: moment }).returning('id').executeTakeFirstOrThrow()
  await trx.insertInto('people.recovery_code').values({ account, organisation, hash: word('recovery code') }).execute()
  await trx.insertInto('people.identity').values({ account, organisation, issuer: `https://${word('issuer')}.example`, subject: word('subject'), made_at: moment }).execute()
  return { subject: `account:${account}`, organisation, result: id }
}

/** People of C who were let in to something: to one measure, to one list, to everything of A, and to something until it was ended. */
async function invite(house: House, { a, c }: PublicWorld, secrets: Secrets, { by, measure, list }: { by: number; measure: number; list: number }): Promise<Asker[]> {
  const invitations = [
    { subject: 'measure', subject_id: measure, ended_at: null, granted: (about: string) => about.endsWith('of the granted measure') },
    { subject: 'list', subject_id: list, ended_at: null, granted: (about: string) => about.endsWith('of the granted list') },
    { subject: 'organisation', subject_id: a.id, ended_at: null, granted: (about: string) => /of the (granted|hidden) (measure|list)$|of A's import$|for a national measure$/.test(about) },
    { subject: 'measure', subject_id: measure, ended_at: moment, granted: nothing },
  ] as const
  const guests: Asker[] = []
  for (const { granted, ...invitation } of invitations) {
    const what = `${invitation.ended_at ? 'an ended' : 'a'} grant for a ${invitation.subject}`
    const { account } = await newPerson(house, c, { roles: authorityRoles })
    await house.store.change(system, 'test.grant', async (trx) => {
      await trx.insertInto('people.access_grant').values({ ...invitation, organisation: a.id, account, why: secrets.word(`reason for ${what}`), made_by: by }).execute()
      return { subject: `account:${account}`, organisation: a.id, result: null }
    })
    const grants = invitation.ended_at ? [] : [{ organisation: a.id, subject: invitation.subject, id: invitation.subject_id }]
    guests.push(await asker(house, `somebody with ${what}`, await personWith(house, account, grants), (about) => granted(about) || about === `reason for ${what}`))
  }
  return guests
}

/** The actor as sign-in finds it, to ask the store directly. */
async function personWith({ store }: House, account: number, grants: { organisation: number; subject: 'measure' | 'list' | 'organisation'; id: number }[]) {
  const rows = await store.read(system, (db) => sql<{ name: string; email: string; organisation: number; slug: string; organisation_name: string; roles: Role[] }>`
    select a.name, a.email, o.id as organisation, o.slug, o.name as organisation_name, array(select m.role from people.membership m where m.account = a.id order by m.role) as roles
      from people.account a join people.organisation o on o.id = a.organisation where a.id = ${account}`.execute(db))
  const row = rows.rows[0]
  if (!row) throw new Error('The guest has gone.')
  const membership = { organisation: row.organisation, slug: row.slug, name: row.organisation_name, kind: 'authority' as const, authority: null, roles: row.roles }
  return { kind: 'person' as const, account, name: row.name, email: row.email, memberships: [membership], grants }
}
