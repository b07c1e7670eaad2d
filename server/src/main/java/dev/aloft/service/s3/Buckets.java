package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.S3;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Buckets: create, head, delete, list. Names are one space for all accounts and regions. */
final class Buckets {
    private static final String US_EAST_1 = "us-east-1";
    private static final int MAX_PAGE = 10_000;
    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");
    private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+)+-[0-9]");
    private static final S3.PublicAccessBlockConfiguration ALL_BLOCKED = S3.PublicAccessBlockConfiguration.of(b -> b
        .blockPublicAcls(true).ignorePublicAcls(true).blockPublicPolicy(true).restrictPublicBuckets(true));

    private final S3Data data;
    private final Contents contents;
    private final Store store;
    private final Time time;

    Buckets(S3Data data, Contents contents, Store store, Time time) {
        this.data = data;
        this.contents = contents;
        this.store = store;
        this.time = time;
    }

    S3.CreateBucketResponse create(Caller caller, S3.CreateBucketRequest input) {
        var name = input.bucket();
        BucketName.check(name);
        Unbuilt.refuseAccessLists(input);
        if (Boolean.TRUE.equals(input.objectLockEnabledForBucket())) {
            throw ApiError.notBuilt("Object lock of a bucket");
        }
        var ownership = Optional.ofNullable(input.objectOwnership()).orElse(S3.ObjectOwnership.BUCKET_OWNER_ENFORCED);
        var configuration = Optional.ofNullable(input.createBucketConfiguration());
        if (configuration.filter(c -> c.location() != null || c.bucket() != null).isPresent()) {
            throw ApiError.notBuilt("A directory bucket");
        }
        var region = region(caller, configuration.map(S3.CreateBucketConfiguration::locationConstraint)
            .filter(text -> !text.isEmpty()));
        var tags = configuration.map(S3.CreateBucketConfiguration::tags).filter(list -> !list.isEmpty())
            .map(list -> Tags.ofBucket(S3.Tagging.of(t -> t.tagSet(list)), S3Service.isFromWithin(caller)));
        var now = time.instant().truncatedTo(ChronoUnit.MILLIS);
        store.change(tx -> {
            var existing = data.buckets.get(tx, Key.of(name));
            if (existing.isPresent()) {
                if (!existing.get().account().equals(caller.account())) {
                    throw new S3.BucketAlreadyExists(S3.BucketAlreadyExists.Detail.of(d -> d.bucketName(name)
                        .message("The requested bucket name is not available. The bucket namespace is "
                            + "shared by all users of the system. Please select a different name and try again.")));
                }
                // Of old, making one's bucket again in us-east-1 succeeds and changes nothing.
                if (!region.equals(US_EAST_1) || !existing.get().region().equals(US_EAST_1)) {
                    throw new S3.BucketAlreadyOwnedByYou(S3.BucketAlreadyOwnedByYou.Detail.of(d -> d.bucketName(name)
                        .message("Your previous request to create the named bucket succeeded and you already own "
                            + "it.")));
                }
                return;
            }
            data.buckets.put(tx, Key.of(name), new Bucket(S3Data.nextNumber(tx), name, caller.account(), region, now,
                null, null, tags.orElse(Map.of()), null, ALL_BLOCKED, ownership, List.of()));
        });
        return S3.CreateBucketResponse.of(r -> r.location("/" + name));
    }

    /** In us-east-1 answers the endpoint that makes buckets anywhere; any other region's makes its own. */
    private static String region(Caller caller, Optional<String> constraint) {
        if (caller.region().equals(US_EAST_1)) {
            if (constraint.filter(text -> text.equals(US_EAST_1)
                    || !text.equals("EU") && !REGION.matcher(text).matches()).isPresent()) {
                throw new S3.InvalidLocationConstraint(S3.InvalidLocationConstraint.Detail.of(d -> d
                    .message("The specified location-constraint is not valid").locationConstraint(constraint.get())));
            }
            return constraint.map(text -> text.equals("EU") ? "eu-west-1" : text).orElse(US_EAST_1);
        }
        if (constraint.filter(caller.region()::equals).isEmpty()
                && !(caller.region().equals("eu-west-1") && constraint.filter("EU"::equals).isPresent())) {
            throw new S3.IllegalLocationConstraintException("The " + constraint.orElse("unspecified")
                + " location constraint is incompatible for the region specific endpoint this request was sent to.");
        }
        return caller.region();
    }

    S3.HeadBucketResponse head(S3.HeadBucketRequest input) {
        var bucket = get(input.bucket(), input.expectedBucketOwner());
        return S3.HeadBucketResponse.of(r -> r.bucketRegion(bucket.region()).accessPointAlias(false)
            .bucketArn(bucket.arn()));
    }

    S3.GetBucketLocationResponse location(S3.GetBucketLocationRequest input) {
        var region = get(input.bucket(), input.expectedBucketOwner()).region();
        return S3.GetBucketLocationResponse.of(r -> r.locationConstraint(region.equals(US_EAST_1) ? null : region));
    }

    /** Uploads in progress do not keep a bucket from being deleted; versions and delete markers do. */
    S3.DeleteBucketResponse delete(S3.DeleteBucketRequest input) {
        var now = time.instant();
        store.change(tx -> {
            var bucket = find(tx, input.bucket(), input.expectedBucketOwner());
            var inside = Range.of(Key.of(bucket.id())).limit(1);
            if (data.objects.range(tx, inside).findAny().isPresent() || data.older.range(tx, inside).findAny()
                    .isPresent()) {
                throw new S3.BucketNotEmpty(S3.BucketNotEmpty.Detail.of(d -> d.bucketName(bucket.name())
                    .message("The bucket you tried to delete is not empty"
                        + (bucket.isVersioned() ? ". You must delete all versions in the bucket." : ""))));
            }
            for (var upload : data.uploads.range(tx, Key.of(bucket.id())).toList()) {
                Uploads.remove(data, contents, tx, upload.key(), upload.value().id(), now);
            }
            data.rulesDue.cancel(tx, Key.of(bucket.id()));
            data.notifications.delete(tx, Key.of(bucket.id()));
            data.cors.delete(tx, Key.of(bucket.id()));
            data.buckets.delete(tx, Key.of(bucket.name()));
        });
        return S3.DeleteBucketResponse.of(_ -> {});
    }

    S3.ListBucketsResponse list(Caller caller, S3.ListBucketsRequest input) {
        int limit = input.maxBuckets() == null ? MAX_PAGE : input.maxBuckets();
        if (limit < 1 || limit > MAX_PAGE) {
            throw argument("max-buckets", String.valueOf(limit),
                "Argument max-buckets must be an integer between 1 and 10000.");
        }
        var prefix = input.prefix() == null ? "" : input.prefix();
        var owned = Key.of(caller.account());
        var all = Range.of(owned).from(owned.and(prefix));
        var range = input.continuationToken() == null ? all
            : all.from(owned.and(ListingToken.read(input.continuationToken()) + "\u0000"));
        return store.read(tx -> {
            var rows = data.bucketsOfAccount.range(tx, range).map(Row::value)
                .takeWhile(bucket -> bucket.name().startsWith(prefix))
                .filter(bucket -> input.bucketRegion() == null || bucket.region().equals(input.bucketRegion()))
                .limit(limit + 1L).toList();
            boolean more = rows.size() > limit;
            var page = more ? rows.subList(0, limit) : rows;
            return S3.ListBucketsResponse.of(r -> r.owner(owner(caller.account())).prefix(input.prefix())
                .buckets(page.stream().map(bucket -> S3.Bucket.of(b -> b.name(bucket.name())
                .creationDate(bucket.created())
                    .bucketArn(bucket.arn()).bucketRegion(bucket.region()))).toList())
                .continuationToken(more ? ListingToken.write(page.getLast().name()) : null));
        });
    }

    Bucket get(String name, String expectedOwner) {
        return store.read(tx -> find(tx, name, expectedOwner));
    }

    /** The bucket, if the caller is not wrong about whose it is. */
    Bucket find(ReadTx tx, String name, String expectedOwner) {
        if (expectedOwner != null && !ACCOUNT.matcher(expectedOwner).matches()) {
            throw new S3.InvalidBucketOwnerAWSAccountID(
                "The value of the expected bucket owner parameter must be an AWS Account ID... [" + expectedOwner
                + "]");
        }
        var bucket = data.buckets.get(tx, Key.of(name)).orElseThrow(() -> missing(name));
        if (expectedOwner != null && !expectedOwner.equals(bucket.account())) {
            throw new S3.AccessDenied("Access Denied");
        }
        return bucket;
    }

    static ApiError missing(String name) {
        return new S3.NoSuchBucket(S3.NoSuchBucket.Detail.of(d -> d.message("The specified bucket does not exist")
            .bucketName(name)));
    }

    /** An account's canonical user id: 64 hexadecimal digits that say nothing. */
    static S3.Owner owner(String account) {
        var id = ChecksumKind.messageDigest("SHA-256").digest(("canonical user of " + account)
            .getBytes(StandardCharsets.UTF_8));
        return S3.Owner.of(o -> o.id(HexFormat.of().formatHex(id)));
    }

    static ApiError argument(String name, String value, String message) {
        return new S3.InvalidArgument(S3.InvalidArgument.Detail.of(d -> d.message(message).argumentName(name)
            .argumentValue(value)));
    }
}
