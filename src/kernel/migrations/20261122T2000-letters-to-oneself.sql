-- People are told by a letter when something about how they sign in was changed, in the transaction that changes it. So somebody may
-- have a letter written that belongs to no organisation's outbox; whom it goes to and what it says only the program decides.
create policy telling on kernel.letter for insert with check (kernel.is_person() and organisation is null);
