package dev.aloft.service.lambda.source;

/**
 * An invocation for a batch, as records of batches that were given up tell it.
 *
 * @param failed whether the function itself failed, and did not only name records
 */
record Attempted(String requestId, int status, String version, boolean failed) {}
