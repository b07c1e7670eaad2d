package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Which functions a chain of requests has been through and how often, as the X-Ray trace header carries it from
 * function to function: {@code Root=…;Parent=…;Sampled=0;Lineage=a87bd80c:1|68fd508a:5}.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html">Recursive loop detection</a>
 */
public final class Lineage {
    /** So often a function runs in one chain; what comes after that is a loop. */
    public static final int MOST = 16;
    private static final String PART = "Lineage=";
    /** Loops are seen through these; other services begin a new chain. */
    private static final Set<String> CARRIERS =
            Set.of("lambda.amazonaws.com", "sqs.amazonaws.com", "sns.amazonaws.com", "s3.amazonaws.com");

    private Lineage() {}

    /** How often the chain has been through this function. */
    public static int count(String header, String functionArn) {
        var hash = hash(functionArn);
        return entries(header).stream().filter(entry -> entry.startsWith(hash)).mapToInt(Lineage::times)
                .max().orElse(0);
    }

    /** The header that the function itself is given: the chain has been through it once more. */
    static String through(String header, String functionArn) {
        var hash = hash(functionArn);
        var entries = new ArrayList<>(entries(header));
        entries.removeIf(entry -> entry.startsWith(hash));
        entries.add(hash + (count(header, functionArn) + 1));
        return without(header) + ";" + PART + String.join("|", entries);
    }

    /** The header of a call, without the chain where the one who calls does not carry it on. */
    public static String of(Caller caller) {
        return caller.trace() != null && caller.principal() instanceof Principal.Service(var name, var _)
                && !CARRIERS.contains(name)
                ? without(caller.trace()) : caller.trace();
    }

    private static String without(String header) {
        return String.join(";", Arrays.stream(header.split(";"))
                .filter(part -> !part.regionMatches(true, 0, PART, 0, PART.length())).toList());
    }

    private static List<String> entries(String header) {
        return header == null ? List.of() : Arrays.stream(header.split(";"))
                .filter(part -> part.regionMatches(true, 0, PART, 0, PART.length()))
                .flatMap(part -> Arrays.stream(part.substring(PART.length()).split("[|,]"))).toList();
    }

    private static int times(String entry) {
        try {
            return Integer.parseInt(entry.substring(entry.lastIndexOf(':') + 1));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static String hash(String functionArn) {
        return String.format("%08x:", functionArn.hashCode());
    }
}
