-- Published addresses that are looked at for new releases, and what each look found.
create table indicators.watched_source (
  id integer generated always as identity primary key,
  organisation integer not null references people.organisation,
  name text not null,
  address text not null check (address like 'https://%'),
  recipe text not null,                -- as forms name it: a ready one by its name, a saved one as organisation/name
  national boolean not null,           -- for national figures; otherwise for the organisation's own
  every text not null check (every in ('day', 'week', 'month')),
  account integer not null references people.account, -- for whom files are kept, and with whose roles they are tried
  made_at timestamptz not null,
  stopped_at timestamptz,              -- null: it is watched
  etag text,                           -- this and the two below as of the last file that came; null: ask for all of it
  last_modified text,
  last_sha256 text,
  last_looked_at timestamptz,
  failing_since timestamptz,           -- null: the last look went well
  last_fault text,
  upload text                          -- the file that waits for a person, as long as that upload is there
);
create index watched_source_of_organisation on indicators.watched_source (organisation);

create table indicators.source_look (
  id integer generated always as identity primary key,
  source integer not null references indicators.watched_source,
  organisation integer not null,       -- copied from the source, for the policy
  looked_at timestamptz not null,
  found text not null check (found in ('unchanged', 'new', 'failed')),
  says text not null
);
create index source_look_of_source on indicators.source_look (source, id);

-- Files that came by themselves wait longer than those somebody stands beside.
alter table indicators.upload add column keep_until timestamptz; -- null: a day after made_at

alter table indicators.watched_source enable row level security;
alter table indicators.watched_source force row level security;
create policy own on indicators.watched_source using (kernel.is_system() or organisation = any (kernel.organisations()));

alter table indicators.source_look enable row level security;
alter table indicators.source_look force row level security;
create policy own on indicators.source_look using (kernel.is_system() or organisation = any (kernel.organisations()));

grant select, insert, update on indicators.watched_source to bv_actor;
grant select on indicators.source_look to bv_actor;
-- Ordinary looks are bookkeeping.
grant usage on schema indicators to bv_keeper;
grant select, update (etag, last_modified, last_sha256, last_looked_at, failing_since, last_fault) on indicators.watched_source to bv_keeper;
grant select, insert on indicators.source_look to bv_keeper;
