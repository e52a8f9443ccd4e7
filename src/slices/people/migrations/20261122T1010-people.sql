create table people.organisation (
  id integer generated always as identity primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null check (name <> ''),
  kind text not null check (kind in ('authority', 'department', 'audit-firm', 'inspectorate', 'partner')),
  -- Code of the authority this organisation works for; places owns the register, so this is a word and not a key.
  authority text,
  made_at timestamptz not null default now()
);

create table people.account (
  id integer generated always as identity primary key,
  email text not null,
  name text not null check (name <> ''),
  password text,                       -- argon2id in PHC form; null until set
  must_change boolean not null default false,
  failures integer not null default 0, -- since the last success
  locked_until timestamptz,
  active boolean not null default true,
  made_at timestamptz not null default now()
);
create unique index account_email on people.account (lower(email));

create table people.membership (
  account integer not null references people.account,
  organisation integer not null references people.organisation,
  role text not null check (role in ('performance-officer', 'service-head', 'statutory-officer', 'member',
    'administrator', 'department-analyst', 'auditor', 'reader')),
  since timestamptz not null default now(),
  primary key (account, organisation, role)
);

-- Lets one account see a named subject of an organisation it does not belong to.
create table people.access_grant (
  id integer generated always as identity primary key,
  organisation integer not null references people.organisation, -- whose rows are shown
  account integer not null references people.account,           -- who may see them
  subject text not null check (subject in ('organisation', 'measure', 'list')),
  subject_id integer not null,
  why text not null,
  made_by integer references people.account,
  made_at timestamptz not null default now(),
  ended_at timestamptz
);
create unique index access_grant_open on people.access_grant (organisation, account, subject, subject_id)
  where ended_at is null;

create table people.session (
  id integer generated always as identity primary key,
  token_hash text not null unique,     -- SHA-256 of the cookie's token; the token itself is never kept
  account integer not null references people.account,
  made_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  address text,
  browser text
);
create index session_of_account on people.session (account);

alter table people.organisation enable row level security;
alter table people.organisation force row level security;
create policy reading on people.organisation for select using (kernel.is_system() or kernel.is_person());
create policy adding on people.organisation for insert with check (kernel.is_system());
create policy changing on people.organisation for update
  using (kernel.is_system() or id = any (kernel.administers()));

-- Accounts have no organisation of their own: membership has. The column is copied so that the policy can stay on the
-- row: an account is seen by its holder and by administrators of any organisation in `organisations`.
alter table people.account add column organisations integer[] not null default '{}';
alter table people.account enable row level security;
alter table people.account force row level security;
create policy reading on people.account for select using (
  kernel.is_system() or id = kernel.account() or organisations && kernel.administers());
create policy adding on people.account for insert with check (
  kernel.is_system() or (cardinality(organisations) > 0 and organisations <@ kernel.administers()));
create policy changing on people.account for update using (
  kernel.is_system() or id = kernel.account() or organisations && kernel.administers());

alter table people.membership enable row level security;
alter table people.membership force row level security;
create policy reading on people.membership for select using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));
create policy adding on people.membership for insert with check (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy removing on people.membership for delete using (
  kernel.is_system() or organisation = any (kernel.administers()));

alter table people.access_grant enable row level security;
alter table people.access_grant force row level security;
create policy reading on people.access_grant for select using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));
create policy adding on people.access_grant for insert with check (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy changing on people.access_grant for update using (
  kernel.is_system() or organisation = any (kernel.administers()));

alter table people.session enable row level security;
alter table people.session force row level security;
create policy reading on people.session for select using (kernel.is_system() or account = kernel.account());
create policy adding on people.session for insert with check (kernel.is_system());
create policy changing on people.session for update using (kernel.is_system());
create policy removing on people.session for delete using (kernel.is_system() or account = kernel.account());

grant usage on schema people to bv_actor;
grant select, insert, update on people.organisation, people.account, people.access_grant to bv_actor;
grant select, insert, delete on people.membership to bv_actor;
grant select, insert, update, delete on people.session to bv_actor;
