-- Letters by electronic mail. Each is written in the transaction of what caused it and sent afterwards, so none is lost and
-- none speaks of what did not happen. The text is sealed with a key outside the database, because it may hold a one-time link,
-- and is dropped as soon as nobody needs it.
create table kernel.letter (
  id integer generated always as identity primary key,
  organisation integer,                     -- whose administrators look after it; null: whoever runs the installation
  recipient text not null check (recipient ~ '^[^[:cntrl:][:space:]]+@[^[:cntrl:][:space:]]+$'),
  subject text not null check (subject <> '' and subject !~ '[[:cntrl:]]'),
  sealed text,
  state text not null default 'waiting'
    check (state in ('waiting', 'sent', 'refused', 'handed-over', 'expired', 'withdrawn')),
  made_at timestamptz not null,
  expires_at timestamptz not null,          -- from then on it is of no use to its reader
  attempts integer not null default 0,
  next_at timestamptz not null,             -- not tried before this moment
  held_until timestamptz,                   -- a process is sending it; when this has passed, that process is gone
  reason text,                              -- why the last attempt did not succeed
  sent_at timestamptz,
  check (state = 'waiting' or sealed is null or state = 'refused')
);
create index letter_due on kernel.letter (next_at) where state = 'waiting';
create index letter_of_organisation on kernel.letter (organisation, id);

alter table kernel.letter enable row level security;
alter table kernel.letter force row level security;
create policy reading on kernel.letter for select using (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy adding on kernel.letter for insert with check (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy changing on kernel.letter for update using (
  kernel.is_system() or organisation = any (kernel.administers()));
create policy forgetting on kernel.letter for delete using (kernel.is_system());

grant select, insert, update (state, sealed, next_at, reason) on kernel.letter to bv_actor;
-- Attempts to send are bookkeeping. Who gets a letter and what it says is not for that role to read.
grant select (id, state, next_at, held_until, attempts, expires_at, made_at), delete,
  update (state, sealed, attempts, next_at, held_until, reason, sent_at) on kernel.letter to bv_keeper;
