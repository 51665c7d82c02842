-- What the version after that might take away: programs that do not know the one before it are refused.
ALTER TABLE job DROP COLUMN later_rank;
UPDATE schema_compatibility SET least_program = (SELECT max(version) FROM schema_migration);
