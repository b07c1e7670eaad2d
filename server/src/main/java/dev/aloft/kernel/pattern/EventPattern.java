package dev.aloft.kernel.pattern;

import java.io.IOException;
import java.util.regex.Pattern;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.MachineComplexityEvaluator;
import software.amazon.event.ruler.Ruler;

/** One pattern that was read and found good. */
public final class EventPattern {
    /** In how many states at once a wildcard may leave the matcher. */
    private static final int MOST_COMPLEX = 50;
    private static final Pattern TOKEN = Pattern.compile("Unrecognized token '([^']*)'.*column: (\\d+)]$",
            Pattern.DOTALL);

    private final String json;

    private EventPattern(String json) {
        this.json = json;
    }

    /** The pattern is none. The message is what AWS puts after {@code Event pattern is not valid. Reason: }. */
    public static final class Malformed extends Exception {
        Malformed(String reason) {
            super(reason, null, false, false);
        }
    }

    public static EventPattern parse(String json) throws Malformed {
        String reason;
        try {
            reason = JsonRuleCompiler.check(json);
        } catch (RuntimeException e) {
            throw new Malformed(e.getMessage());
        }
        if (reason != null) {
            throw new Malformed(place(reason));
        }
        if (hasWildcard(json) && isTooComplex(json)) {
            throw new Malformed("Rule is too complex - try using fewer wildcard characters or fewer repeating "
                + "character sequences after a wildcard character");
        }
        return new EventPattern(json);
    }

    /** Whether a pattern that is good has a wildcard filter. */
    public static boolean hasWildcard(String json) {
        return json.contains("\"wildcard\"");
    }

    /** AWS names the end of a token that it does not know; the parser in use here names its beginning. */
    private static String place(String reason) {
        var token = TOKEN.matcher(reason);
        if (!token.find()) {
            return reason;
        }
        int end = Integer.parseInt(token.group(2)) + token.group(1).length();
        return reason.substring(0, token.start(2)) + end + "]";
    }

    private static boolean isTooComplex(String json) {
        var machine = new Machine();
        try {
            machine.addRule("", json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return machine.evaluateComplexity(new MachineComplexityEvaluator(MOST_COMPLEX)) >= MOST_COMPLEX;
    }

    /** Whether an event, a JSON object, is wanted. What is no JSON object is not. */
    public boolean matches(String event) {
        try {
            return Ruler.matchesRule(event, json);
        } catch (Exception e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return json;
    }
}
