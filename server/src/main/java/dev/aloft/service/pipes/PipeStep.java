package dev.aloft.service.pipes;

import dev.aloft.api.Pipes;

/**
 * The steps of a pipe's execution that its log tells of, each from one level on.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs.html">Logging EventBridge
 *     Pipes</a>
 */
enum PipeStep {
    EXECUTION_STARTED("ExecutionStarted", Pipes.LogLevel.INFO),
    EXECUTION_SUCCEEDED("ExecutionSucceeded", Pipes.LogLevel.INFO),
    EXECUTION_THROTTLED("ExecutionThrottled", Pipes.LogLevel.ERROR),
    EXECUTION_PARTIALLY_FAILED("ExecutionPartiallyFailed", Pipes.LogLevel.ERROR),
    EXECUTION_FAILED("ExecutionFailed", Pipes.LogLevel.ERROR),
    ENRICHMENT_STAGE_ENTERED("EnrichmentStageEntered", Pipes.LogLevel.INFO),
    ENRICHMENT_STAGE_SUCCEEDED("EnrichmentStageSucceeded", Pipes.LogLevel.INFO),
    ENRICHMENT_STAGE_FAILED("EnrichmentStageFailed", Pipes.LogLevel.ERROR),
    ENRICHMENT_TRANSFORMATION_STARTED("EnrichmentTransformationStarted", Pipes.LogLevel.TRACE),
    ENRICHMENT_TRANSFORMATION_SUCCEEDED("EnrichmentTransformationSucceeded", Pipes.LogLevel.TRACE),
    ENRICHMENT_TRANSFORMATION_FAILED("EnrichmentTransformationFailed", Pipes.LogLevel.ERROR),
    ENRICHMENT_INVOCATION_STARTED("EnrichmentInvocationStarted", Pipes.LogLevel.TRACE),
    ENRICHMENT_INVOCATION_SUCCEEDED("EnrichmentInvocationSucceeded", Pipes.LogLevel.TRACE),
    ENRICHMENT_INVOCATION_FAILED("EnrichmentInvocationFailed", Pipes.LogLevel.ERROR),
    TARGET_STAGE_ENTERED("TargetStageEntered", Pipes.LogLevel.INFO),
    TARGET_STAGE_SKIPPED("TargetStageSkipped", Pipes.LogLevel.TRACE),
    TARGET_STAGE_SUCCEEDED("TargetStageSucceeded", Pipes.LogLevel.INFO),
    TARGET_STAGE_PARTIALLY_FAILED("TargetStagePartiallyFailed", Pipes.LogLevel.ERROR),
    TARGET_STAGE_FAILED("TargetStageFailed", Pipes.LogLevel.ERROR),
    TARGET_TRANSFORMATION_STARTED("TargetTransformationStarted", Pipes.LogLevel.TRACE),
    TARGET_TRANSFORMATION_SUCCEEDED("TargetTransformationSucceeded", Pipes.LogLevel.TRACE),
    TARGET_TRANSFORMATION_FAILED("TargetTransformationFailed", Pipes.LogLevel.ERROR),
    TARGET_INVOCATION_STARTED("TargetInvocationStarted", Pipes.LogLevel.TRACE),
    TARGET_INVOCATION_SUCCEEDED("TargetInvocationSucceeded", Pipes.LogLevel.TRACE),
    TARGET_INVOCATION_PARTIALLY_FAILED("TargetInvocationPartiallyFailed", Pipes.LogLevel.ERROR),
    TARGET_INVOCATION_FAILED("TargetInvocationFailed", Pipes.LogLevel.ERROR);

    final String messageType;
    /** {@code TRACE} tells all, {@code ERROR} the least. */
    final String level;

    PipeStep(String messageType, String level) {
        this.messageType = messageType;
        this.level = level;
    }
}
