-- Profiles that were worked out, kept so that the next who asks need not wait. Nothing here is ever believed without looking: each
-- row of `positions` carries the revision its measure had, and counts only while the measure still has it; all of them count only
-- while the group has the same members. Only what everyone may see is kept, so it is the same whoever asked first.
create table benchmarking.kept_profile (
  authority integer not null references places.authority,
  comparator_group text not null,      -- its address; never a list of an organisation's own
  members text not null,               -- fingerprint of who was in the group, with their kinds and dates
  positions text not null,             -- JSON; see kept.ts
  details text not null,               -- JSON: what a profile shows beside the position
  organisation integer,
  audience text not null default 'public',
  primary key (authority, comparator_group)
);

-- Reading should not have to unpack a large text.
alter table benchmarking.kept_profile alter column positions set storage external;

alter table benchmarking.kept_profile enable row level security;
alter table benchmarking.kept_profile force row level security;
create policy reading on benchmarking.kept_profile for select using (kernel.sees(organisation, audience, 'authority', authority));
create policy keeping on benchmarking.kept_profile for insert with check (organisation is null and audience = 'public');
create policy renewing on benchmarking.kept_profile for update using (true) with check (organisation is null and audience = 'public');

grant usage on schema benchmarking to bv_actor, bv_keeper;
grant select on benchmarking.kept_profile to bv_actor;
grant select, insert, update on benchmarking.kept_profile to bv_keeper;
