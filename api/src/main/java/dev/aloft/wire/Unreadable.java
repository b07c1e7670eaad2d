package dev.aloft.wire;

/** What came cannot be read as what the schema says; each protocol tells it with a code of its own. */
final class Unreadable extends IllegalArgumentException {
    Unreadable(String message) {
        super(message);
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
