package dev.aloft.kernel.identity;

import dev.aloft.api.JsonReader;
import dev.aloft.api.Principal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A policy document as it was read: statements that allow or deny. Documents are read once and kept by their content.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html">Grammar of the policy
 *     language</a>
 */
public final class Policy {
    private static final Set<String> MEMBERS = Set.of("Version", "Id", "Statement");
    private static final Set<String> STATEMENT_MEMBERS = Set.of("Sid", "Effect", "Principal", "NotPrincipal", "Action",
            "NotAction", "Resource", "NotResource", "Condition");
    private static final Set<String> PARTITIONS = Set.of("aws", "aws-cn", "aws-us-gov", "*");
    private static final String SYNTAX = "Syntax errors in policy.";
    private static final int KEPT = 10_000;
    private static final Map<Key, Policy> READ = new ConcurrentHashMap<>();

    /** What a document is for, which decides what it must and must not have. */
    public enum Kind {
        /** Of a user, a role or a session: says nothing of principals. */
        IDENTITY,
        /** Of a role: who may assume it. */
        TRUST,
        /** Of any other resource; what names no resource is about the one that has it. */
        RESOURCE
    }

    /** The document is not a policy; the message is what AWS says of it. */
    public static sealed class Malformed extends RuntimeException {
        private Malformed(String message) {
            super(message, null, false, false);
        }
    }

    /** It names somebody who cannot be. */
    public static final class NobodyThere extends Malformed {
        public NobodyThere(String name) {
            super("Invalid principal in policy: \"AWS\":\"" + name + "\"");
        }
    }

    /** What a policy says of a request. */
    record Verdict(boolean denies, Principals.Match allows) {}

    private record Key(String document, Kind kind) {}

    private final List<Statement> statements;

    private Policy(List<Statement> statements) {
        this.statements = statements;
    }

    /** Reads a document, or throws {@link Malformed}. */
    public static Policy of(String document, Kind kind) {
        var key = new Key(document, kind);
        var known = READ.get(key);
        if (known != null) {
            return known;
        }
        var policy = read(document, kind);
        if (READ.size() >= KEPT) {
            READ.clear();
        }
        READ.put(key, policy);
        return policy;
    }

    /** Whom a document names of users, roles and accounts; nobody where it is no policy. */
    public static Set<String> named(String document, Kind kind) {
        if (document == null) {
            return Set.of();
        }
        try {
            return of(document, kind).statements.stream().flatMap(statement -> statement.principals().aws().stream())
                    .collect(Collectors.toSet());
        } catch (Malformed _) {
            return Set.of();
        }
    }

    Verdict judge(Principal principal, String action, String resource, Keys keys) {
        var allows = Principals.Match.NONE;
        for (var statement : statements) {
            var match = statement.match(principal);
            if (match == Principals.Match.NONE || statement.allow() && match.compareTo(allows) <= 0
                    || !statement.concerns(action, resource, keys)) {
                continue;
            }
            if (!statement.allow()) {
                return new Verdict(true, Principals.Match.NONE);
            }
            allows = match;
        }
        return new Verdict(false, allows);
    }

    private static Policy read(String document, Kind kind) {
        Object tree;
        try {
            tree = JsonReader.tree(document);
        } catch (JsonReader.Malformed e) {
            throw new Malformed("This policy contains invalid Json");
        }
        if (!(tree instanceof Map<?, ?> policy) || !MEMBERS.containsAll(policy.keySet())) {
            throw new Malformed(SYNTAX);
        }
        boolean variables = switch (string(policy.get("Version"))) {
            case null -> false;
            case "2012-10-17" -> true;
            case "2008-10-17" -> false;
            default -> throw new Malformed("Policy document must be version 2012-10-17 or greater.");
        };
        if (policy.get("Id") != null && !(policy.get("Id") instanceof String)) {
            throw new Malformed(SYNTAX);
        }
        var listed = switch (policy.get("Statement")) {
            case Map<?, ?> one -> List.of(one);
            case List<?> many when !many.isEmpty() -> many;
            case null, default -> throw new Malformed(SYNTAX);
        };
        var statements = new ArrayList<Statement>();
        var sids = new HashSet<String>();
        for (var each : listed) {
            var statement = statement(each, kind, variables);
            if (statement.sid() != null && !statement.sid().isEmpty() && !sids.add(statement.sid())) {
                throw new Malformed("Statement IDs (SID) in a single policy must be unique.");
            }
            statements.add(statement);
        }
        return new Policy(List.copyOf(statements));
    }

    private static Statement statement(Object tree, Kind kind, boolean variables) {
        if (!(tree instanceof Map<?, ?> statement) || !STATEMENT_MEMBERS.containsAll(statement.keySet())
                || statement.containsKey("Action") && statement.containsKey("NotAction")
                || statement.containsKey("Resource") && statement.containsKey("NotResource")
                || statement.containsKey("Principal") && statement.containsKey("NotPrincipal")
                || statement.get("Sid") != null && !(statement.get("Sid") instanceof String)) {
            throw new Malformed(SYNTAX);
        }
        boolean allow = switch (string(statement.get("Effect"))) {
            case "Allow" -> true;
            case "Deny" -> false;
            case null, default -> throw new Malformed(SYNTAX);
        };
        boolean exceptActions = statement.containsKey("NotAction");
        var actions = texts(statement.get(exceptActions ? "NotAction" : "Action"));
        if (actions.isEmpty()) {
            throw new Malformed("Policy statement must contain actions.");
        }
        actions.forEach(action -> checkAction(action, kind));
        boolean exceptResources = statement.containsKey("NotResource");
        var resources = texts(statement.get(exceptResources ? "NotResource" : "Resource"));
        if (kind == Kind.TRUST) {
            if (!resources.isEmpty()) {
                throw new Malformed("Has prohibited field Resource");
            }
        } else if (kind == Kind.IDENTITY) {
            if (resources.isEmpty()) {
                throw new Malformed("Policy statement must contain resources.");
            }
            resources.forEach(Policy::checkResource);
        }
        return new Statement((String) statement.get("Sid"), allow, principals(statement, kind),
                exceptActions, actions.stream().map(action -> Wildcard.of(action, false)).toList(),
                exceptResources, resources.stream().map(resource -> ArnPattern.of(resource, variables)).toList(),
                conditions(statement.get("Condition"), variables));
    }

