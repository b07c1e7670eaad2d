package dev.aloft.service.pipes;

import dev.aloft.api.Pipes;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.time.Instant;

/**
 * What is wanted of a stream, of whichever kind.
 *
 * @param position    {@code LATEST}, {@code TRIM_HORIZON} or {@code AT_TIMESTAMP}
 * @param timestamp   for the last of them
 * @param deadLetters an ARN, or null
 */
record StreamSettings(
        String position,
        Instant timestamp,
        int batchSize,
        Integer windowSeconds,
        boolean bisects,
        int retries,
        int maximumAgeSeconds,
        int parallelization,
        String deadLetters) {
    static StreamSettings of(KeptPipe pipe) {
        var source = pipe.settings().sourceParameters();
        return pipe.source().service().equals("kinesis") ? of(source.kinesisStreamParameters())
                : of(source.dynamoDBStreamParameters());
    }

    private static StreamSettings of(Pipes.PipeSourceKinesisStreamParameters p) {
        return new StreamSettings(p.startingPosition(), p.startingPositionTimestamp(), p.batchSize(),
                p.maximumBatchingWindowInSeconds(), p.onPartialBatchItemFailure() != null, p.maximumRetryAttempts(),
                p.maximumRecordAgeInSeconds(), p.parallelizationFactor(), arn(p.deadLetterConfig()));
    }

    private static StreamSettings of(Pipes.PipeSourceDynamoDBStreamParameters p) {
        return new StreamSettings(p.startingPosition(), null, p.batchSize(), p.maximumBatchingWindowInSeconds(),
                p.onPartialBatchItemFailure() != null, p.maximumRetryAttempts(), p.maximumRecordAgeInSeconds(),
                p.parallelizationFactor(), arn(p.deadLetterConfig()));
    }

    private static String arn(Pipes.DeadLetterConfig config) {
        return config == null ? null : config.arn();
    }
}
