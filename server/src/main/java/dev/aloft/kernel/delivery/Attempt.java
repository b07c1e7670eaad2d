package dev.aloft.kernel.delivery;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * One try.
 *
 * @param id     the delivery's, the same for each try
 * @param number from 1; those that a crash cut off are not counted
 * @param since  when the delivery was promised
 * @param previous how the try before failed, or null
 * @param recorded completed once what came of it is in the store; with false where it could not be written
 */
public record Attempt(String id, int number, Instant since, Outcome.Failed previous,
        CompletableFuture<Boolean> recorded) {
}
