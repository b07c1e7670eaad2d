package dev.aloft.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** One connection of a load. */
final class Caller implements AutoCloseable {
    private final SocketChannel channel;
    private final Load.Turn turn;
    private final Load.Times times;
    private final Answer answer;
    private final ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
    private final ByteBuffer out = ByteBuffer.allocateDirect(64 * 1024);
    private final int step;
    private long n;
    private int asked;
    private long begun;
    private long failed;

    /** @param number the turn it begins with, then each step-th after it */
    Caller(int port, Load.Turn turn, int number, int step, Load.Times times) throws IOException {
        this.turn = turn;
        this.times = times;
        this.step = step;
        n = number;
        answer = new Answer(turn.readsContent());
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    void register(Selector selector) throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
        begin();
    }

    /** Calls, and waits for each answer. */
    void callUntil(long end) throws IOException {
        begin();
        while (channel.isOpen()) {
            goOn(end);
        }
    }

    /** Takes what has come of the answer; when it is whole asks for what follows, or ends if it is time. */
    void goOn(long end) {
        try {
            in.clear();
            if (channel.read(in) < 0) {
                throw new EOFException();
            }
            if (!answer.take(in.flip())) {
                return;
            }
            var next = turn.next(answer, asked);
            if (next == null) {
                end(end);
            } else {
                send(next);
            }
        } catch (IOException e) {
            failed++;
            close();
        }
    }

    private void end(long end) throws IOException {
        long now = System.nanoTime();
        times.add(now - begun);
        failed += turn.end(answer, asked) ? 0 : 1;
        if (now < end) {
            begin();
        } else {
            channel.close();
        }
    }

    private void begin() throws IOException {
        begun = System.nanoTime();
        asked = 0;
        send(turn.first(n));
        n += step;
    }

    private void send(byte[] request) throws IOException {
        asked++;
        for (int at = 0; at < request.length; ) {
            int count = Math.min(out.capacity(), request.length - at);
            out.clear().put(request, at, count).flip();
            while (out.hasRemaining()) {
                channel.write(out);
            }
            at += count;
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    long failed() {
        return failed;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            failed++;
        }
    }
}
