-- Kinds of authority are data: a nation with other kinds adds rows.
create table places.authority_kind (
  code text primary key check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  title text not null,
  plural text not null,
  tier text not null check (tier in ('upper', 'lower', 'single', 'combined'))
);

create table places.authority (
  id integer generated always as identity primary key,
  code text not null unique,           -- GSS code where it has one, else the three-letter register code
  name text not null,                  -- official name
  known_name text not null,            -- what people call it; used in tables and charts
  kind text not null references places.authority_kind,
  nation text not null,                -- slug: england, scotland, wales, northern-ireland, or a fictional one
  region text,                         -- slug, null where the nation has none
  region_name text,
  starts date,                         -- null: before records
  ends date,                           -- last day in being; null: still in being
  population integer,
  fictional boolean not null default false,
  source text not null
);
create index authority_by_kind on places.authority (kind);

-- Every other code a publisher may use. The same code may belong to several authorities over time: resolved by date.
create table places.authority_key (
  authority integer not null references places.authority,
  scheme text not null check (scheme in ('gss', 'former-gss', 'register', 'dfe', 'ecode')),
  code text not null,
  primary key (scheme, code, authority)
);

create table places.authority_name (
  authority integer not null references places.authority,
  name text not null,
  normal text not null,                -- the name after the matching rules; see names.ts
  basis text not null check (basis in ('official', 'known', 'register', 'confirmed')),
  confirmed_by integer references people.account,
  confirmed_at timestamptz,
  primary key (authority, name)
);
create index authority_name_normal on places.authority_name (normal);

create table places.succession (
  predecessor integer not null references places.authority,
  successor integer not null references places.authority,
  on_date date not null,               -- first day of the successor
  primary key (predecessor, successor)
);

-- Places that are not authorities but for which publishers give figures: countries, regions, police areas, group totals.
create table places.area (
  id integer generated always as identity primary key,
  code text not null unique,
  name text not null,
  level text not null                  -- country, region, county-area, combined-authority-area, police, statistical, group
);

-- Families, nearest-neighbour lists and hand-picked lists. Computed groups (all, nation, region, kind, tier) have no row.
create table places.comparator_group (
  id integer generated always as identity primary key,
  type text not null check (type in ('family', 'neighbours', 'list')),
  source text not null,                -- slug: lgbf-environment, oflog, dfe, ons-global …; for lists the organisation's slug
  slug text not null,                  -- family: slug of its name; neighbours: code of the authority; list: its slug
  title text not null,
  of_authority integer references places.authority, -- neighbours only: directed, from this authority
  organisation integer references people.organisation, -- lists only
  audience text not null default 'public' check (audience in ('public', 'organisation')),
  publisher text not null,
  licence text,
  dated date,                          -- the date the publisher gives the grouping
  known_from timestamptz not null default now(),
  known_to timestamptz not null default 'infinity',
  check ((type = 'neighbours') = (of_authority is not null)),
  check ((type = 'list') = (organisation is not null))
);
create unique index comparator_group_current on places.comparator_group (type, source, slug)
  where known_to = 'infinity';
create index comparator_group_of on places.comparator_group (of_authority);

create table places.group_member (
  comparator_group integer not null references places.comparator_group on delete cascade,
  authority integer not null references places.authority,
  position integer,                    -- 1 nearest, where the publisher orders them
  closeness text,                      -- the publisher's own word or number
  organisation integer,                -- copied from the group, for the policy
  audience text not null default 'public',
  primary key (comparator_group, authority)
);
create index group_member_of on places.group_member (authority);

-- Reference registers are public to read; only the register's import (system or a person who may) writes them.
do $$
declare name text;
begin
  foreach name in array array['authority_kind', 'authority', 'authority_key', 'authority_name', 'succession', 'area']
  loop
    execute format('alter table places.%I enable row level security', name);
    execute format('alter table places.%I force row level security', name);
    execute format('create policy reading on places.%I for select using (true)', name);
    execute format('create policy adding on places.%I for insert with check (kernel.is_system() or kernel.is_person())', name);
    execute format('create policy changing on places.%I for update using (kernel.is_system() or kernel.is_person())', name);
    execute format('create policy removing on places.%I for delete using (kernel.is_system() or kernel.is_person())', name);
    execute format('grant select, insert, update, delete on places.%I to bv_actor', name);
  end loop;
end $$;

alter table places.comparator_group enable row level security;
alter table places.comparator_group force row level security;
create policy reading on places.comparator_group for select using (kernel.sees(organisation, audience, 'list', id));
create policy adding on places.comparator_group for insert with check (
  kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))));
create policy changing on places.comparator_group for update using (
  kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))));

alter table places.group_member enable row level security;
alter table places.group_member force row level security;
create policy reading on places.group_member for select using (kernel.sees(organisation, audience, 'list', comparator_group));
create policy adding on places.group_member for insert with check (
  kernel.is_system() or (kernel.is_person() and (organisation is null or organisation = any (kernel.organisations()))));
create policy removing on places.group_member for delete using (
  kernel.is_system() or (kernel.is_person() and organisation = any (kernel.organisations())));

grant usage on schema places to bv_actor;
grant select, insert, update on places.comparator_group to bv_actor;
grant select, insert, delete on places.group_member to bv_actor;
