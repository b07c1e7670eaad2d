package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.S3;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Lifecycle rules: objects that expire, old versions that go, uploads nobody completes. A bucket's rules are looked at
 * once a day, at midnight UTC; an age counts from the midnight after it began, as on AWS.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html">AWS: lifecycle
 * rules</a>
 */
final class Lifecycle {
    private static final int MAX_RULES = 1000;
    private static final int MAX_ID = 255;
    /** What one transaction looks at. */
    private static final int CHUNK = 500;

    private final S3Data data;
    private final S3Objects objects;
    private final Contents contents;
    private final Store store;
    private final Time time;

    Lifecycle(S3Data data, S3Objects objects, Contents contents, Store store, Time time) {
        this.data = data;
        this.objects = objects;
        this.contents = contents;
        this.store = store;
        this.time = time;
    }

    static Instant nextLook(Instant now) {
        return now.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));
    }

    /** The rules as they are kept, or what is wrong with them, or what of them is not built. */
    static List<S3.LifecycleRule> checked(List<S3.LifecycleRule> rules) {
        if (rules == null || rules.isEmpty() || rules.size() > MAX_RULES) {
            throw new S3.MalformedXML(BucketSettings.MALFORMED);
        }
        var ids = new HashSet<String>();
        var kept = new ArrayList<S3.LifecycleRule>();
        for (var rule : rules) {
            refuseUnbuilt(rule);
            boolean acts = rule.expiration() != null || rule.noncurrentVersionExpiration() != null
                || rule.abortIncompleteMultipartUpload() != null;
            if (!acts || rule.status() == null || !List.of("Enabled", "Disabled").contains(rule.status())
                    || rule.filter() != null && rule.prefix() != null) {
                throw new S3.MalformedXML(BucketSettings.MALFORMED);
            }
            if (rule.id() != null && rule.id().length() > MAX_ID) {
                throw new S3.InvalidArgument("ID length should not exceed allowed limit of " + MAX_ID);
            }
            var date = rule.expiration() == null ? null : rule.expiration().date();
            if (date != null && !date.equals(date.truncatedTo(ChronoUnit.DAYS))) {
                throw new S3.InvalidArgument("'Date' must be at midnight GMT");
            }
            checkDays(rule.expiration() == null ? null : rule.expiration().days(),
                "'Days' for Expiration action must be a positive integer");
            checkDays(rule.noncurrentVersionExpiration() == null ? null : rule.noncurrentVersionExpiration()
                .noncurrentDays(),
                "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer");
            checkDays(rule.abortIncompleteMultipartUpload() == null ? null
                : rule.abortIncompleteMultipartUpload().daysAfterInitiation(),
                "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer");
            var named = rule.id() != null && !rule.id().isEmpty() ? rule
                : rule.toBuilder().id("rule-" + (kept.size() + 1)).build();
            if (!ids.add(named.id())) {
                throw new S3.InvalidArgument("Rule ID must be unique. Found same ID for more than one rule");
            }
            kept.add(named);
        }
        return kept;
    }

    private static void checkDays(Integer days, String message) {
        if (days != null && days <= 0) {
            throw new S3.InvalidArgument(message);
        }
    }

    private static void refuseUnbuilt(S3.LifecycleRule rule) {
        if (isGiven(rule.transitions()) || isGiven(rule.noncurrentVersionTransitions())) {
            throw ApiError.notBuilt("A lifecycle transition to another storage class");
        }
        var filter = rule.filter();
        if (filter != null && (filter.tag() != null || filter.objectSizeGreaterThan() != null
                || filter.objectSizeLessThan() != null || filter.and() != null)) {
            throw ApiError.notBuilt("A lifecycle filter by tag or size");
        }
    }

    private static boolean isGiven(List<?> list) {
        return list != null && !list.isEmpty();
    }

    Optional<Instant> turn() {
        var now = time.instant();
        for (var due : store.read(tx -> data.rulesDue.due(tx, now, CHUNK))) {
            var bucket = store.read(tx -> data.buckets.get(tx, Key.of(due.value())));
            bucket.filter(found -> Key.of(found.id()).equals(due.id())).ifPresent(found -> apply(found, now));
            store.change(tx -> {
                // Rules put meanwhile have an entry of their own making.
                if (data.rulesDue.get(tx, due.id()).filter(entry -> entry.at().equals(due.at())).isPresent()) {
                    data.rulesDue.reschedule(tx, due.id(), nextLook(now));
                }
            });
        }
        return store.read(data.rulesDue::next);
    }

    private void apply(Bucket bucket, Instant now) {
        for (var rule : bucket.lifecycle()) {
            if (!rule.status().equals("Enabled")) {
                continue;
            }
            var prefix = rule.filter() != null && rule.filter().prefix() != null ? rule.filter().prefix()
                : rule.prefix() != null ? rule.prefix() : "";
            if (rule.noncurrentVersionExpiration() != null) {
                expireOlder(bucket, prefix, rule.noncurrentVersionExpiration(), now);
            }
            if (rule.expiration() != null) {
                expire(bucket, prefix, rule.expiration(), now);
            }
            if (rule.abortIncompleteMultipartUpload() != null) {
                abort(bucket, prefix, rule.abortIncompleteMultipartUpload().daysAfterInitiation(), now);
            }
        }
    }

    /** Ages are counted in whole days, rounded up to a midnight. */
    private static boolean isPast(Instant began, int days, Instant now) {
        return !began.plus(Duration.ofDays(days)).truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)).isAfter(now);
    }

    private interface Look {
        /** Looks at what begins at a bound; where to go on, or nothing at the end. */
        Optional<Key> from(Tx tx, Key bound);
    }

    private void inChunks(Bucket bucket, String prefix, Look look) {
        var next = Optional.of(Key.of(bucket.id(), prefix));
        while (next.isPresent()) {
            var from = next.get();
            next = store.write(tx -> data.buckets.get(tx, Key.of(bucket.name()))
                .filter(still -> still.id() == bucket.id()).flatMap(_ -> look.from(tx, from)));
        }
    }

    private static Range range(Bucket bucket, String prefix, Key from) {
        var owned = Key.of(bucket.id());
        return Range.of(owned).from(from).to(S3Data.behindPrefix(owned, prefix)).limit(CHUNK);
    }

    private static Optional<Key> next(List<? extends Row<?>> rows) {
        return rows.size() < CHUNK ? Optional.empty() : Optional.of(S3Data.behind(rows.getLast().key()));
    }

    private void expire(Bucket bucket, String prefix, S3.LifecycleExpiration rule, Instant now) {
        inChunks(bucket, prefix, (tx, from) -> {
            var rows = data.objects.range(tx, range(bucket, prefix, from)).toList();
            for (var row : rows) {
                var key = row.key().text(1);
                if (row.value().deleteMarker()) {
                    // One that hides nothing any more.
                    if (Boolean.TRUE.equals(rule.expiredObjectDeleteMarker())
                            && data.older.range(tx, S3Data.object(bucket, key)).findAny().isEmpty()) {
                        data.objects.delete(tx, row.key());
                    }
                } else if (rule.days() != null && isPast(row.value().modified(), rule.days(), now)
                        || rule.date() != null && !rule.date().isAfter(now)) {
                    objects.expire(tx, bucket, key, now);
                }
            }
            return next(rows);
        });
    }

    private void expireOlder(Bucket bucket, String prefix, S3.NoncurrentVersionExpiration rule, Instant now) {
        int kept = rule.newerNoncurrentVersions() == null ? 0 : rule.newerNoncurrentVersions();
        int days = rule.noncurrentDays() == null ? 1 : rule.noncurrentDays();
        inChunks(bucket, prefix, (tx, from) -> {
            var rows = data.older.range(tx, range(bucket, prefix, from)).toList();
            for (var row : rows) {
                if (isPast(row.value().noncurrentSince(), days, now) && newer(tx, bucket, row, kept)) {
                    data.older.delete(tx, row.key());
                    contents.forget(tx, row.value().content(), now);
                }
            }
            return next(rows);
        });
    }

    /** Whether so many noncurrent versions are newer than this one. */
    private boolean newer(Tx tx, Bucket bucket, Row<ObjectVersion> row, int count) {
        return count == 0 || data.older.range(tx, Range.of(S3Data.object(bucket, row.key().text(1))).to(row.key()))
            .limit(count).count() == count;
    }

    private void abort(Bucket bucket, String prefix, int days, Instant now) {
        inChunks(bucket, prefix, (tx, from) -> {
            var rows = data.uploads.range(tx, range(bucket, prefix, from)).toList();
            for (var row : rows) {
                if (isPast(row.value().initiated(), days, now)) {
                    Uploads.remove(data, contents, tx, row.key(), row.value().id(), now);
                }
            }
            return next(rows);
        });
    }
}
