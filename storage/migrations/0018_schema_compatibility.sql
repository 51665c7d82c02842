-- Which programs may work with the tables as they are: those that know this version of them or a newer
-- one (README.md). Programs before this one refuse tables newer than they know.
CREATE TABLE schema_compatibility (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  least_program integer NOT NULL
);
INSERT INTO schema_compatibility (least_program) VALUES (18);
