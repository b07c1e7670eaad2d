package dev.aloft.service.s3;

import dev.aloft.api.Caller;
import dev.aloft.api.S3;
import dev.aloft.service.s3.S3Objects.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is read of an object: content, description, attributes, tags. */
final class Retrieval {
    private static final int MAX_PARTS_PAGE = 1000;

    private final S3Objects objects;
    private final Contents contents;
    private final ObjectKeys keys;

    Retrieval(S3Objects objects, Contents contents, ObjectKeys keys) {
        this.objects = objects;
        this.contents = contents;
        this.keys = keys;
    }

    S3.GetObjectResponse get(Caller caller, S3.GetObjectRequest input) {
        var found = objects.find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "GET");
        var object = found.object();
        new Conditions(input.ifMatch(), input.ifNoneMatch(), input.ifModifiedSince(), input.ifUnmodifiedSince())
            .checkRead(object);
        var said = object.description();
        keys.require(caller, found.bucket(), input.key(), said.encryption());
        var range = range(found, input.range(), input.partNumber());
        var answer = new S3.GetObjectResponse.Builder();
        if (S3.ChecksumMode.ENABLED.equals(input.checksumMode())) {
            checksum(found, input.partNumber(), range).ifPresent(checksum -> checksum.tell(S3.GET_OBJECT.output(),
                answer));
        }
        var slice = range.map(r -> found.content().slice(r.from(), r.length())).orElse(found.content().segments());
        return answer.body(contents.body(slice)).contentLength(range.map(ByteRange::length).orElse(object.size()))
            .status(range.isPresent() ? 206 : 200)
            .contentRange(range.map(r -> r.contentRange(object.size())).orElse(null)).acceptRanges("bytes")
            .eTag(object.quotedETag()).lastModified(object.modified()).versionId(found.toldVersion())
            .contentType(or(input.responseContentType(), said.contentType()))
            .cacheControl(or(input.responseCacheControl(), said.cacheControl()))
            .contentDisposition(or(input.responseContentDisposition(), said.contentDisposition()))
            .contentEncoding(or(input.responseContentEncoding(), said.contentEncoding()))
            .contentLanguage(or(input.responseContentLanguage(), said.contentLanguage()))
            .expires(or(input.responseExpires(), said.expires())).metadata(said.metadata())
            .storageClass(toldClass(said)).tagCount(said.tags().isEmpty() ? null : said.tags().size())
            .partsCount(input.partNumber() != null && !found.content().parts().isEmpty() ? found.content().parts()
            .size() : null).serverSideEncryption(said.encryption().algorithm()).ssekmsKeyId(said.encryption()
            .kmsKeyId()).bucketKeyEnabled(said.encryption().bucketKey()).build();
    }

    /** The key is needed for a checksum alone. */
    S3.HeadObjectResponse head(Caller caller, S3.HeadObjectRequest input) {
        var found = objects.find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "HEAD");
        var object = found.object();
        new Conditions(input.ifMatch(), input.ifNoneMatch(), input.ifModifiedSince(), input.ifUnmodifiedSince())
            .checkRead(object);
        var said = object.description();
        var range = range(found, input.range(), input.partNumber());
        var answer = new S3.HeadObjectResponse.Builder();
        if (S3.ChecksumMode.ENABLED.equals(input.checksumMode())) {
            keys.require(caller, found.bucket(), input.key(), said.encryption());
            checksum(found, input.partNumber(), range).ifPresent(checksum -> checksum.tell(S3.HEAD_OBJECT.output(),
                answer));
        }
        return answer.contentLength(range.map(ByteRange::length).orElse(object.size()))
            .status(range.isPresent() ? 206 : 200)
            .contentRange(range.map(r -> r.contentRange(object.size())).orElse(null)).acceptRanges("bytes")
            .eTag(object.quotedETag()).lastModified(object.modified()).versionId(found.toldVersion())
            .contentType(or(input.responseContentType(), said.contentType()))
            .cacheControl(or(input.responseCacheControl(), said.cacheControl()))
            .contentDisposition(or(input.responseContentDisposition(), said.contentDisposition()))
            .contentEncoding(or(input.responseContentEncoding(), said.contentEncoding()))
            .contentLanguage(or(input.responseContentLanguage(), said.contentLanguage()))
            .expires(or(input.responseExpires(), said.expires())).metadata(said.metadata())
            .storageClass(toldClass(said)).tagCount(said.tags().isEmpty() ? null : said.tags().size())
            .partsCount(input.partNumber() != null && !found.content().parts().isEmpty() ? found.content().parts()
            .size() : null).serverSideEncryption(said.encryption().algorithm()).ssekmsKeyId(said.encryption()
            .kmsKeyId()).bucketKeyEnabled(said.encryption().bucketKey()).build();
    }

    /** Of the whole or of the one part asked for; any other run of bytes has none. */
    private static Optional<KeptChecksum> checksum(Found found, Integer partNumber, Optional<ByteRange> range) {
        var whole = found.object().checksum();
        var parts = found.content().parts();
        if (partNumber != null) {
            return Optional.of(parts.isEmpty() ? whole : whole.of(parts.get(partNumber - 1)));
        }
        return range.isEmpty() ? Optional.of(whole) : Optional.empty();
    }

    private static <T> T or(T given, T kept) {
        return given != null ? given : kept;
    }

    private static String toldClass(Description said) {
        return said.storageClass().equals("STANDARD") ? null : said.storageClass();
    }

    private static Optional<ByteRange> range(Found found, String range, Integer partNumber) {
        if (partNumber == null) {
            return ByteRange.of(range, found.object().size());
        }
        if (range != null) {
            throw new S3.InvalidRequest("Cannot specify both Range header and partNumber query parameter");
        }
        var parts = found.content().parts();
        int count = Math.max(1, parts.size());
        if (partNumber < 1 || partNumber > 10_000) {
            throw Buckets.argument("partNumber", String.valueOf(partNumber),
                "Part number must be an integer between 1 and 10000, inclusive");
        }
        if (partNumber > count) {
            throw new S3.InvalidPartNumber(S3.InvalidPartNumber.Detail.of(d -> d.actualPartCount(String.valueOf(count))
                .message("The requested partnumber is not satisfiable")
                .partNumberRequested(String.valueOf(partNumber))));
        }
        if (parts.isEmpty()) {
            return found.object().size() == 0 ? Optional.empty() : Optional.of(new ByteRange(0, found.object().size()));
        }
        long from = parts.subList(0, partNumber - 1).stream().mapToLong(Content.Piece::size).sum();
        return Optional.of(new ByteRange(from, parts.get(partNumber - 1).size()));
    }

    S3.GetObjectAttributesResponse attributes(Caller caller, S3.GetObjectAttributesRequest input) {
        var found = objects.find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "GET");
        var object = found.object();
        var wanted = input.objectAttributes() == null ? List.<String>of() : input.objectAttributes();
        var known = List.of("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize");
        if (wanted.isEmpty() || !known.containsAll(wanted)) {
            throw Buckets.argument("x-amz-object-attributes", String.join(",", wanted),
                "Invalid attribute name specified.");
        }
        keys.require(caller, found.bucket(), input.key(), object.description().encryption());
        var checksum = new S3.Checksum.Builder();
        object.checksum().tell(S3.Checksum.of(_ -> { }).shape(), checksum);
        return S3.GetObjectAttributesResponse.of(r -> r.lastModified(object.modified()).versionId(found.toldVersion())
            .eTag(wanted.contains("ETag") ? object.eTag() : null)
            .checksum(wanted.contains("Checksum") ? checksum.build() : null)
            .objectSize(wanted.contains("ObjectSize") ? object.size() : null)
            .storageClass(wanted.contains("StorageClass") ? object.description().storageClass() : null)
            .objectParts(wanted.contains("ObjectParts") && !found.content().parts().isEmpty()
                ? parts(object.checksum(), found.content(), input.partNumberMarker(), input.maxParts()) : null));
    }

    private static S3.GetObjectAttributesParts parts(KeptChecksum checksum, Content content, Integer marker,
            Integer max) {
        int from = marker == null ? 0 : Math.clamp(marker, 0, content.parts().size());
        int limit = max == null ? MAX_PARTS_PAGE : Math.clamp(max, 0, MAX_PARTS_PAGE);
        int to = Math.min(content.parts().size(), from + limit);
        var parts = new ArrayList<S3.ObjectPart>();
        for (var piece : content.parts().subList(from, to)) {
            var part = new S3.ObjectPart.Builder();
            checksum.of(piece).tell(S3.ObjectPart.of(_ -> { }).shape(), part);
            parts.add(part.partNumber(piece.number()).size(piece.size()).build());
        }
        return S3.GetObjectAttributesParts.of(p -> p.totalPartsCount(content.parts().size()).partNumberMarker(from)
            .nextPartNumberMarker(to).maxParts(limit).isTruncated(to < content.parts().size()).parts(parts));
    }

    S3.GetObjectAclResponse acl(S3.GetObjectAclRequest input) {
        var bucket = objects.find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "GET")
            .bucket();
        return S3.GetObjectAclResponse.of(r -> r.owner(Buckets.owner(bucket.account()))
            .grants(BucketSettings.ownersGrant(bucket)));
    }

    S3.GetObjectTaggingResponse tagging(S3.GetObjectTaggingRequest input) {
        var found = objects.find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "GET");
        return S3.GetObjectTaggingResponse.of(r -> r.versionId(found.toldVersion())
            .tagSet(Tags.told(found.object().description().tags())));
    }
}
