-- The building database: one file per release, written once by collect/, read by leadcloud.buildings.
-- Row ids follow the grid, so that a part of a grid row is one unbroken run of ids.

CREATE TABLE release (json TEXT NOT NULL) STRICT;

-- First row id of every cell that holds a building: two packed arrays of unsigned 32-bit integers.
CREATE TABLE directory (cells BLOB NOT NULL, firsts BLOB NOT NULL) STRICT;

-- What all buildings of one street in one postal code share. json is a piece of their features.
CREATE TABLE place (
  place INTEGER PRIMARY KEY,
  street TEXT, street_sv TEXT, postal_code TEXT, municipality TEXT,
  folded TEXT, folded_sv TEXT,
  buildings INTEGER NOT NULL DEFAULT 0, -- that have an address here
  json TEXT NOT NULL
) STRICT;

-- Combinations of kinds that occur. json is a piece of the features that have this combination.
CREATE TABLE traits (
  traits INTEGER PRIMARY KEY,
  use TEXT, building_class TEXT, heating TEXT, energy_source TEXT, facade TEXT, frame TEXT,
  usage_status TEXT, id_valid INTEGER NOT NULL, source TEXT NOT NULL, also_from TEXT,
  json TEXT NOT NULL
) STRICT;

CREATE TABLE building (
  rid INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  lon INTEGER NOT NULL, lat INTEGER NOT NULL, -- 1e-7 degrees
  place INTEGER NOT NULL, house_number TEXT,
  traits INTEGER NOT NULL,
  completed_year INTEGER, storeys INTEGER, dwellings INTEGER,
  gross_floor_area INTEGER, floor_area INTEGER, -- square metres
  updated INTEGER -- days since 1970-01-01
) STRICT;

-- Every address of every building, the shown one included.
CREATE TABLE address (
  place INTEGER NOT NULL, number INTEGER NOT NULL, letter TEXT NOT NULL, rid INTEGER NOT NULL,
  PRIMARY KEY (place, number, letter, rid)
) STRICT, WITHOUT ROWID;

-- Runs of row ids in which a postal code (or, where its buildings have none, a municipality) lies.
CREATE TABLE reach (
  postal_code TEXT, municipality TEXT, first INTEGER NOT NULL, last INTEGER NOT NULL
) STRICT;

-- Street names for completion: folded name, and keys that names within one typo of it share.
CREATE TABLE street (
  street INTEGER PRIMARY KEY, folded TEXT NOT NULL, buildings INTEGER NOT NULL
) STRICT;
CREATE TABLE street_key (
  key TEXT NOT NULL, street INTEGER NOT NULL, PRIMARY KEY (key, street)
) STRICT, WITHOUT ROWID;
