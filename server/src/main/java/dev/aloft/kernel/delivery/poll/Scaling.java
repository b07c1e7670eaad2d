package dev.aloft.kernel.delivery.poll;

/**
 * How many batches of a queue are under way at once.
 *
 * @param first          from the start and after idleness
 * @param least          however many fail
 * @param most           at the most
 * @param moreEachSecond while all that is allowed is under way
 * @param pollers        whether it counts in event pollers, each of which has {@link #OF_A_POLLER} batches under way
 */
public record Scaling(int first, int least, int most, double moreEachSecond, boolean pollers) {
    /** @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html">Provisioned mode</a> */
    static final int OF_A_POLLER = 10;
    private static final int FIRST = 5;
    private static final int MOST = 1_250;
    private static final double MORE_EACH_SECOND = 300.0 / 60;
    private static final double MORE_EACH_SECOND_OF_POLLERS = 1_000.0 / 60;

    /** What AWS gives unasked. */
    public static Scaling upTo(int most) {
        return new Scaling(FIRST, 1, most == 0 ? MOST : most, MORE_EACH_SECOND, false);
    }

    /** So many event pollers at least and at most. */
    public static Scaling provisioned(int leastPollers, int mostPollers) {
        int least = leastPollers * OF_A_POLLER;
        return new Scaling(least, least, mostPollers * OF_A_POLLER, MORE_EACH_SECOND_OF_POLLERS, true);
    }
}
