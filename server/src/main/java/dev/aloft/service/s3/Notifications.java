package dev.aloft.service.s3;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a bucket tells of its objects, and whom: promised in the commit of the change, brought by the delivery engine.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html">Event notifications</a>
 */
final class Notifications {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    /** The digest of nothing, which a delete marker has for its tag. */
    private static final String NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

    private final S3Data data;
    private final Buckets buckets;
    private final NotificationCheck check;
    private final Store store;
    private final Time time;
    private final Deliveries<Dispatch> deliveries;

    Notifications(S3Data data, Buckets buckets, Targets targets, Dispatches.Assume roles, Store store, Time time,
            Endpoint endpoint) {
        this.data = data;
        this.buckets = buckets;
        this.store = store;
        this.time = time;
        check = new NotificationCheck(targets, endpoint, time);
        deliveries = new Deliveries<>("notifications", store, time, Codec.of(Dispatch.class),
            new NotificationCarrier(targets, roles, endpoint));
    }

    Worker worker() {
        return deliveries.worker();
    }

    S3.NotificationConfiguration get(S3.GetBucketNotificationConfigurationRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        return store.read(tx -> data.notifications.get(tx, Key.of(bucket.id())))
            .orElseGet(() -> S3.NotificationConfiguration.of(_ -> { }));
    }

    S3.PutBucketNotificationConfigurationResponse put(Caller caller,
            S3.PutBucketNotificationConfigurationRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        var kept = NotificationCheck.form(bucket, input.notificationConfiguration());
        if (!Boolean.TRUE.equals(input.skipDestinationValidation())) {
            check.destinations(caller, bucket, kept);
        }
        store.change(tx -> data.notifications.put(tx, Key.of(buckets.find(tx, input.bucket(), null).id()), kept));
        return S3.PutBucketNotificationConfigurationResponse.of(_ -> { });
    }

    /** Promises what the bucket tells of this. */
    void note(Tx tx, Bucket bucket, Occurrence what) {
        data.notifications.get(tx, Key.of(bucket.id())).ifPresent(kept -> {
            var sequencer = what.is("ObjectTagging") ? null : sequencer(tx, what);
            NotificationCheck.rules(kept).stream().filter(rule -> rule.wants(what))
                .forEach(rule -> promise(tx, bucket, what, rule.arn(), record(bucket, what, rule.id(), sequencer)));
            if (kept.eventBridgeConfiguration() != null) {
                promise(tx, bucket, what,
                    "arn:aws:events:" + bucket.region() + ":" + bucket.account() + ":event-bus/default",
                    busEvent(bucket, what, sequencer));
            }
        });
    }

    private void promise(Tx tx, Bucket bucket, Occurrence what, String target, Map<String, Object> event) {
        var dispatch = new Dispatch(bucket.account(), bucket.region(), "s3.amazonaws.com", bucket.arn(), null, target,
            Event.of(JsonWriter.bytes(event)).withTrace(what.by() == null ? null : what.by().trace()));
        deliveries.promise(tx, UUID.randomUUID().toString(), dispatch);
    }

    /** Of two events of one key the later has the greater. */
    private static String sequencer(Tx tx, Occurrence what) {
        return "%08X%010X".formatted(what.at().getEpochSecond(), S3Data.nextNumber(tx));
    }

    private static Map<String, Object> record(Bucket bucket, Occurrence what, String configuration, String sequencer) {
        var owner = ownerId(bucket.account());
        var told = new LinkedHashMap<String, Object>();
        boolean late = what.is("ObjectTagging") || what.is("Lifecycle");
        told.put("eventVersion", late ? "2.3" : "2.1");
        told.put("eventSource", "aws:s3");
        told.put("awsRegion", bucket.region());
        told.put("eventTime", MOMENT.format(what.at()));
        told.put("eventName", what.type());
        told.put("userIdentity", Map.of("principalId", what.principalId(owner)));
        told.put("requestParameters", Map.of("sourceIPAddress", address(what)));
        var response = new LinkedHashMap<String, Object>();
        response.put("x-amz-request-id", requestId(what));
        response.put("x-amz-id-2", hostId(requestId(what)));
        told.put("responseElements", response);
        var s3 = new LinkedHashMap<String, Object>();
        s3.put("s3SchemaVersion", "1.0");
        s3.put("configurationId", configuration);
        var of = new LinkedHashMap<String, Object>();
        of.put("name", bucket.name());
        of.put("ownerIdentity", Map.of("principalId", owner));
        of.put("arn", bucket.arn());
        s3.put("bucket", of);
        s3.put("object", object(bucket, what, sequencer, false));
        told.put("s3", s3);
        return Map.of("Records", List.of(told));
    }

