-- Made after the rows are in: an index is built in one sorted pass.
CREATE UNIQUE INDEX building_by_id ON building (id);
CREATE INDEX place_by_name ON place (folded, postal_code);
CREATE INDEX place_by_name_sv ON place (folded_sv, postal_code) WHERE folded_sv IS NOT NULL;
CREATE INDEX reach_by_postal_code ON reach (postal_code);
CREATE INDEX reach_by_municipality ON reach (municipality);
CREATE UNIQUE INDEX street_by_name ON street (folded);
