package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.ApproximateCreationDateTimePrecision;
import dev.aloft.api.DynamoDb.DescribeKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.DescribeKinesisStreamingDestinationResponse;
import dev.aloft.api.DynamoDb.DestinationStatus;
import dev.aloft.api.DynamoDb.DisableKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.EnableKinesisStreamingConfiguration;
import dev.aloft.api.DynamoDb.EnableKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.KinesisStreamingDestinationOutput;
import dev.aloft.api.DynamoDb.UpdateKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.UpdateKinesisStreamingDestinationResponse;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The Kinesis data stream of a table: one at a time takes its changes, others are remembered. What AWS takes seconds or
 * minutes for is done at once: the answers say ENABLING, DISABLING, UPDATING, and who looks next finds it done.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html">Kinesis Data Streams and
 * DynamoDB</a>
 */
final class KinesisDestinations {
    private static final String STATE = "Table is not in a valid state to enable Kinesis Streaming Destination: ";
    static final String FAILED = "User does not have a permission to use kinesis stream";

    private final Tables tables;
    private final Kinesis kinesis;
    private final Store store;
    private final Time time;

    KinesisDestinations(Tables tables, Kinesis kinesis, Store store, Time time) {
        this.tables = tables;
        this.kinesis = kinesis;
        this.store = store;
        this.time = time;
    }

    private static ValidationException state(String complaint) {
        return new ValidationException(STATE + complaint);
    }

    private void change(TableRef ref, UnaryOperator<StoredTable> change) {
        var now = time.instant();
        store.change(tx -> tables.put(tx, ref, change.apply(tables.get(tx, ref)), now));
    }

    /** Whether it works shows later: the answer is the same for a stream that is not there. */
    KinesisStreamingDestinationOutput enable(Caller caller, EnableKinesisStreamingDestinationRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var arn = in.streamArn();
        var configuration = in.enableKinesisStreamingConfiguration() == null
            ? new EnableKinesisStreamingConfiguration(null) : in.enableKinesisStreamingConfiguration();
        boolean usable = isUsable(caller, ref, arn);
        var now = time.instant();
        store.change(tx -> {
            var table = tables.get(tx, ref);
            if (table.destinations().stream().anyMatch(StoredDestination::active)) {
                throw state("EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE "
                    + "operation.");
            }
            long number = DynamoDbData.nextNumber(tx);
            var added = usable ? new StoredDestination(arn, number, DestinationStatus.ACTIVE, Optional.empty(),
                    Optional.ofNullable(configuration.approximateCreationDateTimePrecision()))
                : new StoredDestination(arn, number, DestinationStatus.ENABLE_FAILED, Optional.of(FAILED),
                    Optional.empty());
            var others = table.destinations().stream().filter(one -> !one.streamArn().equals(arn));
            tables.put(tx, ref, table.withDestinations(Stream.concat(Stream.of(added), others).toList()), now);
        });
        return output(ref, arn, DestinationStatus.ENABLING, configuration);
    }

    private static KinesisStreamingDestinationOutput output(TableRef ref, String arn, String status,
            EnableKinesisStreamingConfiguration configuration) {
        return KinesisStreamingDestinationOutput.of(r -> r.tableName(ref.name()).streamArn(arn)
            .destinationStatus(status).enableKinesisStreamingConfiguration(configuration));
    }

    /** A stream of the table's own account and region that the caller may look at. */
    private boolean isUsable(Caller caller, TableRef ref, String text) {
        if (!Arn.isArn(text)) {
            return false;
        }
        var arn = Arn.parse(text);
        if (!arn.service().equals("kinesis") || !arn.account().equals(ref.account())
                || !arn.region().equals(ref.region())) {
            return false;
        }
        try {
            kinesis.describeStream(caller, Kinesis.DescribeStreamRequest.of(r -> r.streamARN(text).limit(1)));
            return true;
        } catch (ApiError _) {
            return false;
        }
    }

    KinesisStreamingDestinationOutput disable(Caller caller, DisableKinesisStreamingDestinationRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        if (in.enableKinesisStreamingConfiguration() != null) {
            throw new ValidationException(
                "Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters");
        }
        change(ref, table -> {
            if (find(table, in.streamArn()).filter(StoredDestination::active).isEmpty()) {
                throw state("KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.");
            }
            return replaced(table, in.streamArn(), StoredDestination::disabled);
        });
        return output(ref, in.streamArn(), DestinationStatus.DISABLING, null);
    }

    private static Optional<StoredDestination> find(StoredTable table, String arn) {
        return table.destinations().stream().filter(one -> one.streamArn().equals(arn)).findFirst();
    }

    private static StoredTable replaced(StoredTable table, String arn, UnaryOperator<StoredDestination> change) {
        return table.withDestinations(table.destinations().stream().map(one ->
            one.streamArn().equals(arn) ? change.apply(one) : one).toList());
    }

    UpdateKinesisStreamingDestinationResponse update(Caller caller, UpdateKinesisStreamingDestinationRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var configuration = in.updateKinesisStreamingConfiguration();
        if (configuration == null || configuration.approximateCreationDateTimePrecision() == null) {
            throw new ValidationException("Streaming destination cannot be updated with given parameters: "
                + "UpdateKinesisStreamingConfiguration cannot be null or contain only null values");
        }
        var wanted = configuration.approximateCreationDateTimePrecision();
        change(ref, table -> {
            var known = find(table, in.streamArn()).orElseThrow(() -> state("No streaming destination with streamArn: "
                + in.streamArn() + " found for table with tableName: " + ref.name()));
            if (!known.active()) {
                throw state("Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. "
                    + "TableName: " + ref.name() + ", kdsArn: " + in.streamArn());
            }
            if (known.precision().orElse(ApproximateCreationDateTimePrecision.MILLISECOND).equals(wanted)) {
                throw new ValidationException("Invalid Request: Precision is already set to the desired value of "
                    + wanted + " for tableId: " + table.id() + ", kdsArn: " + in.streamArn());
            }
            return replaced(table, in.streamArn(), one -> one.precise(wanted));
        });
        return UpdateKinesisStreamingDestinationResponse.of(r -> r.tableName(ref.name()).streamArn(in.streamArn())
            .destinationStatus(DestinationStatus.UPDATING).updateKinesisStreamingConfiguration(configuration));
    }

    DescribeKinesisStreamingDestinationResponse describe(Caller caller, DescribeKinesisStreamingDestinationRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var told = store.read(tx -> tables.get(tx, ref)).destinations().stream().map(StoredDestination::told).toList();
        return new DescribeKinesisStreamingDestinationResponse(ref.name(), List.copyOf(told));
    }
}
