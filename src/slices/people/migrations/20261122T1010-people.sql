create table people.organisation (
  id integer generated always as identity primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null check (name <> ''),
  kind text not null check (kind in ('authority', 'department', 'audit-firm', 'inspectorate', 'partner')),
  -- Code of the authority this organisation works for; places owns the register, so this is a word and not a key.
  authority text,
  made_at timestamptz not null default now()
);

-- An account is looked after by one organisation, for good: its administrators set one-time passwords and deactivate.
-- Another organisation may give the same person roles of its own, which gives it no power over the account.
create table people.account (
  id integer generated always as identity primary key,
  organisation integer not null references people.organisation,
  email text not null check (email <> ''),
  name text not null check (name <> ''),
  active boolean not null default true,
  made_at timestamptz not null default now(),
  unique (id, organisation)
);
create unique index account_email on people.account (lower(email));
create index account_of_organisation on people.account (organisation);

-- Kept apart from the account, whose row colleagues may see.
create table people.credential (
  account integer primary key,
  organisation integer not null,                                -- the account's, so that the policy stays on this row
  password text not null,                                       -- argon2id in PHC form
  must_change boolean not null default false,                   -- somebody else has seen this password
  valid_from timestamptz not null,                              -- sessions begun before this moment are over
  foreign key (account, organisation) references people.account (id, organisation)
);

create table people.membership (
  account integer not null references people.account,
  organisation integer not null references people.organisation,
  role text not null check (role in ('performance-officer', 'service-head', 'statutory-officer', 'member',
    'administrator', 'department-analyst', 'auditor', 'reader')),
  since timestamptz not null default now(),
  primary key (account, organisation, role)
);
create index membership_of_organisation on people.membership (organisation);

-- Lets one account see a named subject of an organisation it does not belong to.
create table people.access_grant (
  id integer generated always as identity primary key,
  organisation integer not null references people.organisation, -- whose rows are shown
  account integer not null references people.account,           -- who may see them
  subject text not null check (subject in ('organisation', 'measure', 'list')),
  subject_id integer not null check (subject <> 'organisation' or subject_id = organisation),
  why text not null check (why <> ''),
  made_by integer references people.account,
  made_at timestamptz not null default now(),
  ended_at timestamptz
);
create unique index access_grant_open on people.access_grant (organisation, account, subject, subject_id)
  where ended_at is null;
create index access_grant_of_account on people.access_grant (account);

create table people.session (
  id integer generated always as identity primary key,
  token_hash text not null unique,     -- SHA-256 of the cookie's token; the token itself is never kept
  account integer not null references people.account,
  made_at timestamptz not null,
  seen_at timestamptz not null,        -- to the nearest few minutes
  expires_at timestamptz not null,     -- whatever use is made of it
  address text,
  browser text
);
create index session_of_account on people.session (account);

-- Failed sign-ins, by what was typed and by where from, whether or not such an account exists. The key is a keyed hash:
-- people type their password in the wrong field.
create table people.attempt (
  key text primary key,
  failures integer not null,
  last_at timestamptz not null,
  blocked_until timestamptz not null
);
create index attempt_by_time on people.attempt (last_at);

alter table people.organisation enable row level security;
alter table people.organisation force row level security;
create policy reading on people.organisation for select using (kernel.is_system() or kernel.is_person());
create policy adding on people.organisation for insert with check (kernel.is_system());
create policy changing on people.organisation for update
  using (kernel.is_system() or id = any (kernel.administers()));

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

-- Seen by its holder, by colleagues, and by administrators of organisations that gave it roles or a grant. The last two
-- look into other tables, which a policy on a large table must not do; accounts are few.
alter table people.account enable row level security;
alter table people.account force row level security;
create policy reading on people.account for select using (
  kernel.is_system()
  or id = kernel.account()
  or organisation = any (kernel.organisations())
  or exists (select from people.membership m where m.account = account.id and m.organisation = any (kernel.administers()))
  or exists (select from people.access_grant g where g.account = account.id and g.organisation = any (kernel.administers())));
create policy adding on people.account for insert with check (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy changing on people.account for update using (
  kernel.is_system() or organisation = any (kernel.administers()));

alter table people.credential enable row level security;
alter table people.credential force row level security;
create policy reading on people.credential for select using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));
create policy adding on people.credential for insert with check (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy changing on people.credential for update using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));

alter table people.session enable row level security;
alter table people.session force row level security;
create policy reading on people.session for select using (kernel.is_system() or account = kernel.account());
create policy adding on people.session for insert with check (kernel.is_system() or account = kernel.account());
create policy changing on people.session for update using (kernel.is_system());
create policy removing on people.session for delete using (kernel.is_system() or account = kernel.account());

alter table people.attempt enable row level security;
alter table people.attempt force row level security;
create policy keeping on people.attempt using (kernel.is_system());

-- Giving roles makes an account visible, so it must not be a way to look at accounts: they are given to people who can be
-- seen already. A trigger, because a policy that asked would meet the policy above going the other way.
create function people.known_before_roles() returns trigger language plpgsql as $$
begin
  if not exists (select from people.account where id = new.account) then
    raise foreign_key_violation using message = 'There is no such account, or it is not yours to see.';
  end if;
  return new;
end $$;
create trigger known_before_roles before insert on people.membership
  for each row execute function people.known_before_roles();

-- Who an account is and where it belongs never changes hands, so nobody is granted the columns that say so.
grant usage on schema people to bv_actor;
grant select, insert, update (name) on people.organisation to bv_actor;
grant select, insert, update (email, name, active) on people.account to bv_actor;
grant select, insert, update (password, must_change, valid_from) on people.credential to bv_actor;
grant select, insert, delete on people.membership to bv_actor;
grant select, insert, update (ended_at) on people.access_grant to bv_actor;
grant select, insert, delete on people.session to bv_actor;

grant usage on schema people to bv_keeper;
grant select, insert, update, delete on people.attempt to bv_keeper;
grant select, update (seen_at), delete on people.session to bv_keeper;
