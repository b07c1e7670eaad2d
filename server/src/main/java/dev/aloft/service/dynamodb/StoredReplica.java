package dev.aloft.service.dynamodb;

import java.time.Instant;
import java.util.Optional;

/**
 * Another region that has the same table, as a table knows it.
 *
 * @param number  under which changes wait for it
 * @param sourced when it was made from this table, if it was
 */
record StoredReplica(String region, long number, Optional<Instant> sourced) {
}
