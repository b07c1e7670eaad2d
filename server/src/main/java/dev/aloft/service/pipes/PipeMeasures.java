package dev.aloft.service.pipes;

import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What CloudWatch is told of a pipe's executions, step by step. That nothing failed is told too, as on AWS.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html">Monitoring</a>
 */
final class PipeMeasures {
    private static final String NAMESPACE = "AWS/EventBridge/Pipes";
    private static final String NONE = "None";
    private static final String MILLISECONDS = "Milliseconds";

    private final KeptPipe pipe;
    private final Metrics metrics;
    private final Time time;
    private final AtomicInteger running = new AtomicInteger();

    PipeMeasures(KeptPipe pipe, Metrics metrics, Time time) {
        this.pipe = pipe;
        this.metrics = metrics;
        this.time = time;
    }

    private void ofPipe(String metric, String unit, double value) {
        put(metric, unit, Map.of("PipeName", pipe.name()), value);
    }

    private void ofBoth(String metric, double value) {
        ofPipe(metric, NONE, value);
        ofAccount(metric, value);
    }

    private void ofAccount(String metric, double value) {
        put(metric, NONE, Map.of("AwsAccountId", pipe.account()), value);
    }

    private void put(String metric, String unit, Map<String, String> dimensions, double value) {
        metrics.series(pipe.account(), pipe.region(), NAMESPACE, metric, unit, dimensions).add(value);
    }

    Execution begin(List<Object> records) {
        ofAccount("Concurrency", running.incrementAndGet());
        ofBoth("Invocations", 1);
        ofPipe("EventCount", NONE, records.size());
        records.forEach(record -> ofPipe("EventSize", "Bytes", JsonWriter.bytes(record).length));
        return new Execution();
    }

    /** One batch on its way through the pipe. */
    final class Execution {
        private final Instant begun = time.instant();
        private Instant stage = begun;

        void step(PipeStep step) {
            switch (step) {
                case ENRICHMENT_STAGE_ENTERED, TARGET_STAGE_ENTERED -> stage = time.instant();
                case ENRICHMENT_STAGE_SUCCEEDED, ENRICHMENT_STAGE_FAILED -> {
                    ofPipe("EnrichmentStageDuration", MILLISECONDS, since(stage));
                    told("EnrichmentStageFailed", step == PipeStep.ENRICHMENT_STAGE_FAILED);
                }
                case TARGET_STAGE_SKIPPED -> told("TargetStageSkipped", true);
                case TARGET_STAGE_SUCCEEDED, TARGET_STAGE_PARTIALLY_FAILED, TARGET_STAGE_FAILED -> {
                    ofPipe("TargetStageDuration", MILLISECONDS, since(stage));
                    told("TargetStageFailed", step == PipeStep.TARGET_STAGE_FAILED);
                    told("TargetStagePartiallyFailed", step == PipeStep.TARGET_STAGE_PARTIALLY_FAILED);
                    told("TargetStageSkipped", false);
                }
                case EXECUTION_SUCCEEDED, EXECUTION_FAILED, EXECUTION_PARTIALLY_FAILED, EXECUTION_THROTTLED ->
                    ended(step);
                default -> { }
            }
        }

        private void ended(PipeStep step) {
            running.decrementAndGet();
            ofPipe("Duration", MILLISECONDS, since(begun));
            ofBoth("ExecutionThrottled", step == PipeStep.EXECUTION_THROTTLED ? 1 : 0);
            told("ExecutionFailed", step == PipeStep.EXECUTION_FAILED);
            told("ExecutionPartiallyFailed", step == PipeStep.EXECUTION_PARTIALLY_FAILED);
            told("ExecutionTimeout", false);
        }

        private void told(String metric, boolean happened) {
            ofPipe(metric, NONE, happened ? 1 : 0);
        }

        private double since(Instant moment) {
            return Duration.between(moment, time.instant()).toMillis();
        }
    }
}
