package dev.aloft.service.pipes;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Pipes;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.pattern.EventPattern;
import java.util.Set;
import java.util.function.Function;

/** What a pipe may be made of. */
final class PipeRules {
    private static final Set<String> SOURCES = Set.of("sqs", "dynamodb", "kinesis");

    private final WebServers webServers;

    PipeRules(WebServers webServers) {
        this.webServers = webServers;
    }

    /** How many events a target takes at once, 0 where it is none. */
    int most(String target) {
        return PipeTargets.most(Arn.parse(target), webServers);
    }

    void check(Pipes.CreatePipeRequest input) {
        if (!Arn.isArn(input.source()) || !SOURCES.contains(Arn.parse(input.source()).service())) {
            throw ApiError.notBuilt("A source " + input.source());
        }
        var source = input.sourceParameters();
        var kind = Arn.parse(input.source()).service();
        require("DynamoDBStreamParameters", kind.equals("dynamodb"), source == null ? null
                : source.dynamoDBStreamParameters());
        require("KinesisStreamParameters", kind.equals("kinesis"), source == null ? null
                : source.kinesisStreamParameters());
        checkSource(kind, source == null ? Pipes.PipeSourceParameters.of(_ -> { }) : source);
        checkFilters(source);
        checkEnrichment(input);
        checkTarget(input);
        checkLog(input.logConfiguration());
        refuseWhatIsNotBuilt(input);
    }

    private static void checkSource(String kind, Pipes.PipeSourceParameters source) {
        var kinesis = source.kinesisStreamParameters();
        ofSource(kind.equals("sqs"), "SqsQueueParameters", source.sqsQueueParameters());
        ofSource(kind.equals("kinesis"), "KinesisStreamParameters", kinesis);
        ofSource(kind.equals("dynamodb"), "DynamoDBStreamParameters", source.dynamoDBStreamParameters());
        if (kinesis != null && Pipes.KinesisStreamStartPosition.AT_TIMESTAMP.equals(kinesis.startingPosition())
                && kinesis.startingPositionTimestamp() == null) {
            throw new Pipes.ValidationException(
                    "StartingPositionTimestamp is required where StartingPosition is AT_TIMESTAMP.");
        }
    }

    private static void ofSource(boolean ofThisSource, String name, Object given) {
        if (given != null && !ofThisSource) {
            throw new Pipes.ValidationException(name + " are not supported for this source.");
        }
    }

    private void checkEnrichment(Pipes.CreatePipeRequest input) {
        if (input.enrichment() == null || input.enrichment().isEmpty()) {
            return;
        }
        var arn = Arn.parse(input.enrichment());
        if (!arn.service().equals("lambda") && !webServers.takes(arn)) {
            throw ApiError.notBuilt("An enrichment by service " + arn.service());
        }
        var parameters = input.enrichmentParameters();
        if (parameters != null && parameters.httpParameters() != null && !webServers.takes(arn)) {
            throw new Pipes.ValidationException("HttpParameters are not supported for this enrichment.");
        }
    }

    private void checkTarget(Pipes.CreatePipeRequest input) {
        var target = Arn.parse(input.target());
        int most = most(input.target());
        if (most == 0) {
            throw ApiError.notBuilt("A target " + input.target());
        }
        var given = input.targetParameters();
        var parameters = given == null ? Pipes.PipeTargetParameters.of(_ -> { }) : given;
        if (target.service().equals("kinesis") && parameters.kinesisStreamParameters() == null) {
            throw new Pipes.ValidationException("KinesisStreamParameters with a PartitionKey are "
                    + "required for this target.");
        }
        of(target.service().equals("kinesis"), "KinesisStreamParameters", parameters.kinesisStreamParameters());
        of(target.service().equals("sqs"), "SqsQueueParameters", parameters.sqsQueueParameters());
        of(target.service().equals("lambda"), "LambdaFunctionParameters", parameters.lambdaFunctionParameters());
        of(target.service().equals("logs"), "CloudWatchLogsParameters", parameters.cloudWatchLogsParameters());
        of(target.resource().startsWith("event-bus/"), "EventBridgeEventBusParameters",
                parameters.eventBridgeEventBusParameters());
        of(webServers.takes(target), "HttpParameters", parameters.httpParameters());
        var batch = batchSize(input.sourceParameters());
        if (batch != null && batch > most) {
            throw new Pipes.ValidationException("The BatchSize of the source is larger than the " + most
                    + " that the target takes at once.");
        }
    }

