-- Up to which revision of any public measure a kept profile was brought, so that those that fell behind are found without
-- unpacking them. It decides nothing: a kept row counts by the revision of its own measure alone.
alter table benchmarking.kept_profile add column known_through bigint not null default 0;
