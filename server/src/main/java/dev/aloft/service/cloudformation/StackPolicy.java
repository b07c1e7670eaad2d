package dev.aloft.service.cloudformation;

import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.TemplateReader;
import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What updates may do to which resources of a stack. Without statements it protects nothing; with them, what none
 * allows is denied.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html">AWS: stack
 *     policies</a>
 */
public final class StackPolicy {
    public static final String MODIFY = "Update:Modify";
    public static final String REPLACE = "Update:Replace";
    public static final String DELETE = "Update:Delete";

    private static final Set<String> ACTIONS = Set.of(MODIFY, REPLACE, DELETE, "Update:*");
    private static final Set<String> KEYS =
            Set.of("Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition");

    /** @param types patterns of the resource types that it is about; all if empty */
    private record Statement(boolean allows, boolean isOtherActions, List<String> actions, boolean isOtherResources,
            List<String> resources, List<String> types) {
        boolean matches(String action, String logicalId, String type) {
            return isOtherActions != actions.stream().anyMatch(each -> like(each, action))
                    && isOtherResources != resources.stream()
                            .anyMatch(each -> like(each, "LogicalResourceId/" + logicalId))
                    && (types.isEmpty() || types.stream().anyMatch(each -> like(each, type)));
        }
    }

    private final List<Statement> statements = new ArrayList<>();

    private StackPolicy() {
    }

    /** A policy that protects nothing. */
    public static StackPolicy none() {
        return new StackPolicy();
    }

    public static StackPolicy of(String text) {
        var policy = new StackPolicy();
        try {
            var document = TemplateReader.read(text);
            if (!Set.of("Version", "Statement").containsAll(document.keySet())) {
                throw invalid();
            }
            var given = document.get("Statement");
            var all = given instanceof Map<?, ?> ? List.of(given) : Trees.list(given);
            all.forEach(each -> policy.statements.add(statement(Trees.map(each))));
        } catch (TemplateError _) {
            throw invalid();
        }
        return policy;
    }

    private static RuntimeException invalid() {
        return Refusals.validation("Error validating stack policy: Invalid stack policy");
    }

    private static Statement statement(Map<String, Object> given) {
        var effect = given.get("Effect");
        var actions = texts(given.containsKey("Action") ? given.get("Action") : given.get("NotAction"));
        var resources = texts(given.containsKey("Resource") ? given.get("Resource") : given.get("NotResource"));
        if (!KEYS.containsAll(given.keySet()) || !("Allow".equals(effect) || "Deny".equals(effect))
                || !"*".equals(given.get("Principal")) || actions.isEmpty() || !ACTIONS.containsAll(actions)
                || resources.isEmpty()) {
            throw invalid();
        }
        var types = new ArrayList<String>();
        Trees.map(given.get("Condition")).forEach((operator, keys) -> {
            if (!Set.of("StringEquals", "StringLike").contains(operator)
                    || !Set.of("ResourceType").containsAll(Trees.map(keys).keySet())) {
                throw invalid();
            }
            types.addAll(texts(Trees.map(keys).get("ResourceType")));
        });
        return new Statement("Allow".equals(effect), given.containsKey("NotAction"), actions,
                given.containsKey("NotResource"), resources, types);
    }

    private static List<String> texts(Object given) {
        return given instanceof String one ? List.of(one)
                : Trees.list(given).stream().map(Trees::text).toList();
    }

    private static boolean like(String pattern, String text) {
        var regex = Pattern.compile("\\*").splitAsStream(pattern + " ").map(Pattern::quote)
                .collect(Collectors.joining(".*"));
        return Pattern.matches(regex, text + " ");
    }

    /** Why an update may not do that to a resource, if so. */
    public Optional<String> denial(String action, String logicalId, String type) {
        var about = statements.stream().filter(each -> each.matches(action, logicalId, type)).toList();
        return statements.isEmpty() || !about.isEmpty() && about.stream().allMatch(Statement::allows)
                ? Optional.empty()
                : Optional.of(about.isEmpty() ? "Action not allowed by stack policy"
                        : "Action denied by stack policy");
    }
}
