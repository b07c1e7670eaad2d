package dev.aloft.service.pipes;

import dev.aloft.api.Arn;
import dev.aloft.api.Pipes;

/**
 * The parameters of a pipe's source. What is not given is told with what AWS takes for it; a batch is no larger than
 * the target takes at once.
 */
final class PipeSource {
    private static final int OF_A_QUEUE = 10;
    private static final int OF_A_STREAM = 100;

    private PipeSource() {
    }

    private static int or(Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    /** @param most how many events the target takes at once */
    static Pipes.PipeSourceParameters filledIn(Pipes.CreatePipeRequest input, int most) {
        var given = input.sourceParameters();
        if (Arn.parse(input.source()).service().equals("sqs")) {
            var queue = given == null ? null : given.sqsQueueParameters();
            return Pipes.PipeSourceParameters.of(p -> p.filterCriteria(given == null ? null : given.filterCriteria())
                    .sqsQueueParameters(queue(queue == null ? null : queue.batchSize(),
                            queue == null ? null : queue.maximumBatchingWindowInSeconds(), most)));
        }
        if (given.kinesisStreamParameters() != null) {
            var stream = given.kinesisStreamParameters();
            return given.toBuilder().kinesisStreamParameters(stream.toBuilder()
                    .batchSize(or(stream.batchSize(), Math.min(OF_A_STREAM, most)))
                    .parallelizationFactor(or(stream.parallelizationFactor(), 1))
                    .maximumRetryAttempts(or(stream.maximumRetryAttempts(), -1))
                    .maximumRecordAgeInSeconds(or(stream.maximumRecordAgeInSeconds(), -1)).build()).build();
        }
        var stream = given.dynamoDBStreamParameters();
        return given.toBuilder().dynamoDBStreamParameters(stream.toBuilder()
                .batchSize(or(stream.batchSize(), Math.min(OF_A_STREAM, most)))
                .parallelizationFactor(or(stream.parallelizationFactor(), 1))
                .maximumRetryAttempts(or(stream.maximumRetryAttempts(), -1))
                .maximumRecordAgeInSeconds(or(stream.maximumRecordAgeInSeconds(), -1)).build()).build();
    }

    private static Pipes.PipeSourceSqsQueueParameters queue(Integer batchSize, Integer windowSeconds, int most) {
        return Pipes.PipeSourceSqsQueueParameters.of(p -> p.batchSize(or(batchSize, Math.min(OF_A_QUEUE, most)))
                .maximumBatchingWindowInSeconds(windowSeconds));
    }

    /** Where reading starts stays as it was. */
    static Pipes.PipeSourceParameters changed(Pipes.CreatePipeRequest before, Pipes.UpdatePipeSourceParameters wanted,
            int most) {
        var known = before.sourceParameters();
        if (wanted == null) {
            return known;
        }
        var source = known.toBuilder().filterCriteria(wanted.filterCriteria());
        if (wanted.sqsQueueParameters() != null) {
            source.sqsQueueParameters(queue(wanted.sqsQueueParameters().batchSize(),
                    wanted.sqsQueueParameters().maximumBatchingWindowInSeconds(), most));
        }
        if (wanted.kinesisStreamParameters() != null) {
            source.kinesisStreamParameters(changed(known.kinesisStreamParameters(), wanted.kinesisStreamParameters(),
                    most));
        }
        if (wanted.dynamoDBStreamParameters() != null) {
            source.dynamoDBStreamParameters(changed(known.dynamoDBStreamParameters(), wanted.dynamoDBStreamParameters(),
                    most));
        }
        return source.build();
    }

    private static Pipes.PipeSourceKinesisStreamParameters changed(Pipes.PipeSourceKinesisStreamParameters known,
            Pipes.UpdatePipeSourceKinesisStreamParameters wanted, int most) {
        return known.toBuilder().batchSize(or(wanted.batchSize(), Math.min(OF_A_STREAM, most)))
                .deadLetterConfig(wanted.deadLetterConfig())
                        .onPartialBatchItemFailure(wanted.onPartialBatchItemFailure())
                .maximumBatchingWindowInSeconds(wanted.maximumBatchingWindowInSeconds())
                .maximumRecordAgeInSeconds(or(wanted.maximumRecordAgeInSeconds(), -1))
                .maximumRetryAttempts(or(wanted.maximumRetryAttempts(), -1))
                .parallelizationFactor(or(wanted.parallelizationFactor(), 1)).build();
    }

    private static Pipes.PipeSourceDynamoDBStreamParameters changed(Pipes.PipeSourceDynamoDBStreamParameters known,
            Pipes.UpdatePipeSourceDynamoDBStreamParameters wanted, int most) {
        return known.toBuilder().batchSize(or(wanted.batchSize(), Math.min(OF_A_STREAM, most)))
                .deadLetterConfig(wanted.deadLetterConfig())
                        .onPartialBatchItemFailure(wanted.onPartialBatchItemFailure())
                .maximumBatchingWindowInSeconds(wanted.maximumBatchingWindowInSeconds())
                .maximumRecordAgeInSeconds(or(wanted.maximumRecordAgeInSeconds(), -1))
                .maximumRetryAttempts(or(wanted.maximumRetryAttempts(), -1))
                .parallelizationFactor(or(wanted.parallelizationFactor(), 1)).build();
    }
}
