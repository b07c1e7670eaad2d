package dev.aloft.service.s3;

import dev.aloft.api.Body;
import dev.aloft.api.S3;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.s3.Content.Segment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The bytes of objects: received, counted, read, and forgotten. */
final class Contents {
    /** Contents up to this size are a row of the store, and need no file with its own fsync. */
    private static final int IN_STORE_BYTES = 32 << 10;
    private static final int BUFFER_BYTES = 64 << 10;
    /** A blob stays a moment for whoever just learnt where the bytes are. */
    static final Duration GRACE = Duration.ofSeconds(15);

    private final S3Data data;
    private final Blobs blobs;
    /** Blobs that no transaction names yet. */
    private final Set<String> arriving = ConcurrentHashMap.newKeySet();
    /** Blobs that open streams will come to, by how many. */
    private final Map<String, Integer> wanted = new ConcurrentHashMap<>();

    Contents(S3Data data, Blobs blobs) {
        this.data = data;
        this.blobs = blobs;
    }

    /** A content that is on disk, or is small, and that no row names yet. */
    final class Received implements AutoCloseable {
        final Segment segment;
        final String md5;
        private final Map<ChecksumKind, byte[]> checksums;
        private boolean kept;

        Received(Segment segment, String md5, Map<ChecksumKind, byte[]> checksums) {
            this.segment = segment;
            this.md5 = md5;
            this.checksums = checksums;
        }

        long size() {
            return segment.length();
        }

        byte[] checksum(ChecksumKind kind) {
            return checksums.get(kind);
        }

        /** A transaction that names it has committed. */
        void kept() {
            kept = true;
        }

        @Override
        public void close() {
            if (segment.blob() != null) {
                if (!kept) {
                    blobs.delete(segment.blob());
                }
                arriving.remove(segment.blob());
            }
        }
    }

