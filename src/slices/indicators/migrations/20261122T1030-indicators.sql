-- Stretches of time. One row for each kind and pair of dates; the label is the canonical one people know.
create table indicators.period (
  id integer generated always as identity primary key,
  kind text not null check (kind in ('financial-year', 'calendar-year', 'academic-year', 'survey-year',
    'financial-quarter', 'calendar-quarter', 'month', 'day', 'multi-year')),
  label text not null,                 -- 2023-24, 2019, academic year 2023/24, 2023-24 Q3, March 2024, 2018-21, 15 May 2024
  starts date not null,
  ends date not null,                  -- inclusive
  unique (kind, starts, ends),
  check (starts <= ends)
);

-- One row for each file brought in. The figures point here; a withdrawn import keeps its row.
create table indicators.import (
  id integer generated always as identity primary key,
  organisation integer references people.organisation,  -- null: national figures
  audience text not null default 'public' check (audience in ('public', 'organisation')),
  produces text not null check (produces in ('observations', 'measures', 'breaks', 'authorities', 'groups')),
  recipe_name text not null,
  recipe jsonb not null,               -- exactly as used
  file_name text not null,
  bytes integer not null,
  sha256 text not null,
  account integer references people.account,
  brought_by integer references people.organisation, -- whose member brought it in and may take it back; null: the command line
  made_by text not null,               -- name of the person, or "command line"
  made_at timestamptz not null default now(),  -- when it was truly made
  known_from timestamptz not null,     -- the moment its figures became known, which the command line may state as an earlier one
  counts jsonb not null,               -- the report's counts; see imports/report.ts
  withdrawn_at timestamptz,
  withdrawn_by text,
  withdrawn_why text
);

create table indicators.import_warning (
  import integer not null references indicators.import,
  seq integer not null,
  check_name text not null,            -- stable name of the check
  line integer,                        -- line in the file, counting from 1
  column_name text,
  seen text,
  expected text,
  message text not null,
  measure integer,
  authority integer,
  period integer,
  organisation integer,
  audience text not null default 'public',
  primary key (import, seq)
);

create table indicators.measure (
  id integer generated always as identity primary key,
  code text not null unique check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),  -- as in the address of its page
  organisation integer references people.organisation,  -- null: national
  audience text not null default 'public' check (audience in ('public', 'organisation')),
  fictional boolean not null default false,
  check (organisation is not null or audience = 'public')
);

-- Other codes people and publishers use. The same alias may be used by two publishers: asking for it then lists both.
create table indicators.measure_alias (
  measure integer not null references indicators.measure,
  alias text not null,
  normal text not null,                -- lower-case letters and digits only
  organisation integer,
  audience text not null default 'public',
  primary key (measure, alias)
);
create index measure_alias_normal on indicators.measure_alias (normal);

-- What a measure means, as it was known. A changed definition is a new row; the old one keeps its dates.
create table indicators.measure_version (
  measure integer not null references indicators.measure,
  version integer not null,
  known_from timestamptz not null default now(),
  known_to timestamptz not null default 'infinity',
  import integer references indicators.import,
  title text not null,
  explanation text,
  dimension text check (dimension in ('economy', 'efficiency', 'effectiveness', 'quality', 'fair-access', 'context')),
  service text,
  unit text not null,                  -- in words: %, £ per premises, days, per 1,000 people, score out of 24
  unit_kind text not null check (unit_kind in ('percentage', 'money', 'rate', 'count', 'days', 'weeks', 'hours', 'score', 'ratio', 'other')),
  prefix text not null default '',     -- shown before the number: £
  suffix text not null default '',     -- shown after the number: %
  display_factor numeric not null default 1, -- 100 where percentages are kept as fractions
  decimals integer not null default 1 check (decimals between 0 and 6),
  polarity text not null check (polarity in ('higher', 'lower', 'midpoint', 'none')),
  midpoint numeric,
  numerator_name text,
  denominator_name text,
  numerator_multiplier numeric not null default 1,
  denominator_multiplier numeric not null default 1,
  aggregation text not null default 'none' check (aggregation in ('ratio-of-sums', 'mean', 'none')),
  change_as text not null default 'relative' check (change_as in ('difference', 'relative')),
  interval_method text not null default 'none' check (interval_method in ('none', 'wilson', 'byar')),
  interval_scale numeric not null default 1, -- value = numerator ÷ denominator × this (after multipliers), for intervals
  period_kind text,
  publisher text not null,
  source_link text,
  licence text,
  kinds text[] not null default '{}',  -- kinds of authority it applies to; empty: not stated
  small_numbers integer,               -- counts below this (and above 0) are not shown; null: no rule
  tolerance numeric not null default 0.02, -- share of the larger by which value may differ from numerator ÷ denominator
  notes text,
  what_changed text,                   -- null for the first version
  organisation integer,
  audience text not null default 'public',
  primary key (measure, version),
  check ((polarity = 'midpoint') = (midpoint is not null))
);

-- Figures on either side of a break are not compared: the break stands before the period that starts on this date.
create table indicators.series_break (
  id integer generated always as identity primary key,
  measure integer not null references indicators.measure,
  starts date not null,
  note text not null,
  import integer references indicators.import,
  known_from timestamptz not null default now(),
  known_to timestamptz not null default 'infinity',
  organisation integer,
  audience text not null default 'public'
);
create unique index series_break_current on indicators.series_break (measure, starts) where known_to = 'infinity';

