-- Arrangements of hexagons, one for each authority: how a publisher draws a nation so that every authority is as large as another.
create table places.layout (
  id integer generated always as identity primary key,
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  title text not null,
  arrangement text not null check (arrangement in ('odd-r', 'even-r', 'odd-q', 'even-q')),
  publisher text not null,
  source text not null,
  licence text not null,
  import integer,                      -- number of the import that brought it; null: it came with the demonstration
  known_from timestamptz not null default now(),
  known_to timestamptz not null default 'infinity'
);
create unique index layout_current on places.layout (slug) where known_to = 'infinity';

create table places.layout_hex (
  layout integer not null references places.layout,
  code text not null,                  -- as the publisher writes it
  name text not null,
  authority integer references places.authority, -- null: no authority of the register
  q integer not null,                  -- column, rightwards
  r integer not null,                  -- row, upwards
  primary key (layout, code),
  unique (layout, q, r)
);
create index layout_hex_of on places.layout_hex (authority);

-- Public reference data, as the register of authorities is.
do $$
declare name text;
begin
  foreach name in array array['layout', 'layout_hex']
  loop
    execute format('alter table places.%I enable row level security', name);
    execute format('alter table places.%I force row level security', name);
    execute format('create policy reading on places.%I for select using (true)', name);
    execute format('create policy adding on places.%I for insert with check (kernel.is_system() or kernel.is_person())', name);
  end loop;
end $$;
create policy changing on places.layout for update using (kernel.is_system() or kernel.is_person());
grant select, insert, update on places.layout to bv_actor;
grant select, insert on places.layout_hex to bv_actor;
