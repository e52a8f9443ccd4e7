-- What a profile shows of a measure beside its position, each measure's by itself, so that a page reads only those it shows: bytes, of
-- which a stretch can be read without the rest, and where each measure's lie. The column `details` is written no more.
alter table benchmarking.kept_profile add column contents text not null default '[]';
alter table benchmarking.kept_profile add column stretches bytea not null default '';
alter table benchmarking.kept_profile alter column contents set storage external;
alter table benchmarking.kept_profile alter column stretches set storage external;
alter table benchmarking.kept_profile alter column details set default '';
