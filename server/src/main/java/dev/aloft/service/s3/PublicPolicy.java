package dev.aloft.service.s3;

import dev.aloft.api.JsonReader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Whether a bucket policy grants something to everybody: a statement that allows any principal, with no condition that
 * holds to fixed values of who or from where.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html">
 *     AWS: the meaning of "public"</a>
 */
final class PublicPolicy {
    private static final Set<String> NARROWING = Set.of("aws:principalorgid", "aws:principalorgpaths",
        "aws:principalaccount", "aws:principalarn", "aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce",
        "aws:sourceaccount", "aws:sourceowner", "aws:userid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
        "s3:x-amz-server-side-encryption" + "-aws-kms-key-id");

    private PublicPolicy() {
    }

    static boolean is(String document) {
        return JsonReader.tree(document) instanceof Map<?, ?> policy && statements(policy.get("Statement")).stream()
            .anyMatch(PublicPolicy::isPublic);
    }

    private static List<?> statements(Object statement) {
        return statement instanceof List<?> list ? list : statement == null ? List.of() : List.of(statement);
    }

    private static boolean isPublic(Object each) {
        return each instanceof Map<?, ?> statement && "Allow".equals(statement.get("Effect"))
            && (statement.containsKey("NotPrincipal") || isAnybody(statement.get("Principal")))
            && !isNarrowed(statement.get("Condition"));
    }

    private static boolean isAnybody(Object principal) {
        return switch (principal) {
            case String text -> text.equals("*");
            case Map<?, ?> kinds -> isAnybody(kinds.get("AWS"));
            case List<?> list -> list.stream().anyMatch(PublicPolicy::isAnybody);
            case null, default -> false;
        };
    }

    private static boolean isNarrowed(Object condition) {
        return condition instanceof Map<?, ?> operators && operators.entrySet().stream().anyMatch(operator ->
            !operator.getKey().toString().contains("Not") && operator.getValue() instanceof Map<?, ?> keys
                && keys.entrySet().stream().anyMatch(key -> NARROWING.contains(key.getKey().toString()
                .toLowerCase(Locale.ROOT))
                    && isFixed(key.getValue())));
    }

    private static boolean isFixed(Object value) {
        return value instanceof List<?> list ? list.stream().allMatch(PublicPolicy::isFixed)
            : !String.valueOf(value).contains("*") && !String.valueOf(value).contains("${")
                && !String.valueOf(value).equals("0.0.0.0/0");
    }
}
