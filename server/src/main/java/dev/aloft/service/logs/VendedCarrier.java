package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Firehose;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.LogObject;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Brings logs of AWS's services to log groups, buckets and delivery streams, as the log delivery, which their policies
 * must let in; a delivery stream does so by its tag. Those of a delivery that is gone meanwhile are gone too.
 */
final class VendedCarrier implements Carrier<VendedPiece> {
    private static final Logger LOG = System.getLogger(VendedCarrier.class.getName());

    /** Where a piece goes. */
    private record Way(LogDeliveries.Kept delivery, DeliverySources.Kept source, DeliveryDestinations.Kept to) {
    }

    private final LogsData data;
    private final Logs logs;
    private final S3 s3;
    private final Firehose firehose;
    private final Store store;
    private final Time time;

    VendedCarrier(LogsData data, Endpoint endpoint, Store store, Time time) {
        this.data = data;
        logs = Logs.at(endpoint);
        s3 = S3.at(endpoint);
        firehose = Firehose.at(endpoint);
        this.store = store;
        this.time = time;
    }

    @Override
    public Lane lane(VendedPiece piece) {
        return Lane.of(piece.delivery().text(0) + "/" + piece.delivery().text(2));
    }

    @Override
    public RetryPolicy policy(VendedPiece piece) {
        return SubscriptionCarrier.POLICY;
    }

    @Override
    public Outcome deliver(VendedPiece piece, Attempt attempt) {
        way(piece).ifPresent(way -> {
            var resource = way.to().resource();
            var writer = writer(way, attempt.id());
            switch (way.to().type()) {
                case Logs.DeliveryDestinationType.CWL -> intoGroup(writer, resource, piece);
                case Logs.DeliveryDestinationType.S3 -> intoBucket(writer, way, resource.resource(), piece);
                default -> intoStream(writer, resource, piece);
            }
        });
        return Outcome.delivered();
    }

    private Optional<Way> way(VendedPiece piece) {
        return store.read(tx -> {
            var delivery = data.logDeliveries.get(tx, piece.delivery());
            var source = delivery.flatMap(it -> data.deliverySources.get(tx,
                    Key.of(it.account(), it.region(), it.source())));
            var to = delivery.flatMap(it -> data.deliveryDestinations.get(tx,
                    DeliveryDestinations.key(Arn.parse(it.destinationArn()))));
            return source.isEmpty() || to.isEmpty() ? Optional.<Way>empty()
                    : Optional.of(new Way(delivery.get(), source.get(), to.get()));
        });
    }

    private static Caller writer(Way way, String requestId) {
        var service = new Principal.Service(DeliveryGrants.SERVICE, way.source().arn());
        return new Caller(way.source().account(), way.source().region(), service, requestId, null, 0, null, null,
                null);
    }

    private void intoGroup(Caller writer, Arn resource, VendedPiece piece) {
        var owner = writer.in(resource.account(), resource.region());
        var group = Groups.ofArn(owner, resource.toString());
        var stream = VendedLog.of(piece.resourceArn()).orElseThrow().streamName();
        var request = Logs.PutLogEventsRequest.of(r -> r.logGroupName(group).logStreamName(stream)
                .logEvents(piece.lines().stream().map(line -> Logs.InputLogEvent.of(e -> e.timestamp(line.millis())
                        .message(line.text()))).toList()));
        try {
            logs.putLogEvents(owner, request);
        } catch (Logs.ResourceNotFoundException _) {
            createStream(owner, group, stream);
            logs.putLogEvents(owner, request);
        }
    }

    private void createStream(Caller owner, String group, String stream) {
        try {
            logs.createLogStream(owner, Logs.CreateLogStreamRequest.of(r -> r.logGroupName(group)
                    .logStreamName(stream)));
        } catch (Logs.ResourceAlreadyExistsException _) {
            // Another piece was quicker.
        }
    }

    private void intoBucket(Caller writer, Way way, String place, VendedPiece piece) {
        var parts = place.split("/", 2);
        var prefix = parts.length == 1 || parts[1].isEmpty() ? "" : parts[1].replaceFirst("/$", "") + "/";
        var resource = Arn.parse(piece.resourceArn());
        var now = time.instant();
        var key = prefix + SuffixPath.filled(way.delivery().s3(), resource, now) + LogObject.name(resource.account(),
                VendedLog.of(piece.resourceArn()).orElseThrow().name(), resource.region(), resource.resourceName(),
                now);
        s3.putObject(writer, S3.PutObjectRequest.of(r -> r.bucket(parts[0]).key(key)
                .acl(S3.ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL).contentType("application/octet-stream")
                .body(Body.of(LogObject.zipped(piece.lines().stream().map(VendedPiece.Line::text).toList())))));
    }

    /** AWS does so under its service-linked role for the log delivery, which looks at the tag. */
    private void intoStream(Caller writer, Arn resource, VendedPiece piece) {
        var owner = new Caller(resource.account(), resource.region(), new Principal.Root(resource.account()),
                writer.requestId(), null, 0, null, null, null);
        var name = resource.resourceName();
        boolean enabled = firehose.listTagsForDeliveryStream(owner, Firehose.ListTagsForDeliveryStreamRequest.of(r -> r
                .deliveryStreamName(name))).tags().stream()
                .anyMatch(tag -> tag.key().equals(DeliveryGrants.TAG) && "true".equals(tag.value()));
        if (!enabled) {
            throw ApiError.of("AccessDeniedException", 400, "The delivery stream " + name
                    + " has no tag " + DeliveryGrants.TAG + ".");
        }
        firehose.putRecordBatch(owner, Firehose.PutRecordBatchRequest.of(r -> r.deliveryStreamName(name)
                .records(piece.lines().stream().map(line -> Firehose.Record.of(it -> it.data(Bytes.of(
                        (line.text() + "\n").getBytes(StandardCharsets.UTF_8))))).toList())));
    }

    @Override
    public void ended(VendedPiece piece, Attempt last, Ending ending) {
        if (ending instanceof Ending.GivenUp(var reason, var failure)) {
            LOG.log(Level.WARNING, "Logs of " + piece.resourceArn() + " are lost to delivery "
                    + piece.delivery().text(2) + " after " + last.number() + " attempts (" + reason + "): "
                    + failure.code() + ": " + failure.message());
        }
    }
}
