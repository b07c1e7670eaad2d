package dev.aloft.service.s3;

import dev.aloft.api.S3;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * ListObjects, ListObjectsV2 and ListObjectVersions: keys in the order of their bytes in UTF-8; those with the
 * delimiter behind the prefix are told once, as their common prefix.
 */
final class Listing {
    private static final int MAX_KEYS = 1000;

    private final S3Data data;
    private final Buckets buckets;
    private final Store store;

    Listing(S3Data data, Buckets buckets, Store store) {
        this.data = data;
        this.buckets = buckets;
        this.store = store;
    }

    /** One thing told: a key with its object, or a common prefix without. */
    private record Item(String text, ObjectVersion object) {
        boolean isPrefix() {
            return object == null;
        }
    }

    private record Page(List<Item> items, boolean truncated) {
        List<String> prefixes() {
            return items.stream().filter(Item::isPrefix).map(Item::text).toList();
        }

        String last() {
            return items.getLast().text();
        }
    }

    S3.ListObjectsResponse list(S3.ListObjectsRequest input) {
        int limit = limit("maxKeys", input.maxKeys());
        boolean encode = encodes(input.encodingType());
        refuseOptional(input.optionalObjectAttributes());
        var prefix = empty(input.prefix());
        var marker = empty(input.marker());
        var delimiter = delimiter(input.delimiter());
        return store.read(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var page = page(tx, bucket, prefix, delimiter, marker, limit);
            // Of the first form's prefix clients expect that it is as they sent it.
            return S3.ListObjectsResponse.of(r -> r.name(bucket.name()).prefix(prefix)
                .marker(told(marker, encode)).delimiter(told(delimiter, encode)).maxKeys(limit)
                .encodingType(input.encodingType()).isTruncated(page.truncated())
                // Without a delimiter the last key told is where to go on.
                .nextMarker(page.truncated() && delimiter != null ? told(page.last(), encode) : null)
                .contents(objects(bucket, page, encode, true)).commonPrefixes(prefixes(page.prefixes(), encode)));
        });
    }

    S3.ListObjectsV2Response list(S3.ListObjectsV2Request input) {
        int limit = limit("max-keys", input.maxKeys());
        boolean encode = encodes(input.encodingType());
        refuseOptional(input.optionalObjectAttributes());
        var prefix = empty(input.prefix());
        var delimiter = delimiter(input.delimiter());
        if (input.continuationToken() != null && input.continuationToken().isEmpty()) {
            throw Buckets.argument("continuation-token", "", "The continuation token provided is incorrect");
        }
        var after = input.continuationToken() != null ? ListingToken.read(input.continuationToken())
            : empty(input.startAfter());
        return store.read(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var page = page(tx, bucket, prefix, delimiter, after, limit);
            return S3.ListObjectsV2Response.of(r -> r.name(bucket.name()).prefix(told(prefix, encode))
                .delimiter(told(delimiter, encode)).maxKeys(limit).encodingType(input.encodingType())
                .startAfter(told(input.startAfter(), encode)).continuationToken(input.continuationToken())
                .keyCount(page.items().size()).isTruncated(page.truncated())
                .nextContinuationToken(page.truncated() ? ListingToken.write(page.last()) : null)
                .contents(objects(bucket, page, encode, Boolean.TRUE.equals(input.fetchOwner())))
                .commonPrefixes(prefixes(page.prefixes(), encode)));
        });
    }

    private Page page(ReadTx tx, Bucket bucket, String prefix, String delimiter, String after, int limit) {
        var items = new ArrayList<Item>();
        if (limit == 0) {
            return new Page(items, false);
        }
        var walk = new Walk(tx, bucket, prefix, delimiter, after, version -> !version.deleteMarker());
        while (items.size() < limit && walk.hasNext()) {
            items.add(walk.next());
        }
        return new Page(items, walk.hasNext());
    }

    /** Steps through the newest versions of keys, jumping over what a common prefix stands for. */
    private final class Walk implements Iterator<Item> {
        private final ReadTx tx;
        private final Key owned;
        private final String prefix;
        private final String delimiter;
        private final Key end;
        private final Predicate<ObjectVersion> told;
        private Iterator<Row<ObjectVersion>> rows;
        private Item next;

        /** @param after a key or a common prefix that was told last, or nothing */
        Walk(ReadTx tx, Bucket bucket, String prefix, String delimiter, String after, Predicate<ObjectVersion> told) {
            this.tx = tx;
            this.prefix = prefix;
            this.delimiter = delimiter;
            this.told = told;
            owned = Key.of(bucket.id());
            end = S3Data.behindPrefix(owned, prefix);
            var from = owned.and(prefix);
            if (!after.isEmpty()) {
                boolean wasPrefix = delimiter != null && after.endsWith(delimiter) && after.startsWith(prefix)
                    && after.indexOf(delimiter, prefix.length()) == after.length() - delimiter.length()
                    && after.length() > prefix.length();
                var behind = wasPrefix ? S3Data.behindPrefix(owned, after) : S3Data.behind(owned.and(after));
                from = behind.compareTo(from) > 0 ? behind : from;
            }
            open(from);
            advance();
        }

        private void open(Key from) {
            rows = from.compareTo(end) >= 0 ? List.<Row<ObjectVersion>>of().iterator()
                : data.objects.range(tx, Range.of(owned).from(from).to(end)).iterator();
        }

        private void advance() {
            next = null;
            while (next == null && rows.hasNext()) {
                var row = rows.next();
                if (!told.test(row.value())) {
                    continue;
                }
                var key = row.key().text(1);
                int cut = delimiter == null ? -1 : key.indexOf(delimiter, prefix.length());
                if (cut < 0) {
                    next = new Item(key, row.value());
                } else {
                    var common = key.substring(0, cut + delimiter.length());
                    next = new Item(common, null);
                    open(S3Data.behindPrefix(owned, common));
                }
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Item next() {
            var item = next;
            advance();
            return item;
        }
    }

    private static List<S3.Object> objects(Bucket bucket, Page page, boolean encode, boolean owner) {
        return page.items().stream().filter(item -> !item.isPrefix()).map(item -> S3.Object.of(o -> o
            .key(told(item.text(), encode)).lastModified(item.object().modified()).eTag(item.object().quotedETag())
            .size(item.object().size()).storageClass(item.object().description().storageClass())
            .checksumAlgorithm(List.of(item.object().checksum().kind().name())).checksumType(item.object().checksum()
            .type()).owner(owner ? Buckets.owner(bucket.account()) : null))).toList();
    }

    S3.ListObjectVersionsResponse versions(S3.ListObjectVersionsRequest input) {
        int limit = limit("max-keys", input.maxKeys());
        boolean encode = encodes(input.encodingType());
        refuseOptional(input.optionalObjectAttributes());
        var prefix = empty(input.prefix());
        var delimiter = delimiter(input.delimiter());
        var keyMarker = empty(input.keyMarker());
        var versionMarker = empty(input.versionIdMarker());
        if (keyMarker.isEmpty() && !versionMarker.isEmpty()) {
            throw Buckets.argument("version-id-marker", versionMarker,
                "A version-id marker cannot be specified without a key marker.");
        }
        return store.read(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var versions = new ArrayList<S3.ObjectVersion>();
            var markers = new ArrayList<S3.DeleteMarkerEntry>();
            var prefixes = new ArrayList<String>();
            var lastKey = keyMarker;
            var lastVersion = versionMarker;
            boolean truncated = false;
            var rest = versionMarker.isEmpty() ? List.<ObjectVersion>of() : after(tx, bucket, keyMarker, versionMarker);
            var walk = new Walk(tx, bucket, prefix, delimiter, keyMarker, _ -> true);
            var item = rest.isEmpty() ? next(walk) : new Item(keyMarker, rest.getFirst());
            while (item != null && !truncated && limit > 0) {
                var ofKey = item.isPrefix() ? List.<ObjectVersion>of() : !rest.isEmpty() ? rest : all(tx, bucket, item);
                rest = List.of();
                if (item.isPrefix()) {
                    truncated = versions.size() + markers.size() + prefixes.size() == limit;
                    if (!truncated) {
                        prefixes.add(item.text());
                        lastKey = item.text();
                        lastVersion = null;
                    }
                }
                for (var version : ofKey) {
                    truncated = versions.size() + markers.size() + prefixes.size() == limit;
                    if (truncated) {
                        break;
                    }
                    tell(bucket, item.text(), version, encode, versions, markers);
                    lastKey = item.text();
                    lastVersion = version.versionId();
                }
                item = next(walk);
            }
            boolean more = truncated;
            var nextKey = lastKey;
            var nextVersion = lastVersion;
            return S3.ListObjectVersionsResponse.of(r -> r.name(bucket.name()).prefix(told(prefix, encode))
                .delimiter(told(delimiter, encode)).keyMarker(told(keyMarker, encode)).versionIdMarker(versionMarker)
                .maxKeys(limit).encodingType(input.encodingType()).isTruncated(more).versions(versions)
                .deleteMarkers(markers).commonPrefixes(prefixes(prefixes, encode))
                .nextKeyMarker(more ? told(nextKey, encode) : null).nextVersionIdMarker(more ? nextVersion : null));
        });
    }

    private static Item next(Walk walk) {
        return walk.hasNext() ? walk.next() : null;
    }

    private List<ObjectVersion> all(ReadTx tx, Bucket bucket, Item newest) {
        var all = new ArrayList<ObjectVersion>();
        all.add(newest.object());
        data.older.range(tx, S3Data.object(bucket, newest.text())).limit(MAX_KEYS + 1L).map(Row::value)
            .forEach(all::add);
        return all;
    }

    /** The versions of a key behind one of them. */
    private List<ObjectVersion> after(ReadTx tx, Bucket bucket, String key, String versionId) {
        var at = S3Data.object(bucket, key);
        var newest = data.objects.get(tx, at);
        if (newest.filter(version -> version.versionId().equals(versionId)).isPresent()) {
            return data.older.range(tx, at).limit(MAX_KEYS + 1L).map(Row::value).toList();
        }
        return data.older.range(tx, at).map(Row::value).dropWhile(version -> !version.versionId().equals(versionId))
            .skip(1).limit(MAX_KEYS + 1L).toList();
    }

    private static void tell(Bucket bucket, String key, ObjectVersion version, boolean encode,
            List<S3.ObjectVersion> versions, List<S3.DeleteMarkerEntry> markers) {
        boolean latest = version.noncurrentSince() == null;
        if (version.deleteMarker()) {
            markers.add(S3.DeleteMarkerEntry.of(m -> m.key(told(key, encode)).versionId(version.versionId())
                .isLatest(latest).lastModified(version.modified()).owner(Buckets.owner(bucket.account()))));
        } else {
            versions.add(S3.ObjectVersion.of(v -> v.key(told(key, encode)).versionId(version.versionId())
                .isLatest(latest).lastModified(version.modified()).eTag(version.quotedETag()).size(version.size())
                .storageClass(version.description().storageClass()).owner(Buckets.owner(bucket.account()))
                .checksumAlgorithm(List.of(version.checksum().kind().name())).checksumType(version.checksum().type())));
        }
    }

    static int limit(String argument, Integer given) {
        if (given == null) {
            return MAX_KEYS;
        }
        if (given < 0) {
            throw Buckets.argument(argument, String.valueOf(given),
                "Argument " + argument + " must be an integer between 0 and 2147483647");
        }
        return Math.min(given, MAX_KEYS);
    }

    static boolean encodes(String encodingType) {
        if (encodingType != null && !encodingType.equals(S3.EncodingType.URL)) {
            throw Buckets.argument("encoding-type", encodingType, "Invalid Encoding Method specified in Request");
        }
        return encodingType != null;
    }

    private static void refuseOptional(List<String> attributes) {
        if (attributes != null && !attributes.isEmpty() && !attributes.equals(List.of("RestoreStatus"))) {
            throw Buckets.argument("x-amz-optional-object-attributes", String.join(",", attributes),
                "Invalid attribute name specified");
        }
    }

    private static String empty(String text) {
        return text == null ? "" : text;
    }

    private static String delimiter(String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    static List<S3.CommonPrefix> prefixes(List<String> texts, boolean encode) {
        return texts.stream().map(text -> S3.CommonPrefix.of(p -> p.prefix(told(text, encode)))).toList();
    }

    static String told(String text, boolean encode) {
        return text == null || !encode ? text : encoded(text);
    }

    /** As S3 encodes keys: everything but letters, digits, and what URLs leave as it is; slashes too. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A")
            .replace("%7E", "~").replace("%2F", "/");
    }
}
