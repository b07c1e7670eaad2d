package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Policies property: policy templates, documents, and managed policies by name or ARN. */
final class Policies {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z]+)=([A-Za-z]+)}");

    /** What one entry turned out to be. */
    enum Kind { MANAGED, DOCUMENT, UNKNOWN }

    private record PolicyTemplate(List<String> parameters, List<String> statements) {
    }

    private static final Map<String, PolicyTemplate> TEMPLATES = new HashMap<>();
    private static final Map<String, String> MANAGED = new HashMap<>();

    static {
        PolicyTemplate open = null;
        for (var line : lines("policy-templates.txt")) {
            if (line.startsWith("  ")) {
                open.statements().add(line.strip());
            } else {
                var words = line.split(" ");
                open = new PolicyTemplate(List.of(words).subList(1, words.length), new ArrayList<>());
                TEMPLATES.put(words[0], open);
            }
        }
        for (var line : lines("managed-policies.txt")) {
            var words = line.split(" ");
            for (int i = 1; i < words.length; i++) {
                MANAGED.put(words[i], (words[0].equals("/") ? "" : words[0]) + words[i]);
            }
        }
    }

    private Policies() {
    }

    private static List<String> lines(String resource) {
        try (var in = Policies.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The entries of a Policies property, with policy templates written out. */
    static List<Object> entries(String id, Object policies) {
        var entries = new ArrayList<>();
        for (var policy : policies instanceof List<?> list ? list : Functions.given(policies) ? List.of(policies)
                : List.of()) {
            entries.add(expanded(id, policy));
        }
        return entries;
    }

    private static Object expanded(String id, Object policy) {
        if (Functions.isIf(policy)) {
            var branches = Trees.list(Trees.map(policy).get("Fn::If"));
            if (branches.size() != 3) {
                throw new SamError("Fn::If requires 3 arguments");
            }
            return Functions.either(branches.get(0), expanded(id, branches.get(1)), expanded(id, branches.get(2)));
        }
        if (policy instanceof Map<?, ?> map && map.size() == 1) {
            var name = (String) map.keySet().iterator().next();
            if (TEMPLATES.containsKey(name)) {
                return document(id, name, TEMPLATES.get(name), map.get(name));
            }
        }
        return policy;
    }

    static Kind kind(Object policy) {
        if (Functions.isIf(policy)) {
            var branches = Trees.list(Trees.map(policy).get("Fn::If"));
            var then = kind(branches.get(1));
            var otherwise = kind(branches.get(2));
            if (then == otherwise || Functions.isNoValue(branches.get(2))) {
                return then;
            }
            if (Functions.isNoValue(branches.get(1))) {
                return otherwise;
            }
            throw new SamError("Different policy types within the same Fn::If statement is unsupported. "
                    + "Separate different policy types into different Fn::If statements");
        }
        return policy instanceof String || Functions.isFunction(policy) ? Kind.MANAGED
                : policy instanceof Map<?, ?> map && map.containsKey("Statement") ? Kind.DOCUMENT : Kind.UNKNOWN;
    }

    /** The ARN of a managed policy that AWS has; any other text is taken as it is. */
    static String arn(String partition, String name) {
        return MANAGED.containsKey(name) ? "arn:" + partition + ":iam::aws:policy/" + MANAGED.get(name) : name;
    }

    private static Map<String, Object> document(String id, String name, PolicyTemplate template, Object given) {
        if (!(given instanceof Map)) {
            throw SamError.resource(id, "Must specify valid parameter values for policy template '" + name + "'");
        }
        var values = Trees.map(given);
        var missing = template.parameters().stream().filter(parameter -> !values.containsKey(parameter)).toList();
        if (!missing.isEmpty()) {
            throw SamError.resource(id, "Following required parameters of template '" + name + "' don't have values: ['"
                    + String.join("', '", missing) + "']");
        }
        var statements = new ArrayList<>();
        template.statements().forEach(line -> statements.add(statement(line, values)));
        return Functions.map("Statement", statements);
    }

    private static Map<String, Object> statement(String line, Map<String, Object> values) {
        int on = line.indexOf(" on ");
        int condition = line.indexOf(" if ");
        var statement = Functions.map("Effect", "Allow", "Action", actions(line.substring(0, on)),
                "Resource", resources(line.substring(on + 4, condition < 0 ? line.length() : condition), values));
        if (condition >= 0) {
            var words = line.substring(condition + 4).split(" ", 3);
            statement.put("Condition", Functions.map(words[0], Functions.map(words[1], resource(words[2], values))));
        }
        return statement;
    }

    private static Object actions(String text) {
        return text.startsWith("=") ? text.substring(1) : new ArrayList<Object>(List.of(text.split(", ")));
    }

    private static Object resources(String text, Map<String, Object> values) {
        if (!text.startsWith("[")) {
            return resource(text, values);
        }
        var list = new ArrayList<>();
        for (var one : text.substring(1, text.length() - 1).split(" ; ")) {
            list.add(resource(one, values));
        }
        return list;
    }

    private static Object resource(String text, Map<String, Object> values) {
        if (text.equals("*") || text.startsWith("=")) {
            return text.startsWith("=") ? text.substring(1) : text;
        }
        var variables = new LinkedHashMap<String, Object>();
        var plain = VARIABLE.matcher(text).replaceAll(match -> {
            variables.put(match.group(1), Trees.copy(values.get(match.group(2))));
            return Matcher.quoteReplacement("${" + match.group(1) + "}");
        });
        return variables.isEmpty() ? Functions.sub(plain) : Functions.sub(plain, variables);
    }
}
