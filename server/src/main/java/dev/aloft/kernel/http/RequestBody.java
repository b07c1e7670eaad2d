package dev.aloft.kernel.http;

import dev.aloft.api.Body;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
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
        this.ended = length == 0
                || length < 0
                        && request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2
                        && !request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
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
        ended = taken == length;
        return read;
    }

    @Override
    public int available() throws IOException {
        return ended ? 0 : content.available();
    }

    /** What a handler leaves unread is the server's matter: it is taken or the connection ends. */
    @Override
    public void close() {}

    boolean ended() {
        return ended;
    }

    /** Bytes still to come, or -1 when nobody knows. */
    long left() {
        return length < 0 ? -1 : length - taken;
    }

    boolean untouched() {
        return taken == 0;
    }

    /** Takes at most this much of what is left, and throws it away. */
    void drain(long most) {
        try {
            var rest = new byte[(int) Math.min(most, 65_536)];
            for (long left = most; left > 0 && !ended; ) {
                int read = content.read(rest, 0, rest.length);
                left -= read;
                ended = read < 0;
            }
        } catch (IOException e) {
            ended = true;
        }
    }
}