    /** Reads a body to its end. Close what comes back once a transaction has named it, or has not. */
    Received receive(Body body, Set<ChecksumKind> kinds, long maxBytes) {
        long declared = body.length();
        if (declared > maxBytes) {
            throw tooLarge(declared, maxBytes);
        }
        var digests = new Digests(kinds);
        try {
            var in = new Counted(body.stream(), digests, maxBytes);
            byte[] head = in.readNBytes(IN_STORE_BYTES + 1);
            Segment segment;
            if (head.length <= IN_STORE_BYTES) {
                segment = Segment.of(head);
            } else {
                var blob = blobs.put(new SequenceInputStream(new ByteArrayInputStream(head), in));
                arriving.add(blob.id());
                segment = new Segment(blob.id(), 0, blob.size(), null);
            }
            var received = digests.received(this, segment);
            if (declared >= 0 && segment.length() != declared) {
                received.close();
                throw new S3.IncompleteBody(
                    "You did not provide the number of bytes specified by the Content-Length HTTP header");
            }
            return received;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static S3.EntityTooLarge tooLarge(long size, long maxBytes) {
        return new S3.EntityTooLarge(S3.EntityTooLarge.Detail.of(d -> d
            .message("Your proposed upload exceeds the maximum allowed size").proposedSize(size)
            .maxSizeAllowed(maxBytes)));
    }

    private static final class Digests {
        private final ChecksumKind.Running md5 = ChecksumKind.MD5.start();
        private final Map<ChecksumKind, ChecksumKind.Running> running = new EnumMap<>(ChecksumKind.class);

        Digests(Set<ChecksumKind> kinds) {
            kinds.forEach(kind -> running.put(kind, kind.start()));
        }

        void update(byte[] bytes, int offset, int length) {
            md5.update(bytes, offset, length);
            running.values().forEach(each -> each.update(bytes, offset, length));
        }

        String md5() {
            return HexFormat.of().formatHex(md5.value());
        }

        Map<ChecksumKind, byte[]> checksums() {
            var values = new EnumMap<ChecksumKind, byte[]>(ChecksumKind.class);
            running.forEach((kind, each) -> values.put(kind, each.value()));
            return values;
        }

        Received received(Contents contents, Segment segment) {
            return contents.new Received(segment, md5(), checksums());
        }
    }

    private static final class Counted extends InputStream {
        private final InputStream in;
        private final Digests digests;
        private final long maxBytes;
        private long count;

        Counted(InputStream in, Digests digests, long maxBytes) {
            this.in = in;
            this.digests = digests;
            this.maxBytes = maxBytes;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = in.read(into, offset, length);
            if (read > 0) {
                digests.update(into, offset, read);
                count += read;
                if (count > maxBytes) {
                    throw tooLarge(count, maxBytes);
                }
            }
            return read;
        }
    }

    /** The same as if the segments had been received: their digests, read from where they are. */
    Received digest(List<Segment> segments, Set<ChecksumKind> kinds) {
        var digests = new Digests(kinds);
        try (var in = open(segments)) {
            var buffer = new byte[BUFFER_BYTES];
            for (int read; (read = in.read(buffer)) >= 0; ) {
                digests.update(buffer, 0, read);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long size = segments.stream().mapToLong(Segment::length).sum();
        return digests.received(this, new Segment(null, 0, size, null));
    }

    InputStream open(List<Segment> segments) {
        return new Reading(segments);
    }

    /**
     * Segments one after the other. The first is open from the start; the blobs of the others stay until this is
     * closed.
     */
    private final class Reading extends InputStream {
        private final List<Segment> segments;
        private InputStream current;
        private int next = 1;
        private boolean closed;

        Reading(List<Segment> segments) {
            this.segments = segments;
            segments.stream().skip(1).filter(segment -> segment.blob() != null)
                .forEach(segment -> wanted.merge(segment.blob(), 1, Integer::sum));
            current = segments.isEmpty() ? InputStream.nullInputStream() : Contents.this.open(segments.getFirst());
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            while (true) {
                int read = current.read(into, offset, length);
                if (read >= 0 || next >= segments.size()) {
                    return read;
                }
                current.close();
                current = Contents.this.open(segments.get(next++));
            }
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                segments.stream().skip(1).filter(segment -> segment.blob() != null)
                    .forEach(segment -> wanted.computeIfPresent(segment.blob(), (_, count) -> count == 1 ? null
                    : count - 1));
                current.close();
            }
        }
    }

    /** Whether somebody is going to read a blob. */
    boolean isWanted(String blob) {
        return wanted.containsKey(blob);
    }

    private InputStream open(Segment segment) {
        return segment.blob() == null
            ? new ByteArrayInputStream(segment.here().array(), (int) segment.from(), (int) segment.length())
            : blobs.open(segment.blob(), segment.from(), segment.length());
    }

    Body body(List<Segment> segments) {
        long size = segments.stream().mapToLong(Segment::length).sum();
        return size == 0 ? Body.EMPTY : Body.of(open(segments), size);
    }

    Content get(ReadTx tx, long number) {
        return data.contents.get(tx, Key.of(number)).orElseThrow();
    }

    /** Writes a content's row and counts its blobs; the number to name it by. */
    long keep(Tx tx, Content content) {
        long number = S3Data.nextNumber(tx);
        data.contents.put(tx, Key.of(number), content);
        for (var segment : content.segments()) {
            if (segment.blob() != null) {
                var blob = Key.of(segment.blob());
                data.blobs.put(tx, blob, data.blobs.get(tx, blob).orElse(0L) + 1);
                // Of a copy onto itself, forgotten a moment ago.
                data.doomed.cancel(tx, blob);
            }
        }
        return number;
    }

    /** Deletes a content's row; blobs that nothing else names go a while later. */
    void forget(Tx tx, long number, Instant now) {
        var key = Key.of(number);
        var content = data.contents.get(tx, key);
        if (content.isEmpty()) {
            return;
        }
        data.contents.delete(tx, key);
        for (var segment : content.get().segments()) {
            if (segment.blob() != null) {
                var blob = Key.of(segment.blob());
                long left = data.blobs.get(tx, blob).orElse(1L) - 1;
                if (left > 0) {
                    data.blobs.put(tx, blob, left);
                } else {
                    data.blobs.delete(tx, blob);
                    data.doomed.add(tx, now.plus(GRACE), blob, Key.EMPTY);
                }
            }
        }
    }

    boolean isArriving(String blob) {
        return arriving.contains(blob);
    }
}
