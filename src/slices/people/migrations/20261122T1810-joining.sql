-- A one-time link by which somebody chooses a new password. Only a hash of what the link holds is kept. It is over when it was
-- used, when a later one was made, when its hour has passed, and when sessions of the account ended (credential.valid_from).
create table people.password_reset (
  id integer generated always as identity primary key,
  account integer not null,
  organisation integer not null,         -- the account's, so that the policy stays on this row
  link_hash text not null unique,        -- SHA-256
  letter integer not null references kernel.letter on delete cascade,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  ended_at timestamptz,
  foreign key (account, organisation) references people.account (id, organisation)
);
create index password_reset_of_account on people.password_reset (account);

-- Somebody is invited to have roles in an organisation. Whoever opens the link makes an account, or uses the one they have.
create table people.invitation (
  id integer generated always as identity primary key,
  organisation integer not null references people.organisation,
  email text not null check (email <> ''),
  roles text[] not null check (cardinality(roles) > 0),
  invited_by integer references people.account,
  link_hash text not null unique,        -- of the latest letter; sending again makes another
  letter integer references kernel.letter on delete set null,
  sent integer not null default 1,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by integer references people.account,
  withdrawn_at timestamptz
);
create unique index invitation_open on people.invitation (organisation, lower(email)) where accepted_at is null and withdrawn_at is null;

-- Roles that somebody no longer has.
create table people.past_membership (
  id integer generated always as identity primary key,
  account integer not null references people.account,
  organisation integer not null references people.organisation,
  role text not null,
  since timestamptz not null,
  until timestamptz not null
);
create index past_membership_of_account on people.past_membership (account, organisation);

-- A key by which a program asks in the name of a person.
create table people.token (
  id integer generated always as identity primary key,
  account integer not null,
  home integer not null,                 -- the organisation that looks after the account
  organisation integer references people.organisation,  -- reaches nothing beyond it; null: whatever its holder reaches
  name text not null check (name <> ''),
  scope text not null check (scope in ('read', 'write')),
  token_hash text not null unique,       -- SHA-256; the token itself is shown once and never kept
  ending text not null,                  -- its last characters, by which its holder knows it again
  made_at timestamptz not null,
  expires_at timestamptz not null check (expires_at <= made_at + interval '366 days'),
  used_at timestamptz,                   -- to the nearest few minutes
  used_from text,
  revoked_at timestamptz,
  revoked_by integer references people.account,
  foreign key (account, home) references people.account (id, organisation)
);
create index token_of_account on people.token (account);

alter table people.password_reset enable row level security;
alter table people.password_reset force row level security;
create policy reading on people.password_reset for select using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));
create policy adding on people.password_reset for insert with check (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy changing on people.password_reset for update using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));

alter table people.invitation enable row level security;
alter table people.invitation force row level security;
create policy reading on people.invitation for select using (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy adding on people.invitation for insert with check (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy changing on people.invitation for update using (
  kernel.is_system() or organisation = any (kernel.administers()));

alter table people.past_membership enable row level security;
alter table people.past_membership force row level security;
create policy reading on people.past_membership for select using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));
create policy adding on people.past_membership for insert with check (
  kernel.is_system() or organisation = any (kernel.administers()));

-- Administrators look after tokens by which their organisation can be reached. As with accounts the policy looks into
-- another table, which a policy on a large one must not do; tokens are few.
alter table people.token enable row level security;
alter table people.token force row level security;
create policy reading on people.token for select to bv_actor using (
  kernel.is_system() or account = kernel.account() or home = any (kernel.administers())
  or exists (select from people.membership m where m.account = token.account and m.organisation = any (kernel.administers())
              and (token.organisation is null or token.organisation = m.organisation)));
create policy adding on people.token for insert to bv_actor with check (kernel.is_system() or account = kernel.account());
create policy changing on people.token for update to bv_actor using (
  kernel.is_system() or account = kernel.account() or home = any (kernel.administers())
  or exists (select from people.membership m where m.account = token.account and m.organisation = any (kernel.administers())
              and (token.organisation is null or token.organisation = m.organisation)));
-- For noting that one was used, which asks for no more than the two columns granted below.
create policy keeping on people.token for all to bv_keeper using (true);

grant select, insert, update (used_at, ended_at) on people.password_reset to bv_actor;
grant select, insert, update (link_hash, letter, sent, made_at, expires_at, accepted_at, accepted_by, withdrawn_at) on people.invitation to bv_actor;
grant select, insert on people.past_membership to bv_actor;
grant select, insert, update (revoked_at, revoked_by) on people.token to bv_actor;

grant select (id, used_at), update (used_at, used_from) on people.token to bv_keeper;