    private static void checkAction(String action, Kind kind) {
        if (action.equals("*")) {
            return;
        }
        int colon = action.indexOf(':');
        if (colon < 0) {
            throw new Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        }
        if (action.indexOf(':', colon + 1) >= 0) {
            throw new Malformed("Actions/Condition can contain only one colon.");
        }
        var vendor = action.substring(0, colon);
        if (vendor.isEmpty()
                || !vendor.chars().allMatch(c -> c == '-' || c == '_' || c < 128 && Character.isLetterOrDigit(c))) {
            throw new Malformed("Vendor " + vendor + " is not valid");
        }
        if (kind == Kind.TRUST && !vendor.equalsIgnoreCase("sts")) {
            throw new Malformed("AssumeRole policy may only specify STS AssumeRole actions.");
        }
    }

    private static void checkResource(String resource) {
        if (resource.equals("*")) {
            return;
        }
        if (!resource.startsWith("arn:")) {
            throw new Malformed("Resource " + resource + " must be in ARN format or \"*\".");
        }
        var parts = resource.split(":", 6);
        if (!PARTITIONS.contains(parts[1]) && !parts[1].contains("*") && !parts[1].startsWith("${")) {
            throw new Malformed("Partition \"" + parts[1] + "\" is not valid for resource \"" + resource + "\".");
        }
        if (parts.length < 3 || parts[2].isEmpty()) {
            throw new Malformed("Resource vendor must be fully qualified and cannot contain regexes.");
        }
    }

    private static Principals principals(Map<?, ?> statement, Kind kind) {
        boolean except = statement.containsKey("NotPrincipal");
        var tree = statement.get(except ? "NotPrincipal" : "Principal");
        if (kind == Kind.IDENTITY) {
            if (tree != null) {
                throw new Malformed("Policy document should not specify a principal.");
            }
            return null;
        }
        var aws = new HashSet<String>();
        var services = new HashSet<String>();
        var others = new HashSet<String>();
        switch (tree) {
            case String all when all.equals("*") -> aws.add(all);
            case Map<?, ?> named when !named.isEmpty() -> named.forEach((type, values) -> {
                switch ((String) type) {
                    case "AWS" -> aws.addAll(texts(values));
                    case "Service" -> services.addAll(texts(values));
                    case "Federated", "CanonicalUser" -> others.addAll(texts(values));
                    default -> throw new Malformed("Invalid principal in policy: \"" + type + "\"");
                }
            });
            case String other -> throw new Malformed("Invalid principal in policy: \"" + other + "\"");
            case null, default ->
                throw new Malformed(kind == Kind.TRUST ? "Missing required field Principal" : SYNTAX);
        }
        for (var name : aws) {
            // A wildcard stands for everybody or not at all: never for a part of a name.
            if (!name.equals("*") && (name.indexOf('*') >= 0 || !isPrincipal(name))) {
                throw new NobodyThere(name);
            }
        }
        return new Principals(except, Set.copyOf(aws), Set.copyOf(services), Set.copyOf(others));
    }

    /** An account, an ARN, or the unique id that is left of somebody who was deleted. */
    private static boolean isPrincipal(String name) {
        return name.matches("[0-9]{12}")
                || name.matches("arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:.+")
                || name.matches("A(RO|ID|NP)A[A-Z0-9]{12,28}");
    }

    private static List<Condition> conditions(Object tree, boolean variables) {
        if (tree == null) {
            return List.of();
        }
        if (!(tree instanceof Map<?, ?> block)) {
            throw new Malformed(SYNTAX);
        }
        var conditions = new ArrayList<Condition>();
        block.forEach((operator, keys) -> {
            if (!(keys instanceof Map<?, ?> byKey)) {
                throw new Malformed(SYNTAX);
            }
            byKey.forEach((key, values) -> {
                var condition = Optional.of((String) key)
                        .flatMap(name -> Condition.of((String) operator, name, texts(values), variables));
                conditions.add(condition.orElseThrow(
                        () -> new Malformed("Invalid Condition type : " + operator + ".")));
            });
        });
        return List.copyOf(conditions);
    }

    /** One text or a list of them; numbers and booleans stand for how they are written. */
    private static List<String> texts(Object tree) {
        return switch (tree) {
            case null -> List.of();
            case List<?> many -> many.stream().map(Policy::text).toList();
            default -> List.of(text(tree));
        };
    }

    private static String string(Object tree) {
        return tree == null || tree instanceof String ? (String) tree : "";
    }

    private static String text(Object tree) {
        return switch (tree) {
            case String text -> text;
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            case null, default -> throw new Malformed(SYNTAX);
        };
    }
}
