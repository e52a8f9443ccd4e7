/** How large a store is, and what is in it: made from numbers alone, so that two runs measure the same. */
export interface Size {
  measures: number
  authorities: number
  periods: number
}

/** Any database the bench fills: text of SQL as its superuser. */
export type Run = (sql: string) => Promise<unknown>

/** First year of the figures: ten financial years end with 2024-25. */
const lastYear = 2024

/** Registers, groups and definitions: 400 authorities of four kinds in four regions, each with sixteen neighbours. */
export async function fillRegisters(run: Run, { measures, authorities, periods }: Size): Promise<void> {
  await run(`insert into places.authority_kind values
    ('unitary', 'Unitary', 'Unitaries', 'single'), ('district', 'District', 'Districts', 'lower'),
    ('county', 'County', 'Counties', 'upper'), ('borough', 'Borough', 'Boroughs', 'single')`)
  await run(`insert into places.authority (code, name, known_name, kind, nation, region, region_name, source)
    select 'X' || to_char(n, 'fm000'), 'Authority ' || n || ' Council', 'Authority ' || n, (array['unitary', 'district', 'county', 'borough'])[1 + n % 4],
           'nowhere', 'region-' || n / 4 % 4, 'Region ' || n / 4 % 4, 'bench'
      from generate_series(1, ${authorities}) n`)
  await run(`insert into places.comparator_group (type, source, slug, title, of_authority, publisher)
    select 'neighbours', 'bench', code, 'Sixteen nearest neighbours', id, 'Bench' from places.authority order by id`)
  await run(`insert into places.group_member (comparator_group, authority, position)
    select g.id, 1 + (g.of_authority - 1 + k * 7) % ${authorities}, k from places.comparator_group g, generate_series(1, 16) k
     where k * 7 % ${authorities} <> 0 on conflict do nothing`)
  await run(`insert into indicators.period (kind, label, starts, ends)
    select 'financial-year', y || '-' || to_char((y + 1) % 100, 'fm00'), make_date(y, 4, 1), make_date(y + 1, 3, 31)
      from generate_series(${lastYear - periods + 1}, ${lastYear}) y`)
  await defineMeasures(run, 1, measures, 'm')
  await run(`insert into indicators.import (produces, recipe_name, recipe, file_name, bytes, sha256, made_by, known_from, counts)
    values ('observations', 'bench', '{}', 'bench.csv', 0, '', 'bench', '2025-01-01', '{}')`)
}

/** Measures numbered from one to another, of twenty services; a third of them better when lower. */
export async function defineMeasures(run: Run, from: number, to: number, prefix: string): Promise<void> {
  await run(`insert into indicators.measure (code) select '${prefix}' || n from generate_series(${from}, ${to}) n`)
  await run(`insert into indicators.measure_version
      (measure, version, known_from, title, unit, unit_kind, suffix, polarity, publisher, service, dimension, period_kind, change_as, numerator_multiplier, licence)
    select id, 1, '2020-01-01', 'Share of cases of sort ' || id || ' decided in time', '%', 'percentage', '%',
           case when id % 3 = 0 then 'lower' else 'higher' end, 'Bench', 'Service ' || id % 20, 'quality', 'financial-year', 'difference', 100,
           'Open Government Licence v3.0'
      from indicators.measure where code like '${prefix}%'`)
}

/** A share that differs by measure and authority and moves by a few points a year, with the counts behind it. */
const figure = `
  cross join lateral (select 200 + a * 37 % 900 as denominator) d
  cross join lateral (select round(d.denominator * (0.35 + (m * 13 + a * 7) % 50 / 100.0 + ((m * 31 + a * 17 + p * 11) % 13 - 6) / 200.0)) as numerator) n`

/** As much again, of a nation that nobody asks about: authorities and measures of its own, which the ones asked about never meet. */
export async function fillElsewhere(run: Run, { measures, authorities }: Size): Promise<void> {
  await run(`insert into places.authority (code, name, known_name, kind, nation, region, region_name, fictional, source)
    select 'Y' || to_char(n, 'fm000'), 'Elsewhere ' || n || ' Council', 'Elsewhere ' || n, 'unitary', 'elsewhere', null, null, true, 'bench'
      from generate_series(1, ${authorities}) n`)
  await defineMeasures(run, measures + 1, 2 * measures, 'e')
  await run(`update indicators.measure set fictional = true where code like 'e%'`)
}

/** One row for each figure, of measures, authorities and periods numbered from one. */
function figures(measures: readonly [number, number], { authorities, periods }: Size): string {
  return `select m, p, a, n.numerator, d.denominator, round(100 * n.numerator / d.denominator, 2) as value
    from generate_series(${measures[0]}, ${measures[1]}) m cross join generate_series(1, ${authorities}) a cross join generate_series(1, ${periods}) p ${figure}`
}

/** Figures of whole measures, straight into the table. Those who call decide about indexes and checks. */
export async function fillFigures(run: Run, measures: readonly [number, number], size: Size, fromAuthority = 0): Promise<void> {
  await run(`insert into indicators.observation (measure, period, authority, known_from, value, numerator, denominator, import, line)
    select m, p, a + ${fromAuthority}, '2025-01-01', value, numerator, denominator, 1, 1 from (${figures(measures, size)}) f`)
}

/** Figures of new measures as a publisher's table; `bare`: with the numbers of measure, period and authority instead of their names. */
export function publishedFigures(measures: number, bare = false): string {
  const all = figures([1, measures], { measures, authorities: 400, periods: 10 })
  if (bare) return all
  return `select 'new-' || f.m as "Measure", a.code as "Authority", p.label as "Year", f.value as "Value", f.numerator as "Numerator", f.denominator as "Denominator", '' as "Status"
    from (${all}) f join places.authority a on a.id = f.a join indicators.period p on p.id = f.p order by f.m, f.p, a.code`
}
