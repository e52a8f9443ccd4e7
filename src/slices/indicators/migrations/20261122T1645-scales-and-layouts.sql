-- The words of an ordinal scale, the worst first. A figure of such a measure is a place in this list, from 1. Null: the values are numbers.
alter table indicators.measure_version add column scale text[] check (cardinality(scale) >= 2);

-- A file may also be a layout of hexagons.
alter table indicators.import drop constraint import_produces_check;
alter table indicators.import add constraint import_produces_check
  check (produces in ('observations', 'measures', 'breaks', 'authorities', 'groups', 'layout'));
