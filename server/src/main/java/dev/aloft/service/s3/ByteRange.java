package dev.aloft.service.s3;

import dev.aloft.api.S3;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which bytes of an object are asked for. */
record ByteRange(long from, long length) {
    private static final Pattern FORM = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");
    private static final Pattern COPY_FORM = Pattern.compile("bytes=([0-9]{1,18})-([0-9]{1,18})");

    /** Of a Range header; what is not one range of bytes is passed over, as S3 does. */
    static Optional<ByteRange> of(String header, long size) {
        var match = header == null ? null : FORM.matcher(header.strip());
        if (match == null || !match.matches() || match.group(1).isEmpty() && match.group(2).isEmpty()) {
            return Optional.empty();
        }
        if (match.group(1).isEmpty()) {
            long count = Math.min(size, Long.parseLong(match.group(2)));
            if (count == 0) {
                throw notSatisfiable(header, size);
            }
            return Optional.of(new ByteRange(size - count, count));
        }
        long from = Long.parseLong(match.group(1));
        long last = match.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(match.group(2));
        if (last < from) {
            return Optional.empty();
        }
        if (from >= size) {
            throw notSatisfiable(header, size);
        }
        return Optional.of(new ByteRange(from, Math.min(last, size - 1) - from + 1));
    }

    /** Of an {@code x-amz-copy-source-range} header. */
    static ByteRange ofCopy(String header, long size) {
        var match = COPY_FORM.matcher(header);
        if (!match.matches() || Long.parseLong(match.group(2)) < Long.parseLong(match.group(1))) {
            throw new S3.InvalidArgument(S3.InvalidArgument.Detail.of(d ->
                d.message("The x-amz-copy-source-range value must be "
                    + "of the form bytes=first-last where first and last are the zero-based offsets of the "
                + "first and last bytes to copy").argumentName("x-amz-copy-source-range").argumentValue(header)));
        }
        long from = Long.parseLong(match.group(1));
        long last = Long.parseLong(match.group(2));
        if (last >= size) {
            throw new S3.InvalidArgument(S3.InvalidArgument.Detail.of(d -> d.message(
                "Range specified is not valid for source object of size: " + size)
                .argumentName("x-amz-copy-source-range").argumentValue(header)));
        }
        return new ByteRange(from, last - from + 1);
    }

    private static S3.InvalidRange notSatisfiable(String header, long size) {
        return new S3.InvalidRange(S3.InvalidRange.Detail.of(d -> d.message("The requested range is not satisfiable")
            .rangeRequested(header).actualObjectSize(size)));
    }

    String contentRange(long size) {
        return "bytes " + from + "-" + (from + length - 1) + "/" + size;
    }
}
