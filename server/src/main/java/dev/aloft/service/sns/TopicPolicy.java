package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;

import dev.aloft.api.Arn;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.service.sns.SnsData.KeptTopic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The policy that says who may do what with a topic. */
final class TopicPolicy {
    private static final List<String> OWNERS_ACTIONS = List.of("SNS:GetTopicAttributes", "SNS:SetTopicAttributes",
            "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic", "SNS:Subscribe",
            "SNS:ListSubscriptionsByTopic", "SNS:Publish");
    private static final Set<String> ACTIONS = Set.of("GetTopicAttributes", "SetTopicAttributes", "AddPermission",
            "RemovePermission", "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish",
            "GetDataProtectionPolicy", "PutDataProtectionPolicy", "ListTagsForResource", "TagResource", "UntagResource",
            "Receive");

    private TopicPolicy() {
    }

    static String of(KeptTopic topic) {
        return topic.policy() == null ? standard(topic.arn()) : topic.policy();
    }

    /** What every topic has at first. */
    static String standard(String topicArn) {
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", "__default_statement_ID");
        statement.put("Effect", "Allow");
        statement.put("Principal", Map.of("AWS", "*"));
        statement.put("Action", OWNERS_ACTIONS);
        statement.put("Resource", topicArn);
        statement.put("Condition",
                Map.of("StringEquals", Map.of("AWS:SourceOwner", Arn.parse(topicArn).account())));
        var policy = new LinkedHashMap<String, Object>();
        policy.put("Version", "2008-10-17");
        policy.put("Id", "__default_policy_ID");
        policy.put("Statement", List.of(statement));
        return JsonWriter.string(policy);
    }

    /** The text of a policy that was set, without its white space. */
    static String checked(String text) {
        if (text.isEmpty()) {
            throw invalid("Policy is empty");
        }
        try {
            Policy.of(text, Policy.Kind.RESOURCE);
            var tree = (Map<?, ?>) JsonReader.tree(text);
            for (var statement : statements(tree)) {
                checkScope(statement);
            }
            return JsonWriter.string(tree);
        } catch (Policy.NobodyThere _) {
            throw nobodyThere();
        } catch (Policy.Malformed _) {
            throw invalid("Policy Error: null");
        }
    }

    /** Whom a topic's new policy names. */
    static Access naming(Access access, String policy) {
        return access.naming(Policy.named(policy, Policy.Kind.RESOURCE), _ -> nobodyThere());
    }

    private static Sns.InvalidParameterException nobodyThere() {
        return invalid("Policy Error: PrincipalNotFound");
    }

    private static void checkScope(Map<?, ?> statement) {
        var actions = statement.get("Action") instanceof List<?> many ? many
                : statement.get("Action") == null ? List.of() : List.of(statement.get("Action"));
        for (var action : actions) {
            if (!isInScope(action.toString())) {
                throw invalid("Policy statement action out of service scope!");
            }
        }
    }

    /** Not every action of SNS is one on topics. */
    private static boolean isInScope(String pattern) {
        var wanted = Pattern.compile("\\Q" + pattern.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E",
                Pattern.CASE_INSENSITIVE);
        return ACTIONS.stream().anyMatch(action -> wanted.matcher("sns:" + action).matches());
    }

    private static List<Map<?, ?>> statements(Map<?, ?> policy) {
        var statements = new ArrayList<Map<?, ?>>();
        if (policy.get("Statement") instanceof List<?> many) {
            many.forEach(each -> statements.add((Map<?, ?>) each));
        } else if (policy.get("Statement") instanceof Map<?, ?> one) {
            statements.add(one);
        }
        return statements;
    }

    static String allowing(KeptTopic topic, String label, List<String> accounts, List<String> actions) {
        var policy = policy(topic);
        var statements = new ArrayList<Object>(statements(policy));
        if (statements.stream().anyMatch(each -> label.equals(((Map<?, ?>) each).get("Sid")))) {
            throw invalid("Statement already exists");
        }
        if (!ACTIONS.containsAll(actions)) {
            throw invalid("Policy statement action out of service scope!");
        }
        if (!accounts.stream().allMatch(account -> account.matches("[0-9]{12}"))) {
            throw invalid("A provided account ID is not valid");
        }
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", label);
        statement.put("Effect", "Allow");
        statement.put("Principal",
                Map.of("AWS", oneOrMany(accounts.stream().map(it -> "arn:aws:iam::" + it + ":root").toList())));
        statement.put("Action", oneOrMany(actions.stream().map(it -> "SNS:" + it).toList()));
        statement.put("Resource", topic.arn());
        statements.add(statement);
        policy.put("Statement", statements);
        return JsonWriter.string(policy);
    }

    private static Object oneOrMany(List<String> values) {
        return values.size() == 1 ? values.getFirst() : values;
    }

    static String without(KeptTopic topic, String label) {
        var policy = policy(topic);
        policy.put("Statement", statements(policy).stream().filter(each -> !label.equals(each.get("Sid"))).toList());
        return JsonWriter.string(policy);
    }

    private static Map<String, Object> policy(KeptTopic topic) {
        var policy = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) JsonReader.tree(of(topic))).forEach((name, value) -> policy.put(name.toString(), value));
        return policy;
    }
}
