package dev.aloft.service.sqs;

/** Sequence numbers as AWS tells them: 20 digits that grow within a group, with gaps. */
final class SequenceNumbers {
    private static final String FRONT = "1884";
    private static final long FIRST = 9_496_460_000_000_000L;
    private static final int STEP = 256;

    private SequenceNumbers() {}

    static String told(long sequence) {
        return FRONT + (FIRST + sequence * STEP);
    }
}
