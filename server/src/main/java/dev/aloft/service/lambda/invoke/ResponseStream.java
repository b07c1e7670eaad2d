package dev.aloft.service.lambda.invoke;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An answer on its way from the function to the caller, passed on as it comes. The function waits while the caller does
 * not take what is there; a caller that left is nobody to wait for, and the function runs on to its end.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html">Response
 *     streaming</a>
 */
public final class ResponseStream implements AutoCloseable {
    /** The longest answer that is streamed, in bytes. */
    static final long MOST_BYTES = 200L * 1024 * 1024;
    /** What the function may be ahead of the caller, in bytes. */
    private static final int AHEAD = 256 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private long writtenBytes;
    private String contentType;
    private boolean left;
    private Invocations.Result result;
    private RuntimeException refusal;

    // ---- the function's side

    /** The first byte may follow. */
    void begin(String contentType) {
        lock.lock();
        try {
            this.contentType = contentType;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void write(byte[] bytes) throws InterruptedException {
        lock.lock();
        try {
            writtenBytes += bytes.length;
            while (waitingBytes > AHEAD && !left && !over()) {
                changed.await();
            }
            if (bytes.length > 0 && !left && !over()) {
                waiting.addLast(bytes);
                waitingBytes += bytes.length;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How much the function wrote, whoever took it. */
    long writtenBytes() {
        lock.lock();
        try {
            return writtenBytes;
        } finally {
            lock.unlock();
        }
    }

    /** The invocation is over and its log is written. */
    void end(Invocations.Result ended) {
        lock.lock();
        try {
            result = ended;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The function was never asked. */
    void refuse(RuntimeException why) {
        lock.lock();
        try {
            refusal = why;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean over() {
        return result != null || refusal != null;
    }

    // ---- the caller's side

    /** Waits for the first word of the function, or for its end without one. */
    void awaitBeginning() throws InterruptedException {
        lock.lock();
        try {
            while (contentType == null && !over()) {
                changed.await();
            }
            if (refusal != null) {
                throw refusal;
            }
        } finally {
            lock.unlock();
        }
    }

    /** What the function says its answer is; empty if it failed before it said so. */
    public Optional<String> contentType() {
        lock.lock();
        try {
            return Optional.ofNullable(contentType);
        } finally {
            lock.unlock();
        }
    }

    /** The next bytes, once there are some; nothing at the end. */
    public Optional<byte[]> next() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !over()) {
                changed.await();
            }
            byte[] first = waiting.pollFirst();
            if (first == null) {
                return Optional.empty();
            }
            waitingBytes -= first.length;
            changed.signalAll();
            return Optional.of(first);
        } finally {
            lock.unlock();
        }
    }

    /** All that is still to come, as a stream. */
    public InputStream body() {
        return new InputStream() {
            private byte[] current = new byte[0];
            private int at;

            private boolean fill() throws IOException {
                try {
                    while (at == current.length) {
                        Optional<byte[]> more = next();
                        if (more.isEmpty()) {
                            return false;
                        }
                        current = more.get();
                        at = 0;
                    }
                    return true;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException();
                }
            }

            @Override
            public int read() throws IOException {
                return fill() ? current[at++] & 0xff : -1;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (!fill()) {
                    return -1;
                }
                int count = Math.min(length, current.length - at);
                System.arraycopy(current, at, into, offset, count);
                at += count;
                return count;
            }

            @Override
            public void close() {
                ResponseStream.this.close();
            }
        };
    }

    /** How the invocation ended, once {@link #next} has come to the end. */
    public Invocations.Result result() {
        lock.lock();
        try {
            return result;
        } finally {
            lock.unlock();
        }
    }

    /** The caller takes no more. */
    @Override
    public void close() {
        lock.lock();
        try {
            left = true;
            waiting.clear();
            waitingBytes = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
