package dev.aloft.service.kinesis;

import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.time.Duration;

/**
 * What a stream's tags ask for that AWS has no setting for.
 *
 * <pre>
 *   aloft:throttling   true: a shard takes 1 MiB and 1,000 records a second and gives 2 MiB in five calls, as on AWS
 *   aloft:transition   for how many milliseconds it is CREATING, UPDATING and DELETING; a stack does not wait for that,
 *                      so streams of a stack are ready at once
 * </pre>
 */
record StreamSettings(boolean throttling, Duration transition) {
    private static final String OF_STACK = "aws:cloudformation:stack-id";
    /** An hour. */
    private static final int LONGEST_MILLIS = 3_600_000;

    static StreamSettings of(KeptStream stream) {
        var tags = stream.tags();
        var millis = tags.getOrDefault("aloft:transition", "");
        boolean lasts = millis.matches("\\d{1,9}") && !tags.containsKey(OF_STACK);
        return new StreamSettings("true".equals(tags.get("aloft:throttling")), lasts
                ? Duration.ofMillis(Math.min(Integer.parseInt(millis), LONGEST_MILLIS)) : Duration.ZERO);
    }
}
