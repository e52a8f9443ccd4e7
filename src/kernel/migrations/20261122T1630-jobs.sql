-- Work that outlasts a request, and how it ended. A row is the job: any process that shares the database may do it, one at
-- a time, and another takes it up when that one is silent for too long.
create table kernel.job (
  id integer generated always as identity primary key,
  kind text not null,                  -- which kind of work, as a slice names it: imports.make
  key text not null,                   -- what it is about; two unfinished jobs never have the same
  title text not null,                 -- what people read: Importing bins.csv
  organisation integer,                -- for which organisation; people owns those, so this is a number and not a key
  audience text not null check (audience in ('person', 'organisation')),
  account integer,                     -- who asked, and as whom it runs; null: the program itself
  asked_by text not null,
  back text,                           -- address of the page it was asked for on
  input jsonb not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress jsonb,                      -- {done, of, says}
  outcome jsonb,                       -- {says, href}, once done
  reason text,                         -- why it ended without being done
  reference text,                      -- stands in the lines of the log about it
  attempts integer not null default 0, -- how often a process took it up
  holder text,                         -- the process that does it
  lease_until timestamptz,             -- silent for longer, and the process counts as gone
  cancel_asked boolean not null default false,
  run_after timestamptz not null,
  asked_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null)),
  check ((state = 'running') = (holder is not null))
);
create unique index job_once on kernel.job (kind, key, organisation) nulls not distinct where state in ('queued', 'running');
create index job_waiting on kernel.job (run_after, id) where state = 'queued';
create index job_of_organisation on kernel.job (organisation, id);
create index job_ended on kernel.job (ended_at) where ended_at is not null;

alter table kernel.job enable row level security;
alter table kernel.job force row level security;
create policy reading on kernel.job for select using (
  kernel.is_system()
  or (account = kernel.account() and (organisation is null or organisation = any (kernel.organisations())))
  or (audience = 'organisation' and organisation = any (kernel.organisations()))
  or organisation = any (kernel.administers()));
create policy asking on kernel.job for insert with check (
  kernel.is_system()
  or (account = kernel.account() and (organisation is null or organisation = any (kernel.organisations()))));
create policy changing on kernel.job for update using (
  kernel.is_system()
  or (account = kernel.account() and (organisation is null or organisation = any (kernel.organisations())))
  or organisation = any (kernel.administers()));
create policy clearing on kernel.job for delete using (kernel.is_system());

-- What was asked, by whom and for whom never changes.
grant select, insert, update (state, progress, outcome, reason, reference, holder, lease_until, cancel_asked, run_after, ended_at) on kernel.job to bv_actor;
grant select, insert, update, delete on kernel.job to bv_keeper;