-- Figures. A row is what was known from one moment until another: a correction closes it and adds a row, nothing is
-- overwritten. `place` names the authority (positive) or the reference area (negative) in one column for keys.
create table indicators.observation (
  id bigint generated always as identity,
  measure integer not null references indicators.measure,
  period integer not null references indicators.period,
  authority integer references places.authority,
  area integer references places.area,
  place integer not null generated always as (coalesce(authority, -area)) stored,
  organisation integer,
  audience text not null default 'public',
  known_from timestamptz not null,
  known_to timestamptz not null default 'infinity',
  value numeric,                       -- as published, in the measure's own unit; null: absent
  numerator numeric,
  denominator numeric,
  lower numeric,                       -- published 95% confidence limits
  upper numeric,
  status text not null default 'published' check (status in ('published', 'provisional', 'estimated', 'low', 'revised', 'absent')),
  reason text check (reason in ('missing', 'suppressed', 'not-collected', 'not-applicable', 'not-available', 'unreliable')),
  marker text,                         -- what the publisher wrote, where it was not a number
  import integer not null references indicators.import,
  line integer,                        -- line of the file
  restored boolean not null default false, -- came back because a later import was withdrawn
  primary key (measure, period, place, known_from),
  check ((authority is null) <> (area is null)),
  check ((value is null) = (status = 'absent')),
  check ((status = 'absent') = (reason is not null))
);
create unique index observation_current on indicators.observation (measure, period, place) where known_to = 'infinity';
create index observation_of_authority on indicators.observation (authority, measure, period) where known_to = 'infinity';
create index observation_of_import on indicators.observation (import);

-- Files uploaded on the page, kept between the dry run and the import (the web process keeps nothing).
create table indicators.upload (
  id text primary key,                 -- unguessable
  account integer not null references people.account,
  organisation integer not null references people.organisation,
  national boolean not null,           -- for national figures; otherwise for the organisation's own
  file_name text not null,
  bytes integer not null,
  sha256 text not null,
  recipe jsonb,                        -- the one to be used; null: not chosen yet
  checked jsonb,                       -- what the dry run said; see pages/check.ts
  made_at timestamptz not null default now()
);

-- The file itself in pieces, so that neither writing nor reading it needs all of it at once.
create table indicators.upload_part (
  upload text not null references indicators.upload on delete cascade,
  seq integer not null,
  account integer not null,            -- both copied from the upload, for the policy
  organisation integer not null,
  content bytea not null,
  primary key (upload, seq)
);

-- Recipes people saved. Ready ones are files in the program.
create table indicators.saved_recipe (
  name text not null check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  organisation integer not null references people.organisation,
  recipe jsonb not null,
  account integer references people.account,
  saved_at timestamptz not null default now(),
  primary key (organisation, name)
);

do $$
declare name text;
begin
  -- Tables whose rows follow the measure they belong to.
  foreach name in array array['measure_alias', 'measure_version', 'series_break', 'observation']
  loop
    execute format('alter table indicators.%I enable row level security', name);
    execute format('alter table indicators.%I force row level security', name);
    execute format($p$create policy reading on indicators.%I for select using (kernel.sees(organisation, audience, 'measure', measure))$p$, name);
    execute format('create policy adding on indicators.%I for insert with check (kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))))', name);
    execute format('create policy changing on indicators.%I for update using (kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))))', name);
    execute format('grant select, insert, update on indicators.%I to bv_actor', name);
  end loop;
end $$;

alter table indicators.measure enable row level security;
alter table indicators.measure force row level security;
create policy reading on indicators.measure for select using (kernel.sees(organisation, audience, 'measure', id));
create policy adding on indicators.measure for insert with check (
  kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))));
create policy changing on indicators.measure for update using (
  kernel.is_system() or (kernel.is_person() and organisation = any (kernel.organisations())));

alter table indicators.period enable row level security;
alter table indicators.period force row level security;
create policy reading on indicators.period for select using (true);
create policy adding on indicators.period for insert with check (kernel.is_system() or kernel.is_person());

alter table indicators.import enable row level security;
alter table indicators.import force row level security;
create policy reading on indicators.import for select using (
  kernel.sees(organisation, audience, 'organisation', organisation));
create policy adding on indicators.import for insert with check (
  kernel.is_system() or (brought_by = any (kernel.organisations()) and (organisation is null or organisation = brought_by)));
create policy changing on indicators.import for update using (
  kernel.is_system() or brought_by = any (kernel.organisations()));

alter table indicators.import_warning enable row level security;
alter table indicators.import_warning force row level security;
create policy reading on indicators.import_warning for select using (
  kernel.sees(organisation, audience, 'organisation', organisation));
create policy adding on indicators.import_warning for insert with check (
  kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))));

alter table indicators.upload enable row level security;
alter table indicators.upload force row level security;
create policy own on indicators.upload using (
  kernel.is_system() or (account = kernel.account() and organisation = any (kernel.organisations())));

alter table indicators.upload_part enable row level security;
alter table indicators.upload_part force row level security;
create policy own on indicators.upload_part using (
  kernel.is_system() or (account = kernel.account() and organisation = any (kernel.organisations())));

alter table indicators.saved_recipe enable row level security;
alter table indicators.saved_recipe force row level security;
create policy own on indicators.saved_recipe using (
  kernel.is_system() or organisation = any (kernel.organisations()));

grant usage on schema indicators to bv_actor;
grant select, insert, update on indicators.measure, indicators.import to bv_actor;
grant select, insert on indicators.period, indicators.import_warning to bv_actor;
grant select, insert, update, delete on indicators.upload, indicators.upload_part, indicators.saved_recipe to bv_actor;
