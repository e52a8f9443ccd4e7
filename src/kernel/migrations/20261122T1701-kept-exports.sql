-- Files that somebody had made to keep for a while: a table as it was at one moment, with its count and its hash. They
-- hold what that person might see then, so they are shown to the same person only, and only while that person still may
-- see all of it.

-- Everything that decides which rows exist for whoever is asking, as words that can be kept and compared.
create function kernel.rights() returns text[]
  language sql stable parallel safe
  return array(select 'in ' || id from unnest(kernel.organisations()) as id)
      || array(select 'administers ' || id from unnest(kernel.administers()) as id)
      || array(select 'audits ' || id from unnest(kernel.audits()) as id)
      || coalesce(kernel.setting('grants'), '{}')::text[];

create table kernel.kept_export (
  id text primary key,                 -- unguessable
  account integer not null,            -- people owns those, so this is a number and not a key
  rights text[] not null,              -- what the account might see when it was made
  organisation integer,                -- for whose trail; null: an account without one
  address text not null,               -- of the CSV file it was made like
  page text not null,                  -- of the page the table is on
  about jsonb not null,                -- what the table is and what its columns mean
  rows integer not null,
  bytes bigint not null,               -- of the CSV file
  sha256 text not null,                -- of the CSV file
  made_at timestamptz not null,
  expires_at timestamptz not null
);
create index kept_export_of_account on kernel.kept_export (account, made_at);
create index kept_export_expired on kernel.kept_export (expires_at);

create table kernel.kept_export_part (
  export text not null references kernel.kept_export (id) on delete cascade,
  seq integer not null,
  account integer not null,
  rights text[] not null,
  content bytea not null,              -- rows as lines of JSON, compressed as one stream over all parts
  primary key (export, seq)
);

alter table kernel.kept_export enable row level security;
alter table kernel.kept_export force row level security;
create policy own on kernel.kept_export using (
  kernel.is_system() or (account = kernel.account() and rights <@ kernel.rights()));

alter table kernel.kept_export_part enable row level security;
alter table kernel.kept_export_part force row level security;
create policy own on kernel.kept_export_part using (
  kernel.is_system() or (account = kernel.account() and rights <@ kernel.rights()));

grant select, insert, delete on kernel.kept_export, kernel.kept_export_part to bv_actor;
