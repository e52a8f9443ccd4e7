-- How a session came about and what its holder has proved.
alter table people.session
  add column method text not null default 'password' check (method in ('password', 'provider')),
  add column proved_at timestamptz not null default now(),  -- when its holder last proved who they are
  add column second_factor_at timestamptz,                  -- when a second factor was shown, here or where it counts; null: never
  add column provider_token text;                           -- the provider's ID token, sealed, to sign out there as well

-- Until when the password is taken although passwords are switched off: the way in when the provider is out of order.
alter table people.credential add column break_glass_until timestamptz;
grant update (break_glass_until) on people.credential to bv_actor;

-- An authenticator app. Its secret is sealed with a key made from the session secret of the installation.
create table people.second_factor (
  id integer generated always as identity primary key,
  account integer not null,
  organisation integer not null,         -- the account's, so that the policy stays on this row
  name text not null check (name <> ''),
  secret text not null,
  last_step integer not null,            -- half minutes since 1970 of the last code that was used; none that old or older is taken
  made_at timestamptz not null,
  used_at timestamptz not null,
  foreign key (account, organisation) references people.account (id, organisation)
);
create index second_factor_of_account on people.second_factor (account);

-- A code for when the app is lost; each opens once. Those of one account were made together and share their salt.
create table people.recovery_code (
  id integer generated always as identity primary key,
  account integer not null,
  organisation integer not null,
  hash text not null,                    -- argon2id in PHC form
  used_at timestamptz,
  foreign key (account, organisation) references people.account (id, organisation)
);
create index recovery_code_of_account on people.recovery_code (account);

-- Somebody who gave the right password, or came back from the provider, and has not shown a second factor yet.
create table people.half_sign_in (
  token_hash text primary key,           -- SHA-256 of the cookie's token
  account integer not null references people.account,
  method text not null check (method in ('password', 'provider')),
  provider_token text,                   -- sealed
  next text not null,
  expires_at timestamptz not null
);
create index half_sign_in_of_account on people.half_sign_in (account);

-- Who an account is at an OpenID Connect provider.
create table people.identity (
  id integer generated always as identity primary key,
  account integer not null,
  organisation integer not null,
  issuer text not null,
  subject text not null,
  made_at timestamptz not null,
  unique (issuer, subject),
  unique (account, issuer),
  foreign key (account, organisation) references people.account (id, organisation)
);

-- A way to the provider that somebody has begun and not come back from. Whoever takes the row goes on; nobody does so twice.
create table people.provider_request (
  state_hash text primary key,
  browser_hash text not null,            -- of a cookie: only the browser that went may come back
  purpose text not null check (purpose in ('sign-in', 'confirm', 'link', 'leave')),
  session integer,                       -- the session that asked; null before sign-in and after sign-out
  sealed text not null,                  -- nonce, code verifier, where to go next; or the token to sign out with
  expires_at timestamptz not null
);
create index provider_request_by_time on people.provider_request (expires_at);

alter table people.second_factor enable row level security;
alter table people.second_factor force row level security;
create policy reading on people.second_factor for select using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));
create policy adding on people.second_factor for insert with check (kernel.is_system() or account = kernel.account());
create policy changing on people.second_factor for update using (kernel.is_system() or account = kernel.account());
create policy removing on people.second_factor for delete using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));

alter table people.recovery_code enable row level security;
alter table people.recovery_code force row level security;
create policy reading on people.recovery_code for select using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));
create policy adding on people.recovery_code for insert with check (kernel.is_system() or account = kernel.account());
create policy changing on people.recovery_code for update using (kernel.is_system());
create policy removing on people.recovery_code for delete using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));

alter table people.half_sign_in enable row level security;
alter table people.half_sign_in force row level security;
create policy keeping on people.half_sign_in using (kernel.is_system());

alter table people.identity enable row level security;
alter table people.identity force row level security;
create policy reading on people.identity for select using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));
create policy adding on people.identity for insert with check (kernel.is_system() or account = kernel.account());
create policy removing on people.identity for delete using (
  kernel.is_system() or account = kernel.account() or organisation = any (kernel.administers()));

alter table people.provider_request enable row level security;
alter table people.provider_request force row level security;
create policy keeping on people.provider_request using (kernel.is_system());

grant select, insert, delete on people.second_factor to bv_actor;
grant update (name, secret) on people.second_factor to bv_actor;
grant select, insert, delete on people.recovery_code to bv_actor;
grant select, insert, delete on people.identity to bv_actor;

grant select, update (last_step, used_at) on people.second_factor to bv_keeper;
grant select, update (used_at) on people.recovery_code to bv_keeper;
grant select, insert, delete on people.half_sign_in to bv_keeper;
grant select, insert, delete on people.provider_request to bv_keeper;
