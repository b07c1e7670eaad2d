package dev.aloft.kernel.delivery.poll;

/** Something that polls once it is started, until it is closed; what it has in hand then comes to its end. */
public interface Poller extends AutoCloseable {
    void start();

    /** Where order matters it begins once another one of the same, which was closed, has come to its end. */
    default void after(Poller before) {
    }

    /** Whether nothing is under way any more that matters to whoever comes after it. */
    default boolean hasEnded() {
        return true;
    }

    @Override
    void close();
}
