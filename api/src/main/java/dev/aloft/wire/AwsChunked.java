package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Locale;

/**
 * Content in {@code aws-chunked} coding, decoded as it is read; where its chunks are signed and a secret is known, each
 * signature is checked when its chunk has passed. {@link #trailers()} holds what came after the content once it was
 * read to its end.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html">Chunked upload</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html">With trailing
 *     headers</a>
 */
public final class AwsChunked extends InputStream implements Body {
    private static final int MAX_LINE = 16 * 1024;
    private static final int MAX_TRAILERS = 32;

    private final InputStream encoded;
    private final long length;
    private final SigV4.ChunkSigner signer;
    private final boolean signedTrailers;
    private final Headers trailers = new Headers();
    private final byte[] buffer = new byte[16 * 1024];
    private int at;
    private int filled;
    private long leftInChunk;
    private long decoded;
    private boolean begun;
    private boolean ended;
    private boolean inTrailers;
    private MessageDigest chunkHash;
    private String chunkSignature;

    private AwsChunked(InputStream encoded, long length, boolean signedTrailers, SigV4.ChunkSigner signer) {
        this.encoded = encoded;
        this.signedTrailers = signedTrailers;
        this.length = length;
        this.signer = signer;
    }

    /** Whether a request's content is coded so. */
    public static boolean is(HttpRequest request) {
        var hash = request.headers().first("x-amz-content-sha256");
        if (hash != null && hash.startsWith("STREAMING-")) {
            return true;
        }
        if (!request.headers().has("x-amz-decoded-content-length")) {
            // Some clients name the coding and do not use it.
            return false;
        }
        for (var value : request.headers().all("content-encoding")) {
            for (var coding : value.split(",")) {
                if (coding.strip().equalsIgnoreCase("aws-chunked")) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The request with its content decoded and the coding gone from its headers; chunk signatures are not looked at.
     */
    public static HttpRequest decode(HttpRequest request) {
        return decode(request, null);
    }

    static HttpRequest decode(HttpRequest request, SigV4.ChunkSigner signer) {
        var headers = new Headers();
        request.headers().forEach((name, value) -> {
            if (name.equalsIgnoreCase("content-encoding")) {
                var rest = withoutOurs(value);
                if (!rest.isEmpty()) {
                    headers.add(name, rest);
                }
            } else if (!name.equalsIgnoreCase("content-length")) {
                headers.add(name, value);
            }
        });
        long length = -1;
        var declared = request.headers().first("x-amz-decoded-content-length");
        if (declared != null) {
            try {
                length = Long.parseLong(declared.strip());
            } catch (NumberFormatException e) {
                length = -2;
            }
            if (length < 0) {
                throw ApiError.of("InvalidArgument", 400, "The x-amz-decoded-content-length header is not a number.");
            }
            headers.add("content-length", declared.strip());
        }
        return new HttpRequest(
                request.method(),
                request.scheme(),
                request.rawPath(),
                request.rawQuery(),
                headers,
                new AwsChunked(
                        request.body().stream(),
                        length,
                        SigV4.SIGNED_TRAILERS.equals(request.headers().first("x-amz-content-sha256")),
                        signer),
                request.remoteAddress());
    }

    private static String withoutOurs(String codings) {
        var rest = new StringBuilder();
        for (var coding : codings.split(",")) {
            if (!coding.strip().equalsIgnoreCase("aws-chunked") && !coding.isBlank()) {
                rest.append(rest.isEmpty() ? "" : ",").append(coding.strip());
            }
        }
        return rest.toString();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream stream() {
        return this;
    }

    /** The trailing headers, such as {@code x-amz-checksum-crc32}; complete once the content was read to its end. */
    public Headers trailers() {
        return trailers;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (leftInChunk == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int wanted = (int) Math.min(count, leftInChunk);
        int read;
        if (at < filled) {
            read = Math.min(wanted, filled - at);
            System.arraycopy(buffer, at, into, offset, read);
            at += read;
        } else {
            read = encoded.read(into, offset, wanted);
            if (read < 0) {
                throw SignatureErrors.incompleteBody();
            }
        }
        if (chunkHash != null) {
            chunkHash.update(into, offset, read);
        }
        leftInChunk -= read;
        decoded += read;
        if (decoded == length && leftInChunk == 0) {
            // A reader that knows the length may not ask for the end, where signatures and trailers are.
            nextChunk();
        }
        return read;
    }

    @Override
    public void close() {
        try {
            encoded.close();
        } catch (IOException e) {
            // The content is read or given up; the connection's end is the listener's matter.
            ended = true;
        }
    }

    private void nextChunk() throws IOException {
        if (begun) {
            if (!line().isEmpty()) {
                throw malformed("A chunk is longer than its length says.");
            }
            checkChunk();
        }
        begun = true;
        var header = line();
        int semicolon = header.indexOf(';');
        var size = (semicolon < 0 ? header : header.substring(0, semicolon)).strip();
        if (size.isEmpty() || size.length() > 15) {
            throw malformed("A chunk has no length.");
        }
        try {
            leftInChunk = Long.parseLong(size, 16);
        } catch (NumberFormatException e) {
            throw malformed("A chunk's length is not hexadecimal.");
        }
        if (leftInChunk < 0) {
            throw malformed("A chunk's length is negative.");
        }
        if (length >= 0 && decoded + leftInChunk > length) {
            throw SignatureErrors.incompleteBody();
        }
        if (signer != null) {
            int signature = header.indexOf("chunk-signature=");
            if (signature < 0) {
                throw malformed("A chunk has no signature.");
            }
            chunkSignature = header.substring(signature + "chunk-signature=".length()).strip();
            chunkHash = SigV4.sha256();
        }
        if (leftInChunk == 0) {
            checkChunk();
            readTrailers();
            ended = true;
            if (length >= 0 && decoded != length) {
                throw SignatureErrors.incompleteBody();
            }
        }
    }

    private void checkChunk() {
        if (chunkHash != null) {
            signer.chunk(chunkSignature, chunkHash.digest());
            chunkHash = null;
        }
    }

    /** Lines of {@code name:value} until an empty one or the end; some clients leave the last empty line away. */
    private void readTrailers() throws IOException {
        var signed = new StringBuilder();
        String signature = null;
        inTrailers = true;
        for (var line = line(); line != null; line = line()) {
            if (line.isEmpty()) {
                if (signature != null || !signedTrailers) {
                    break;
                }
                // AWS's own example has an empty line between the trailing headers and their signature.
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 0 || trailers.size() >= MAX_TRAILERS) {
                throw ApiError.of("MalformedTrailerError", 400, "The request contained trailing data that was not "
                        + "well-formed or did not conform to our published schema.");
            }
            var name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            var value = line.substring(colon + 1).strip();
            if (name.equals("x-amz-trailer-signature")) {
                signature = value;
            } else {
                signed.append(name).append(':').append(value).append('\n');
                trailers.add(name, value);
            }
        }
        if (signer != null && signedTrailers) {
            if (signature == null) {
                throw malformed("The trailing headers have no signature.");
            }
            signer.trailers(signature, signed.toString());
        }
    }

    /** The next line without its end; null at the end of everything, where only trailers may be missing. */
    private String line() throws IOException {
        var line = new StringBuilder();
        while (true) {
            if (at >= filled) {
                at = 0;
                filled = Math.max(0, encoded.read(buffer, 0, buffer.length));
                if (filled == 0) {
                    if (inTrailers) {
                        return line.isEmpty() ? null : line.toString();
                    }
                    throw SignatureErrors.incompleteBody();
                }
            }
            char c = (char) (buffer[at++] & 0xff);
            if (c == '\n') {
                int end = line.length();
                return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
            }
            line.append(c);
            if (line.length() > MAX_LINE) {
                throw malformed("A line between chunks is too long.");
            }
        }
    }

    private static ApiError malformed(String why) {
        return ApiError.of("InvalidRequest", 400, "The content is not well-formed aws-chunked coding. " + why);
    }
}