    private static void of(boolean ofThisTarget, String name, Object given) {
        if (given != null && !ofThisTarget) {
            throw new Pipes.ValidationException(name + " are not supported for this target.");
        }
    }

    private static Integer batchSize(Pipes.PipeSourceParameters source) {
        if (source == null) {
            return null;
        }
        if (source.sqsQueueParameters() != null) {
            return source.sqsQueueParameters().batchSize();
        }
        return source.kinesisStreamParameters() != null ? source.kinesisStreamParameters().batchSize()
                : source.dynamoDBStreamParameters() != null ? source.dynamoDBStreamParameters().batchSize() : null;
    }

    private static void require(String parameters, boolean ofThisSource, Object given) {
        if (ofThisSource && given == null) {
            throw new Pipes.ValidationException(parameters + " with a StartingPosition are required for this source.");
        }
    }

    private static void checkFilters(Pipes.PipeSourceParameters source) {
        if (source == null || source.filterCriteria() == null || source.filterCriteria().filters() == null) {
            return;
        }
        for (var filter : source.filterCriteria().filters()) {
            try {
                EventPattern.parse(filter.pattern());
            } catch (EventPattern.Malformed e) {
                throw new Pipes.ValidationException("Event pattern is not valid. Reason: " + e.getMessage());
            }
        }
    }

    private static void checkLog(Pipes.PipeLogConfigurationParameters log) {
        if (log != null && !Pipes.LogLevel.OFF.equals(log.level()) && log.cloudwatchLogsLogDestination() == null
                && log.firehoseLogDestination() == null && log.s3LogDestination() == null) {
            throw new Pipes.ValidationException("A log destination is required where the log level is "
                    + log.level() + ".");
        }
    }

    private static void refuseWhatIsNotBuilt(Pipes.CreatePipeRequest input) {
        unbuilt("ActiveMQBrokerParameters", input.sourceParameters(),
                Pipes.PipeSourceParameters::activeMQBrokerParameters);
        unbuilt("RabbitMQBrokerParameters", input.sourceParameters(),
                Pipes.PipeSourceParameters::rabbitMQBrokerParameters);
        unbuilt("ManagedStreamingKafkaParameters", input.sourceParameters(),
                Pipes.PipeSourceParameters::managedStreamingKafkaParameters);
        unbuilt("SelfManagedKafkaParameters", input.sourceParameters(),
                Pipes.PipeSourceParameters::selfManagedKafkaParameters);
        var target = input.targetParameters();
        if (target != null) {
            unbuilt("EcsTaskParameters", target.ecsTaskParameters());
            unbuilt("BatchJobParameters", target.batchJobParameters());
            unbuilt("RedshiftDataParameters", target.redshiftDataParameters());
            unbuilt("SageMakerPipelineParameters", target.sageMakerPipelineParameters());
            unbuilt("TimestreamParameters", target.timestreamParameters());
            unbuilt("StepFunctionStateMachineParameters", target.stepFunctionStateMachineParameters());
        }
    }

    private static <T> void unbuilt(String name, T of, Function<T, ?> value) {
        unbuilt(name, of == null ? null : value.apply(of));
    }

    private static void unbuilt(String name, Object value) {
        if (value != null) {
            throw ApiError.notBuilt("A pipe's " + name);
        }
    }
}
