package dev.aloft.contract;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.CoordinatorConfig.ClientVersionConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** Workers of the Kinesis Client Library, which look more often than they do by default. */
final class KinesisReader {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    /** Who has begun to read which shard. */
    final BlockingQueue<Begun> begun = new LinkedBlockingQueue<>();
    private final String stream;
    private final String application;

    record Begun(String worker, String shard) {
    }

    KinesisReader(String stream, String application) {
        this.stream = stream;
        this.application = application;
    }

    /**
     * To be run on a thread of its own.
     *
     * @param version by which rules leases are dealt out: version 2 of the library by their number, version 3 by load
     */
    Scheduler scheduler(String worker, ClientVersionConfig version, KinesisAsyncClient kinesis,
            DynamoDbAsyncClient dynamoDb, CloudWatchAsyncClient cloudWatch) {
        var first = InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
        var configs = new ConfigsBuilder(new SingleStreamTracker(stream, first), application, kinesis, dynamoDb,
                cloudWatch, worker, () -> new Processor(worker));
        var coordinator = configs.coordinatorConfig();
        coordinator.clientVersionConfig(version);
        coordinator.parentShardPollIntervalMillis(200);
        coordinator.shardConsumerDispatchPollIntervalMillis(200);
        coordinator.schedulerInitializationBackoffTimeMillis(200);
        var leases = configs.leaseManagementConfig();
        leases.failoverTimeMillis(1000);
        leases.shardSyncIntervalMillis(1000);
        leases.leasesRecoveryAuditorExecutionFrequencyMillis(1000);
        var polling = new PollingConfig(stream, kinesis);
        polling.idleTimeBetweenReadsInMillis(250);
        polling.kinesisRequestTimeout(Duration.ofSeconds(10));
        return new Scheduler(configs.checkpointConfig(), coordinator, leases, configs.lifecycleConfig(),
                configs.metricsConfig().metricsFactory(new NullMetricsFactory()), configs.processorConfig(),
                configs.retrievalConfig().retrievalSpecificConfig(polling));
    }

    private final class Processor implements ShardRecordProcessor {
        private final String worker;

        Processor(String worker) {
            this.worker = worker;
        }

        @Override
        public void initialize(InitializationInput input) {
            begun.add(new Begun(worker, input.shardId()));
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            input.records().forEach(record -> heard.add(StandardCharsets.UTF_8.decode(record.data()).toString()));
            checkpoint(input.checkpointer());
        }

        private static void checkpoint(RecordProcessorCheckpointer checkpointer) {
            try {
                checkpointer.checkpoint();
            } catch (InvalidStateException e) {
                throw new IllegalStateException(e);
            } catch (ShutdownException _) {
                // Somebody else has the shard now.
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {
        }

        @Override
        public void shardEnded(ShardEndedInput input) {
            checkpoint(input.checkpointer());
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
        }
    }
}
