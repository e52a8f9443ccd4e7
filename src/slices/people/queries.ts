import { sql } from 'kysely'
import type { OrganisationKind, Role } from '#kernel/access/actor.ts'
import type { Reader } from '#kernel/db/index.ts'

/** An organisation people work for. */
export interface Organisation {
  id: number
  slug: string
  name: string
  kind: OrganisationKind
  /** Code of the authority it works for; null for others. */
  authority: string | null
}

/** An organisation by the word that stands for it in addresses. Who the organisations are is known to everyone who signs in. */
export async function organisationBySlug(db: Reader, slug: string): Promise<Organisation | undefined> {
  const row = await db.selectFrom('people.organisation').select(['id', 'slug', 'name', 'kind', 'authority']).where('slug', '=', slug).executeTakeFirst()
  return row as Organisation | undefined
}

/** An organisation by its number. */
export async function organisationById(db: Reader, id: number): Promise<Organisation | undefined> {
  const row = await db.selectFrom('people.organisation').select(['id', 'slug', 'name', 'kind', 'authority']).where('id', '=', id).executeTakeFirst()
  return row as Organisation | undefined
}

/** Somebody with a role in an organisation, as its administrators see them. */
export interface OrganisationPerson {
  account: number
  name: string
  email: string
  active: boolean
  /** The organisation that looks after the account. */
  home: number
  roles: Role[]
  /** Whether a one-time password has not been replaced yet; null where another organisation looks after the account. */
  must_change: boolean | null
}

/** The people of these organisations by name, each once for each organisation. Those who only belong there without a role included. */
export async function peopleOf(db: Reader, organisation: number, account?: number): Promise<OrganisationPerson[]> {
  const { rows } = await sql<OrganisationPerson>`
    select a.id as account, a.name, a.email, a.active, a.organisation as home, c.must_change,
           coalesce((select json_agg(m.role order by m.role) from people.membership m
                      where m.account = a.id and m.organisation = ${organisation}), '[]') as roles
      from people.account a left join people.credential c on c.account = a.id
     where (a.organisation = ${organisation}
            or exists (select from people.membership m where m.account = a.id and m.organisation = ${organisation}))
       and (${account ?? null}::int is null or a.id = ${account ?? null}::int)
     order by a.active desc, a.name, a.id`.execute(db)
  return rows
}

/** How many people have a role in each of these organisations. */
export async function peopleCounts(db: Reader, ids: readonly number[]): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('people.membership').select(['organisation', (eb) => eb.fn.count<number>('account').distinct().as('people')])
    .where('organisation', 'in', ids).groupBy('organisation').execute()
  return new Map(rows.map((row) => [row.organisation, row.people]))
}

/** One's own account. */
export function ownAccount(db: Reader, account: number) {
  return db.selectFrom('people.account as a')
    .innerJoin('people.organisation as o', 'o.id', 'a.organisation')
    .innerJoin('people.credential as c', 'c.account', 'a.id')
    .select(['a.id', 'a.name', 'a.email', 'a.made_at', 'o.name as home', 'c.must_change'])
    .where('a.id', '=', account)
    .executeTakeFirstOrThrow()
}

/** Everyone with the organisations and roles they have, for the command line. */
export async function everyAccount(db: Reader) {
  const { rows } = await sql<{ id: number; email: string; name: string; active: boolean; memberships: { organisation: string; roles: Role[] }[] }>`
    select a.id, a.email, a.name, a.active,
           coalesce((select json_agg(json_build_object('organisation', o.slug, 'roles', m.roles) order by o.slug)
                       from (select organisation, json_agg(role order by role) as roles from people.membership
                              where account = a.id group by organisation) m
                       join people.organisation o on o.id = m.organisation), '[]') as memberships
      from people.account a order by lower(a.email)`.execute(db)
  return rows
}

/** The account with this email address, in small or capital letters. */
export function accountByEmail(db: Reader, email: string) {
  return db.selectFrom('people.account').select(['id', 'name', 'email', 'organisation', 'active'])
    .where(sql`lower(email)`, '=', email.trim().toLowerCase()).executeTakeFirst()
}

/** Grants an organisation gave, the open ones first. */
export function grantsBy(db: Reader, organisation: number) {
  return db.selectFrom('people.access_grant as g')
    .innerJoin('people.account as a', 'a.id', 'g.account')
    .innerJoin('people.organisation as home', 'home.id', 'a.organisation')
    .leftJoin('people.account as giver', 'giver.id', 'g.made_by')
    .select(['g.id', 'g.subject', 'g.subject_id', 'g.why', 'g.made_at', 'g.ended_at', 'a.name', 'a.email', 'home.name as home', 'giver.name as giver'])
    .where('g.organisation', '=', organisation)
    .orderBy(sql`g.ended_at is not null`).orderBy('g.id', 'desc')
    .execute()
}

/** What other organisations let this account see at present. */
export function grantsTo(db: Reader, account: number) {
  return db.selectFrom('people.access_grant as g')
    .innerJoin('people.organisation as o', 'o.id', 'g.organisation')
    .select(['g.id', 'g.subject', 'g.subject_id', 'g.why', 'g.made_at', 'o.name as organisation'])
    .where('g.account', '=', account).where('g.ended_at', 'is', null)
    .orderBy('o.name').orderBy('g.id')
    .execute()
}
