-- A revision is a number that no epoch ever had before, also where an epoch was deleted because it
-- was old and is told of again: what was computed of one is never taken for the other.
CREATE SEQUENCE epoch_revision;
ALTER TABLE epoch ALTER COLUMN revision SET DEFAULT nextval('epoch_revision');
UPDATE epoch SET revision = nextval('epoch_revision');
