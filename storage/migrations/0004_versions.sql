-- Which versions of Aztec may have written a log, from the bytes that are normalized: "3.0-4.1", "5.2-",
-- "-2.0", with "=4.1.2" behind it where the log prints its version; empty where nothing tells.
ALTER TABLE stream_progress ADD COLUMN aztec_versions text COLLATE "C" NOT NULL DEFAULT '';
