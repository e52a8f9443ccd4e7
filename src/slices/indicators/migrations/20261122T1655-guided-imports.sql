-- What a guided import knows of an uploaded file so far: what a person settled, and what the file looks like by that.
alter table indicators.upload add column guided jsonb; -- null: not a guided import; see pages/guided/state.ts
