package dev.aloft.kernel.http;

import dev.aloft.api.Body;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * A request's content, read from the connection as it is asked for; reading is what tells a client that waits for
 * {@code 100 Continue} to go on.
 */
final class RequestBody extends InputStream implements Body {
    private final long length;
    private final long limit;
    private final InputStream content;
    private long taken;
    private boolean ended;

    RequestBody(Request request, long limit) {
        this.length = request.getLength();
        this.limit = limit;
        this.content = Content.Source.asInputStream(request);
        this.ended = length == 0;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream stream() {
        return this;
    }

    @Override
    public byte[] bytes(long most) {
        if (length > most) {
            throw new TooLarge(most);
        }
        try {
            if (length < 0) {
                var bytes = readNBytes((int) Math.min(most + 1, Integer.MAX_VALUE - 8));
                if (bytes.length > most) {
                    throw new TooLarge(most);
                }
                return bytes;
            }
            var bytes = new byte[(int) (length - taken)];
            int at = 0;
            while (at < bytes.length) {
                int count = read(bytes, at, bytes.length - at);
                if (count < 0) {
                    throw new ClientGone(null);
                }
                at += count;
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
        if (ended) {
            return -1;
        }
        int read;
        try {
            read = content.read(into, offset, count);
        } catch (IOException e) {
            throw new ClientGone(e);
        }
        if (read < 0) {
            ended = true;
            return -1;
        }
        taken += read;
        if (taken > limit) {
            throw new TooLarge(limit);
        }
        return read;
    }

    @Override
    public int available() throws IOException {
        return ended ? 0 : content.available();
    }

    /** What a handler leaves unread is the server's matter: it is taken or the connection ends. */
    @Override
    public void close() {}

    boolean untouched() {
        return taken == 0;
    }

    /** Takes a rest of at most this many bytes, so that a client still sending gets to read its answer. */
    boolean drain(long most) {
        try {
            var rest = new byte[(int) Math.min(most, 65_536)];
            long left = most;
            while (left > 0) {
                int read = read(rest, 0, rest.length);
                if (read < 0) {
                    return true;
                }
                left -= read;
            }
            return false;
        } catch (IOException | TooLarge e) {
            return false;
        }
    }
}
