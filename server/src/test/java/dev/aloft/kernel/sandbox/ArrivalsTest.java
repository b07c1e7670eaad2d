package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    /** What comes, one after the other: connections and failures; then the listener is closed. */
    private final Queue<Object> coming = new ArrayDeque<>();
    private final List<Coming> served = new ArrayList<>();
    private final Arrivals<Coming> arrivals = new Arrivals<>("a test", () -> !coming.isEmpty(), this::accept);

    private static final class Coming implements Closeable {
        boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }

    private Coming accept() throws IOException {
        return switch (coming.remove()) {
            case IOException e -> throw e;
            case Coming connection -> connection;
            case Object other -> throw new IllegalStateException(other.toString());
        };
    }

    @Test
    void goesOnWhenTooManyFilesAreOpen() {
        var first = new Coming();
        var last = new Coming();
        coming.addAll(List.of(first, new IOException("Too many open files"),
                new IOException("Too many open files"), last));
        arrivals.serve(served::add);
        assertThat(served).containsExactly(first, last);
    }

    @Test
    void closesAConnectionThatCannotBeServedAndGoesOn() {
        var reset = new Coming();
        var refused = new Coming();
        var last = new Coming();
        coming.addAll(List.of(reset, refused, last));
        arrivals.serve(connection -> {
            if (connection == reset) {
                throw new IOException("Connection reset");
            }
            if (connection == refused) {
                throw new IllegalStateException("closing");
            }
            served.add(connection);
        });
        assertThat(served).containsExactly(last);
        assertThat(List.of(reset.closed, refused.closed, last.closed)).containsExactly(true, true, false);
    }

    @Test
    void endsWhenTheListenerIsClosed() {
        coming.add(new IOException("Socket closed"));
        arrivals.serve(served::add);
        assertThat(served).isEmpty();
    }
}
