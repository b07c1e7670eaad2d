package dev.aloft.service.s3;

import dev.aloft.api.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the bytes of an object are.
 *
 * @param parts the parts it was uploaded in; empty where it came in one
 */
record Content(List<Segment> segments, List<Piece> parts) {
    /**
     * A part that became a piece of the whole.
     *
     * @param checksum base64, of the object's kind
     */
    record Piece(int number, long size, String checksum) {
    }

    /**
     * A run of bytes: of a blob, or here.
     *
     * @param blob null where the bytes are here
     */
    record Segment(String blob, long from, long length, Bytes here) {
        static Segment of(byte[] bytes) {
            return new Segment(null, 0, bytes.length, Bytes.of(bytes));
        }

        Segment slice(long skip, long count) {
            return new Segment(blob, from + skip, count, here);
        }
    }

    long size() {
        return segments.stream().mapToLong(Segment::length).sum();
    }

    /** The segments that hold so many bytes from a position on. */
    List<Segment> slice(long from, long length) {
        var slices = new ArrayList<Segment>();
        long position = 0;
        for (var segment : segments) {
            long skip = Math.max(0, from - position);
            long count = Math.min(segment.length(), from + length - position) - skip;
            if (count > 0) {
                slices.add(segment.slice(skip, count));
            }
            position += segment.length();
        }
        return slices;
    }
}