    private static Map<String, Object> object(Bucket bucket, Occurrence what, String sequencer, boolean forBus) {
        var object = new LinkedHashMap<String, Object>();
        object.put("key",
            forBus ? what.key() : URLEncoder.encode(what.key(), StandardCharsets.UTF_8).replace("%2F", "/"));
        var version = what.version();
        boolean marker = version != null && version.deleteMarker();
        if (what.is("ObjectCreated")) {
            object.put("size", version.size());
        }
        if (what.is("ObjectCreated") || what.is("ObjectTagging")) {
            object.put(forBus ? "etag" : "eTag", version.eTag());
        } else if (marker && what.type().endsWith("DeleteMarkerCreated")) {
            object.put(forBus ? "etag" : "eTag", NOTHING);
        }
        if (bucket.isVersioned() && version != null && !version.isNull()) {
            object.put(forBus ? "version-id" : "versionId", version.versionId());
        }
        if (sequencer != null) {
            object.put("sequencer", sequencer);
        }
        return object;
    }

    private static Map<String, Object> busEvent(Bucket bucket, Occurrence what, String sequencer) {
        var detail = new LinkedHashMap<String, Object>();
        detail.put("version", "0");
        detail.put("bucket", Map.of("name", bucket.name()));
        detail.put("object", object(bucket, what, sequencer, true));
        detail.put("request-id", requestId(what));
        detail.put("requester", what.by() == null ? "s3.amazonaws.com" : what.by().account());
        if (what.by() != null) {
            detail.put("source-ip-address", address(what));
        }
        if (!what.is("ObjectTagging")) {
            detail.put("reason", what.reason());
        }
        boolean removed = what.is("ObjectRemoved") || what.is("LifecycleExpiration");
        if (removed) {
            detail.put("deletion-type",
                what.type().endsWith("DeleteMarkerCreated") ? "Delete Marker Created" : "Permanently Deleted");
        }
        var event = new LinkedHashMap<String, Object>();
        event.put("source", "aws.s3");
        event.put("detail-type", removed ? "Object Deleted" : what.is("ObjectCreated") ? "Object Created"
            : what.type().endsWith("Put") ? "Object Tags Added" : "Object Tags Deleted");
        event.put("resources", List.of(bucket.arn()));
        event.put("time", SECOND.format(what.at()));
        event.put("detail", detail);
        return event;
    }

    private static String address(Occurrence what) {
        return what.by() == null ? "s3.amazonaws.com" : what.by().sourceIp() == null ? "127.0.0.1"
            : what.by().sourceIp();
    }

    private static String requestId(Occurrence what) {
        return what.by() == null ? "%016X".formatted(what.at().toEpochMilli()) : what.by().requestId();
    }

    /** Long and opaque, as S3's second id is. */
    static String hostId(String requestId) {
        return Base64.getEncoder()
            .encodeToString((requestId + "/" + requestId + "/" + requestId).getBytes(StandardCharsets.UTF_8));
    }

    /** What an account is called in events. */
    private static String ownerId(String account) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(account.getBytes(StandardCharsets.UTF_8));
            var id = new StringBuilder("A");
            for (int i = 0; i < 13; i++) {
                id.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".charAt((digest[i] & 0xff) % 36));
            }
            return id.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, Object> testEvent(Bucket bucket, Caller caller, Instant now) {
        var event = new LinkedHashMap<String, Object>();
        event.put("Service", "Amazon S3");
        event.put("Event", "s3:TestEvent");
        event.put("Time", MOMENT.format(now));
        event.put("Bucket", bucket.name());
        event.put("RequestId", caller.requestId());
        event.put("HostId", hostId(caller.requestId()));
        return event;
    }
}
