package dev.aloft.kernel.delivery.poll;

/** Something that polls once it is started, until it is closed; what it has in hand then comes to its end. */
public interface Poller extends AutoCloseable {
    void start();

    @Override
    void close();
}
