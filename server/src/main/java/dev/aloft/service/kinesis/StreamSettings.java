package dev.aloft.service.kinesis;

import dev.aloft.service.kinesis.KinesisData.KeptStream;

/**
 * What a stream's tags ask for that AWS has no setting for.
 *
 * <pre>
 *   aloft:throttling   true: a shard takes 1 MiB and 1,000 records a second and gives 2 MiB in five calls, as on AWS
 * </pre>
 */
record StreamSettings(boolean throttling) {
    static StreamSettings of(KeptStream stream) {
        return new StreamSettings("true".equals(stream.tags().get("aloft:throttling")));
    }
}
