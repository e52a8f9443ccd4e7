-- Who is asking, as PostgreSQL sees it. The store sets these for one transaction at a time; after commit a
-- transaction-local setting reads back as an empty string, so every cast goes through nullif.

create function kernel.setting(name text) returns text
  language sql stable parallel safe
  return nullif(current_setting('bv.' || name, true), '');

create function kernel.is_system() returns boolean
  language sql stable parallel safe
  return coalesce(kernel.setting('kind') = 'system', false);

create function kernel.is_person() returns boolean
  language sql stable parallel safe
  return coalesce(kernel.setting('kind') = 'person', false);

create function kernel.account() returns integer
  language sql stable parallel safe
  return kernel.setting('account')::integer;

create function kernel.organisations() returns integer[]
  language sql stable parallel safe
  return coalesce(kernel.setting('organisations'), '{}')::integer[];

create function kernel.administers() returns integer[]
  language sql stable parallel safe
  return coalesce(kernel.setting('administers'), '{}')::integer[];

create function kernel.audits() returns integer[]
  language sql stable parallel safe
  return coalesce(kernel.setting('audits'), '{}')::integer[];

-- Grants are written as organisation/subject/id, so that a policy needs nothing but the row's own columns.
create function kernel.granted(organisation integer, subject text, id integer) returns boolean
  language sql stable parallel safe
  return (organisation || '/' || subject || '/' || id)
         = any (coalesce(kernel.setting('grants'), '{}')::text[])
      or (organisation || '/organisation/' || organisation)
         = any (coalesce(kernel.setting('grants'), '{}')::text[]);

-- The one rule of tenancy: public rows are for everyone, other rows for the members of their organisation and for
-- those it granted the subject.
create function kernel.sees(organisation integer, audience text, subject text, id integer) returns boolean
  language sql stable parallel safe
  return kernel.is_system()
      or audience = 'public'
      or organisation = any (kernel.organisations())
      or kernel.granted(organisation, subject, id);

-- The trail: every change, each entry carrying the hash of the one before. Nobody updates or deletes it; the head
-- makes a shortened chain as visible as a broken one.
create table kernel.trail (
  entry integer primary key,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('person', 'system', 'public')),
  account integer,
  actor_name text not null,
  organisation integer,
  action text not null,
  subject text not null,
  why text,
  says text,             -- what was done, as the rest of a sentence that begins with the actor
  before text,
  after text,
  request text,
  previous_hash text not null,
  hash text not null unique
);
create index trail_by_time on kernel.trail (at);
create index trail_by_subject on kernel.trail (subject);
create index trail_by_organisation on kernel.trail (organisation, entry);

create table kernel.trail_head (
  single boolean primary key default true check (single),
  entry integer not null,
  hash text not null
);
insert into kernel.trail_head (entry, hash) values (0, repeat('0', 64));

alter table kernel.trail enable row level security;
alter table kernel.trail force row level security;
create policy reading on kernel.trail for select using (
  kernel.is_system()
  or organisation = any (kernel.administers())
  or organisation = any (kernel.audits())
  or account = kernel.account()
);
create policy writing on kernel.trail for insert with check (true);

alter table kernel.trail_head enable row level security;
alter table kernel.trail_head force row level security;
create policy reading on kernel.trail_head for select using (true);
create policy writing on kernel.trail_head for update using (true);

grant usage on schema kernel to bv_actor;
grant select, insert on kernel.trail to bv_actor;
grant select, update on kernel.trail_head to bv_actor;
-- Bookkeeping runs as this role; slices grant it the few tables it keeps.
grant usage on schema kernel to bv_keeper;
