-- Figures of a measure and period lie wherever their files put them. The index of those that are current now carries whatever a
-- comparison needs, so that a group is read from a few neighbouring pages, and it does not matter how the rows lie.
drop index indicators.observation_current;
create unique index observation_current on indicators.observation (measure, period, place)
  include (value, numerator, denominator, lower, upper, status, reason, organisation, audience) where known_to = 'infinity';
