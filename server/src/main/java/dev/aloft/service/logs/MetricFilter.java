package dev.aloft.service.logs;

import dev.aloft.api.Logs;
import java.time.Instant;

/** A metric filter of a log group as it is kept; it has one transformation. */
record MetricFilter(String name, String pattern, Logs.MetricTransformation transformation, Instant created) {
}
