-- The same rule of tenancy, asked in another order: most rows are public, and a comparison of a column costs a tenth of a look at a
-- setting. Measured on questions that read thousands of rows.
create or replace function kernel.sees(organisation integer, audience text, subject text, id integer) returns boolean
  language sql stable parallel safe
  return audience = 'public'
      or kernel.is_system()
      or organisation = any (kernel.organisations())
      or kernel.granted(organisation, subject, id);
