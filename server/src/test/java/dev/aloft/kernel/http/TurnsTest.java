package dev.aloft.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    /** Threads that were started and have no carrier yet. */
    private final Deque<Runnable> started = new ArrayDeque<>();
    private final List<String> served = new ArrayList<>();
    private final Turns turns = turns(HOUR);
    private Selector selector;
    private SocketChannel client;
    private SocketChannel channel;
    private SelectionKey key;
    private SocketChannelEndPoint connection;

    @BeforeEach
    void connect() throws IOException {
        selector = Selector.open();
        try (var listener = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            client = SocketChannel.open(listener.getLocalAddress());
            channel = listener.accept();
        }
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ);
        connection = turns.endPoint(channel, null, key, null);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        channel.close();
        selector.close();
    }

    @Test
    void servesInTheOrderOfArrivalWhicheverThreadComesFirst() {
        turns.execute(() -> served.add("first"));
        turns.execute(() -> served.add("second"));
        turns.execute(() -> served.add("third"));
        started.removeLast().run();
        started.removeFirst().run();
        started.removeFirst().run();
        assertThat(served).containsExactly("first", "second", "third");
    }

    @Test
    void leavesAConnectionAloneWhileNobodyElseWaits() throws IOException {
        send("one");
        assertThat(connection.fill(buffer())).isEqualTo(3);
        send("two");
        assertThat(connection.fill(buffer())).isEqualTo(3);
    }

    @Test
    void endsATurnWhenOthersWaitAndBeginsTheNextWhenBytesAreFound() throws IOException {
        send("one");
        turns.execute(() -> served.add("other"));
        connection.onSelected();
        assertThat(connection.fill(buffer())).isEqualTo(3);
        send("two");
        assertThat(connection.fill(buffer())).isZero();
        select();
        connection.onSelected();
        assertThat(connection.fill(buffer())).isEqualTo(3);
        assertThat(served).isEmpty();
    }

    @Test
    void goesOnWithAConnectionOnceTheOthersAreServed() throws IOException {
        turns.execute(() -> served.add("other"));
        send("one");
        assertThat(connection.fill(buffer())).isEqualTo(3);
        started.remove().run();
        send("two");
        assertThat(connection.fill(buffer())).isEqualTo(3);
    }

    @Test
    void aloneWaitsForTheNextRequestOfAQuickClient() {
        turns.execute(() -> {
            connection.onSelected();
            Thread.ofVirtual().start(() -> write("two"));
            served.add("filled " + fill());
        });
        started.remove().run();
        assertThat(served).containsExactly("filled 3");
    }

    @Test
    void doesNotWaitForLongWhateverTheClient() {
        var quick = turns(1_000_000);
        connection = quick.endPoint(channel, null, key, null);
        quick.execute(() -> {
            connection.onSelected();
            served.add("filled " + fill());
        });
        started.remove().run();
        assertThat(served).containsExactly("filled 0");
    }

    @Test
    void looksOnceMoreWhenTheOthersHaveHadTheirTurn() {
        turns.execute(() -> {
            connection.onSelected();
            turns.execute(() -> served.add("other"));
            assertThat(fill()).isZero();
            connection.fillInterested(Callback.from(() -> served.add("looks"), failure -> served.add("fails")));
        });
        while (!started.isEmpty()) {
            started.remove().run();
        }
        assertThat(served).containsExactly("other", "looks");
    }

    /** Carriers have a queue for each thread that starts others, and stay with one that does not end. */
    @Test
    void letsThreadsThatWaitElsewhereHaveTheirTurn() throws Exception {
        var endless = new Turns();
        var over = new AtomicBoolean();
        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            Thread.ofPlatform().start(() -> goOn(endless, over));
        }
        var ask = new Semaphore(0);
        var answer = new Semaphore(0);
        var other = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 20; i++) {
                ask.acquireUninterruptibly();
                answer.release();
            }
        });
        try {
            for (int i = 0; i < 20; i++) {
                ask.release();
                assertThat(answer.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            over.set(true);
            other.join();
        }
    }

    private static void goOn(Turns endless, AtomicBoolean over) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < 100_000) {
            Thread.onSpinWait();
        }
        if (!over.get()) {
            endless.execute(() -> goOn(endless, over));
        }
    }

    private Turns turns(long asideNanos) {
        return new Turns(0, asideNanos, HOUR, started::add);
    }

    private void send(String text) throws IOException {
        write(text);
        select();
    }

    private void write(String text) {
        try {
            client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int fill() {
        try {
            return connection.fill(buffer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until there are bytes. */
    private void select() throws IOException {
        selector.selectedKeys().clear();
        selector.select();
    }

    private static ByteBuffer buffer() {
        return BufferUtil.allocate(64);
    }
}
