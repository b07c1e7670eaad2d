package dev.aloft.kernel.delivery;

/**
 * Deliveries that share their fate: those to one target.
 *
 * @param name    mostly the target's ARN
 * @param ordered one at a time in the order of their ids, and one that fails holds up those behind it; else up to
 *                {@link Deliveries#MOST_OF_A_LANE} at once in the order in which they fall due
 */
public record Lane(String name, boolean ordered) {
    public static Lane of(String name) {
        return new Lane(name, false);
    }

    public static Lane ordered(String name) {
        return new Lane(name, true);
    }
}
