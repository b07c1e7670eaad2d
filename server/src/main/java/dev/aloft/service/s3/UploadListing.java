package dev.aloft.service.s3;

import dev.aloft.api.S3;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import java.util.ArrayList;

/** ListParts and ListMultipartUploads. */
final class UploadListing {
    private static final int PAGE = 1000;

    private final S3Data data;
    private final Buckets buckets;
    private final Uploads uploads;
    private final Store store;

    UploadListing(S3Data data, Buckets buckets, Uploads uploads, Store store) {
        this.data = data;
        this.buckets = buckets;
        this.uploads = uploads;
        this.store = store;
    }

    S3.ListPartsResponse listParts(S3.ListPartsRequest input) {
        int limit = input.maxParts() == null ? PAGE : Math.min(PAGE, input.maxParts());
        int marker = input.partNumberMarker() == null ? 0 : input.partNumberMarker();
        if (limit < 0) {
            throw Buckets.argument("max-parts", String.valueOf(limit),
                "Argument max-parts must be an integer between 0 and 2147483647");
        }
        return store.read(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var upload = uploads.find(tx, bucket, input.key(), input.uploadId());
            var owned = Key.of(upload.id());
            var rows = data.parts.range(tx, Range.of(owned).after(owned.and(marker))).limit(limit + 1L).toList();
            boolean more = rows.size() > limit;
            var page = more ? rows.subList(0, limit) : rows;
            return S3.ListPartsResponse.of(r -> r.bucket(input.bucket()).key(input.key()).uploadId(upload.id())
                .maxParts(limit).partNumberMarker(marker).isTruncated(more)
                .nextPartNumberMarker(page.isEmpty() ? 0 : (int) page.getLast().key().number(1))
                .parts(page.stream().map(row -> told(upload, row)).toList())
                .owner(Buckets.owner(bucket.account())).initiator(initiator(bucket))
                .storageClass(upload.description().storageClass())
                .checksumAlgorithm(upload.chosen() ? upload.checksum().name() : null)
                .checksumType(upload.chosen() ? upload.checksumType() : null));
        });
    }

    private static S3.Part told(Upload upload, Row<Part> row) {
        var part = row.value();
        var builder = new S3.Part.Builder();
        if (upload.chosen()) {
            new KeptChecksum(upload.checksum(), part.checksum(), upload.checksumType())
                .tell(S3.Part.of(_ -> { }).shape(), builder);
        }
        return builder.partNumber((int) row.key().number(1)).eTag('"' + part.eTag() + '"').size(part.size())
            .lastModified(part.modified()).build();
    }

    private static S3.Initiator initiator(Bucket bucket) {
        return S3.Initiator.of(i -> i.id(Buckets.owner(bucket.account()).id()));
    }

    S3.ListMultipartUploadsResponse list(S3.ListMultipartUploadsRequest input) {
        int limit = Listing.limit("max-uploads", input.maxUploads());
        boolean encode = Listing.encodes(input.encodingType());
        var prefix = input.prefix() == null ? "" : input.prefix();
        var delimiter = input.delimiter() == null || input.delimiter().isEmpty() ? null : input.delimiter();
        return store.read(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var owned = Key.of(bucket.id());
            var end = S3Data.behindPrefix(owned, prefix);
            var from = owned.and(prefix);
            if (input.keyMarker() != null && !input.keyMarker().isEmpty()) {
                var marker = input.uploadIdMarker() == null || input.uploadIdMarker().isEmpty()
                    ? S3Data.behind(owned.and(input.keyMarker()))
                    : S3Data.behind(Key.of(bucket.id(), input.keyMarker(), input.uploadIdMarker()));
                from = marker.compareTo(from) > 0 ? marker : from;
            }
            var found = new ArrayList<S3.MultipartUpload>();
            var prefixes = new ArrayList<String>();
            boolean more = false;
            String lastKey = "";
            String lastId = "";
            for (var rows = data.uploads.range(tx, Range.of(owned).from(from).to(end)).iterator(); rows.hasNext(); ) {
                var row = rows.next();
                var key = row.key().text(1);
                int cut = delimiter == null ? -1 : key.indexOf(delimiter, prefix.length());
                var common = cut < 0 ? null : key.substring(0, cut + delimiter.length());
                if (common != null && !prefixes.isEmpty() && prefixes.getLast().equals(common)) {
                    continue;
                }
                if (found.size() + prefixes.size() == limit) {
                    more = limit > 0;
                    break;
                }
                lastKey = key;
                lastId = row.value().id();
                if (common != null) {
                    prefixes.add(common);
                } else {
                    found.add(told(bucket, key, row.value(), encode));
                }
            }
            boolean truncated = more;
            var nextKey = more ? lastKey : null;
            var nextId = more ? lastId : null;
            return S3.ListMultipartUploadsResponse.of(r -> r.bucket(input.bucket()).uploads(found)
                .prefix(Listing.told(prefix, encode)).delimiter(Listing.told(delimiter, encode)).maxUploads(limit)
                .keyMarker(Listing.told(input.keyMarker() == null ? "" : input.keyMarker(), encode))
                .uploadIdMarker(input.uploadIdMarker() == null ? "" : input.uploadIdMarker())
                .nextKeyMarker(Listing.told(nextKey, encode)).nextUploadIdMarker(nextId).isTruncated(truncated)
                .encodingType(input.encodingType()).commonPrefixes(Listing.prefixes(prefixes, encode)));
        });
    }

    private static S3.MultipartUpload told(Bucket bucket, String key, Upload upload, boolean encode) {
        return S3.MultipartUpload.of(u -> u.key(Listing.told(key, encode)).uploadId(upload.id())
            .initiated(upload.initiated()).storageClass(upload.description().storageClass())
            .owner(Buckets.owner(bucket.account())).initiator(initiator(bucket)).checksumAlgorithm(upload.chosen()
            ? upload.checksum().name() : null).checksumType(upload.chosen() ? upload.checksumType() : null));
    }
}
