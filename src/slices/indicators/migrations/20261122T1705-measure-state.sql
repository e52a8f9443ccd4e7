-- When anything about a measure changes that a comparison rests on (a figure, its definition, a break), its revision becomes a
-- number never used before. Whoever keeps what was worked out notes the revision with it, and works it out again when it differs.
-- Triggers do it in the changing transaction, so that no way of writing figures can forget to.

-- The owner of the tables is held by their policies too, and this has to see everybody's figures.
select set_config('bv.kind', 'system', true);

create sequence indicators.measure_revision;

create table indicators.measure_state (
  measure integer primary key references indicators.measure,
  revision bigint not null,
  private boolean not null,            -- some figure, break or definition is, or once was, not for everyone
  organisation integer,                -- copied from the measure, for the policy
  audience text not null default 'public'
);

alter table indicators.measure_state enable row level security;
alter table indicators.measure_state force row level security;
create policy reading on indicators.measure_state for select using (kernel.sees(organisation, audience, 'measure', measure));
create policy adding on indicators.measure_state for insert with check (
  kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))));
create policy changing on indicators.measure_state for update using (
  kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))));
grant select, insert, update on indicators.measure_state to bv_actor;
grant usage on sequence indicators.measure_revision to bv_actor;

insert into indicators.measure_state (measure, revision, private, organisation, audience)
select m.id, nextval('indicators.measure_revision'),
       m.audience <> 'public' or coalesce(o.private, false) or exists (select from indicators.series_break b where b.measure = m.id and b.audience <> 'public'),
       m.organisation, m.audience
  from indicators.measure m
  left join (select measure, bool_or(audience <> 'public') as private from indicators.observation group by measure) o on o.measure = m.id;

-- `changed` is the transition table of whichever statement it was.
create function indicators.revise_measures() returns trigger language plpgsql as $$
begin
  insert into indicators.measure_state as s (measure, revision, private, organisation, audience)
  select m.id, nextval('indicators.measure_revision'), m.audience <> 'public' or c.private, m.organisation, m.audience
    from (select measure, bool_or(audience <> 'public') as private from changed group by measure) c
    join indicators.measure m on m.id = c.measure
   order by m.id
  on conflict (measure) do update set revision = excluded.revision, private = s.private or excluded.private;
  return null;
end $$;

do $$
declare name text;
begin
  foreach name in array array['observation', 'measure_version', 'series_break']
  loop
    execute format('create trigger revise_after_adding after insert on indicators.%I referencing new table as changed for each statement execute function indicators.revise_measures()', name);
    execute format('create trigger revise_after_changing after update on indicators.%I referencing new table as changed for each statement execute function indicators.revise_measures()', name);
  end loop;
end $$;
