package dev.aloft.service.sqs;

import java.util.Map;
import java.util.Set;

/**
 * How a queue behaves in ways that AWS does not let one choose: said with tags, which every tool can set, and which do
 * nothing on AWS. The same messages sent in the same order are disturbed in the same way each time.
 *
 * <pre>
 *   aloft:duplicates  the share of messages that are received twice, from 0 to 1
 *   aloft:reorder     the share of messages that up to ten others overtake that were sent after them, from 0 to 1
 *   aloft:seed        which messages these are: a whole number
 *   aloft:throttling  true: a FIFO queue takes as many calls in a second as on AWS
 * </pre>
 *
 * <p>The last is for FIFO queues only, the others for standard queues.
 */
record QueueSettings(double duplicates, double reorder, long seed, boolean throttling) {
    private static final QueueSettings NONE = new QueueSettings(0, 0, 0, false);
    /** So many others overtake a message at the most. */
    static final int FARTHEST = 10;
    private static final String PREFIX = "aloft:";
    private static final String DUPLICATES = PREFIX + "duplicates";
    private static final String REORDER = PREFIX + "reorder";
    private static final String SEED = PREFIX + "seed";
    private static final String THROTTLING = PREFIX + "throttling";
    private static final Set<String> KNOWN = Set.of(DUPLICATES, REORDER, SEED, THROTTLING);
    private static final long TWICE = 1;
    private static final long LATE = 2;
    private static final long HOW_LATE = 3;

    static QueueSettings of(Map<String, String> tags) {
        return tags.isEmpty() ? NONE : new QueueSettings(share(tags, DUPLICATES), share(tags, REORDER), seed(tags),
            flag(tags));
    }

    /** What nobody would act on is refused. */
    static void check(Map<String, String> tags, boolean fifo) {
        tags.keySet().stream().filter(key -> key.startsWith(PREFIX)).sorted().forEach(key -> {
            if (!KNOWN.contains(key)) {
                throw Errors.invalid("There is no setting " + key + ". Settings: " + KNOWN.stream().sorted().toList());
            }
            if (fifo != key.equals(THROTTLING)) {
                throw Errors.invalid("The setting " + key + " is for " + (fifo ? "standard" : "FIFO")
                    + " queues only.");
            }
        });
        of(tags);
    }

    private static double share(Map<String, String> tags, String name) {
        var text = tags.getOrDefault(name, "0");
        try {
            double share = Double.parseDouble(text);
            if (share >= 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw Errors.invalid("The setting " + name + " is a share from 0 to 1, not " + text);
    }

    private static long seed(Map<String, String> tags) {
        var text = tags.getOrDefault(SEED, "0");
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw Errors.invalid("The setting " + SEED + " is a whole number, not " + text);
        }
    }

    private static boolean flag(Map<String, String> tags) {
        var text = tags.getOrDefault(THROTTLING, "false");
        if (!text.equals("true") && !text.equals("false")) {
            throw Errors.invalid("The setting " + THROTTLING + " is true or false, not " + text);
        }
        return text.equals("true");
    }

    boolean areNone() {
        return duplicates == 0 && reorder == 0;
    }

    boolean reorders() {
        return reorder > 0;
    }

    /** Whether a message is received twice. */
    boolean isDuplicated(long sequence) {
        return duplicates > 0 && chance(sequence, TWICE) < duplicates;
    }

    /** How many others overtake a message. */
    int lateness(long sequence) {
        return reorder > 0 && chance(sequence, LATE) < reorder ? 1 + (int) (chance(sequence, HOW_LATE) * FARTHEST) : 0;
    }

    /** A number from 0 to 1 that only the seed, the message and the question decide; by the steps of SplitMix64. */
    private double chance(long sequence, long question) {
        long mixed = (seed * 31 + sequence) * 31 + question;
        mixed *= 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return ((mixed ^ mixed >>> 31) >>> 11) * 0x1.0p-53;
    }
}
