package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The Auth of a REST API: authorizers, API keys and the resource policy in its definition. */
final class RestSecurity {
    private static final Set<String> KEYS = Set.of("Authorizers", "DefaultAuthorizer", "InvokeRole",
            "AddDefaultAuthorizerToCorsPreflight", "AddApiKeyRequiredToCorsPreflight", "ApiKeyRequired",
            "ResourcePolicy", "UsagePlan");
    private static final String DEFINITIONS = "securityDefinitions";

    private final Transformation transformation;
    private final Declared api;
    private final Map<String, Object> auth;

    RestSecurity(Transformation transformation, Declared api, Map<String, Object> auth) {
        this.transformation = transformation;
        this.api = api;
        this.auth = auth;
    }

    void apply(ApiDefinition definition) {
        if (!KEYS.containsAll(auth.keySet())) {
            throw api.error("Invalid value for 'Auth' property");
        }
        var authorizers = authorizers();
        if (!authorizers.isEmpty() || "AWS_IAM".equals(auth.get("DefaultAuthorizer"))) {
            var definitions = definition.section(DEFINITIONS);
            if ("AWS_IAM".equals(auth.get("DefaultAuthorizer"))) {
                definitions.put("AWS_IAM", iam());
            }
            authorizers.forEach((name, authorizer) -> definitions.put(name, describe(name, Trees.map(authorizer))));
            defaultAuthorizer(definition, authorizers);
        }
        if (Functions.given(auth.get("ApiKeyRequired"))) {
            addApiKey(definition);
            definition.paths().keySet().forEach(path -> requireKey(definition, path));
        }
        if (auth.get("ResourcePolicy") != null && !(auth.get("ResourcePolicy") instanceof Map)) {
            throw SamError.structure("ResourcePolicy must be a map (ResourcePolicyStatement).");
        }
        if (Functions.given(auth.get("ResourcePolicy"))) {
            for (var path : definition.paths().keySet()) {
                addResourcePolicy(definition, policyWithout(Trees.map(auth.get("ResourcePolicy"))), path,
                        api.get("StageName"));
            }
            addCustomStatements(definition, Trees.map(auth.get("ResourcePolicy")).get("CustomStatements"));
        }
    }

    private static Map<String, Object> policyWithout(Map<String, Object> policy) {
        var copy = new LinkedHashMap<>(policy);
        copy.remove("CustomStatements");
        return copy;
    }

    private Map<String, Object> authorizers() {
        var authorizers = auth.get("Authorizers");
        if (authorizers != null && !(authorizers instanceof Map)) {
            throw api.error("Property 'Auth.Authorizers' should be a map.");
        }
        Trees.map(authorizers).forEach((name, authorizer) -> {
            if (!(authorizer instanceof Map)) {
                throw api.error("Property 'Auth.Authorizers." + name + "' should be a map.");
            }
        });
        return Trees.map(authorizers);
    }

    private static Map<String, Object> iam() {
        return Functions.map("type", "apiKey", "name", "Authorization", "in", "header",
                "x-amazon-apigateway-authtype", "awsSigv4");
    }

    private Map<String, Object> describe(String name, Map<String, Object> authorizer) {
        var identity = authorizer.get("Identity");
        if (Functions.given(identity) && !(identity instanceof Map)) {
            throw api.error("Auth.Authorizers.<Authorizer>.Identity must be a dict (LambdaTokenAuthorizationIdentity,"
                    + " LambdaRequestAuthorizationIdentity or CognitoAuthorizationIdentity).");
        }
        var source = Trees.map(identity);
        var payload = authorizer.get("FunctionPayloadType");
        if (payload != null && !Set.of("TOKEN", "REQUEST").contains(payload)) {
            throw api.error(name + " Authorizer has invalid 'FunctionPayloadType': " + payload + ".");
        }
        var isRequest = "REQUEST".equals(payload);
        var isCognito = Functions.given(authorizer.get("UserPoolArn"));
        if (isRequest && !isCached(source) && sources(source).isEmpty()) {
            throw api.error(name
                    + " Authorizer must specify Identity with at least one of Headers, QueryStrings, StageVariables,"
                    + " or Context.");
        }
        var header = isRequest && !isCognito ? "Unused"
                : Functions.given(source.get("Header")) ? source.get("Header") : "Authorization";
        var details = isCognito
                ? Functions.map("type", "cognito_user_pools", "providerARNs",
                        authorizer.get("UserPoolArn") instanceof List<?> list
                        ? list : Functions.list(authorizer.get("UserPoolArn")))
                : function(authorizer, source, isRequest);
        if (!isRequest && Functions.given(source.get("ValidationExpression"))) {
            details.put("identityValidationExpression", source.get("ValidationExpression"));
        }
        return Functions.map("type", "apiKey", "name", header, "in", "header",
                "x-amazon-apigateway-authtype", isCognito ? "cognito_user_pools" : "custom",
                "x-amazon-apigateway-authorizer", details);
    }

    /** Identity sources may be left out only where nothing is cached. */
    private static boolean isCached(Map<String, Object> source) {
        return source.get("ReauthorizeEvery") instanceof Number seconds && seconds.longValue() <= 0;
    }

    private Map<String, Object> function(Map<String, Object> authorizer, Map<String, Object> source,
            boolean isRequest) {
        var uri = Functions.sub("arn:" + transformation.partition
                + ":apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations",
                Functions.map("__FunctionArn__", authorizer.get("FunctionArn")));
        var role = authorizer.get("FunctionInvokeRole");
        return Functions.map("type", isRequest ? "request" : "token", "authorizerUri", uri,
                "authorizerResultTtlInSeconds", source.get("ReauthorizeEvery"),
                "authorizerCredentials", Functions.given(role) && !"NONE".equals(role) ? role : null,
                "identitySource", isRequest && !sources(source).isEmpty() ? String.join(", ", sources(source)) : null);
    }

    private static List<String> sources(Map<String, Object> source) {
        var sources = new ArrayList<String>();
        Map<String, String> prefixes = new LinkedHashMap<>();
        prefixes.put("Headers", "method.request.header.");
        prefixes.put("QueryStrings", "method.request.querystring.");
        prefixes.put("StageVariables", "stageVariables.");
        prefixes.put("Context", "context.");
        prefixes.forEach((key, prefix) -> Trees.list(source.get(key))
                .forEach(name -> sources.add(prefix + Trees.text(name))));
        return sources;
    }

    private void defaultAuthorizer(ApiDefinition definition, Map<String, Object> authorizers) {
        var given = auth.get("DefaultAuthorizer");
        if (!Functions.given(given)) {
            return;
        }
        if (!(given instanceof String name)) {
            throw api.error("DefaultAuthorizer is not a string.");
        }
        if (!name.equals("AWS_IAM") && !Functions.given(authorizers.get(name))) {
            throw api.error("Unable to set DefaultAuthorizer because '" + name + "' was not defined in 'Authorizers'.");
        }
        var preflight = auth.get("AddDefaultAuthorizerToCorsPreflight") == null
                || Functions.given(auth.get("AddDefaultAuthorizerToCorsPreflight"));
        var names = new HashSet<>(authorizers.keySet());
        names.add("AWS_IAM");
        var scopes = Trees.map(authorizers.get(name)).get("AuthorizationScopes");
        for (var path : definition.paths().keySet()) {
            for (var method : definition.methods(path)) {
                if (preflight || !method.name().equals("options")) {
                    secure(definition, method, path, names,
                            Functions.map(name, scopes == null ? Functions.list() : scopes));
                }
            }
        }
    }

    private static void secure(ApiDefinition definition, ApiDefinition.Method method, String path, Set<String> names,
            Map<String, Object> byDefault) {
        var own = new ArrayList<>();
        var others = new ArrayList<>();
        ApiDefinition.security(method.definition(), path, method.name()).forEach(security ->
                (Trees.map(security).keySet().stream().anyMatch(names::contains) ? own : others).add(security));
        var open = others.stream().filter(security -> Trees.map(security).containsKey("NONE")).findFirst();
        if (open.isPresent()) {
            others.remove(open.get());
            own.clear();
        } else if (own.isEmpty()) {
            own.add(byDefault);
        }
        others.addAll(own);
        if (!others.isEmpty()) {
            method.definition().put("security", others);
            if (Trees.map(others.get(0)).containsKey("AWS_IAM")) {
                addIam(definition);
            }
        }
    }

    private void requireKey(ApiDefinition definition, String path) {
        var preflight = auth.get("AddApiKeyRequiredToCorsPreflight") == null
                || Functions.given(auth.get("AddApiKeyRequiredToCorsPreflight"));
        for (var method : definition.methods(path)) {
            var before = ApiDefinition.security(method.definition(), path, method.name());
            var after = new ArrayList<>();
            var refused = false;
            for (var security : before) {
                var names = Trees.map(security).keySet();
                refused |= names.contains("api_key_false");
                if (!names.contains("api_key") && !names.contains("api_key_false")) {
                    after.add(security);
                }
            }
            if (!refused && (preflight || !method.name().equals("options"))) {
                after.add(Functions.map("api_key", Functions.list()));
            }
            if (!after.equals(before)) {
                method.definition().put("security", after);
            }
        }
    }

    static void addIam(ApiDefinition definition) {
        definition.section(DEFINITIONS).putIfAbsent("AWS_IAM", iam());
    }

    static void addApiKey(ApiDefinition definition) {
        definition.section(DEFINITIONS).putIfAbsent("api_key",
                Functions.map("type", "apiKey", "name", "x-api-key", "in", "header"));
    }

    /** Adds what a ResourcePolicy says about one path to the API's policy. */
    static void addResourcePolicy(ApiDefinition definition, Map<String, Object> policy, String path, Object stage) {
        var resources = new ArrayList<>();
        for (var item : definition.items(path)) {
            for (var method : item.keySet()) {
                var verb = ApiDefinition.method(method).equals(ApiDefinition.ANY) ? "*"
                        : method.toUpperCase(Locale.ROOT);
                resources.add(Functions.sub("execute-api:/${__Stage__}/" + verb + ApiDefinition.wildcards(path),
                        Functions.map("__Stage__", stage)));
            }
        }
        accounts(definition, policy.get("AwsAccountWhitelist"), "Allow", resources);
        accounts(definition, policy.get("AwsAccountBlacklist"), "Deny", resources);
        addresses(definition, policy.get("IpRangeWhitelist"), "NotIpAddress", resources);
        addresses(definition, policy.get("IpRangeBlacklist"), "IpAddress", resources);
        networks(definition, policy, "Blacklist", "StringEquals", resources);
        networks(definition, policy, "Whitelist", "StringNotEquals", resources);
        addCustomStatements(definition, policy.get("CustomStatements"));
    }

    private static Map<String, Object> policy(ApiDefinition definition) {
        var policy = definition.section("x-amazon-apigateway-policy");
        policy.put("Version", "2012-10-17");
        return policy;
    }

    private static List<Object> statements(Map<String, Object> policy) {
        if (!(policy.get("Statement") instanceof List)) {
            policy.put("Statement",
                    policy.get("Statement") == null ? Functions.list() : Functions.list(policy.get("Statement")));
        }
        return Trees.list(policy.get("Statement"));
    }

    private static void accounts(ApiDefinition definition, Object accounts, String effect, List<Object> resources) {
        if (!Functions.given(accounts)) {
            return;
        }
        var policy = policy(definition);
        var statement =
                Functions.map("Effect", effect, "Action", "execute-api:Invoke", "Resource", resources, "Principal",
                Functions.map("AWS", accounts instanceof List ? accounts : Functions.list(accounts)));
        if (policy.get("Statement") == null) {
            policy.put("Statement", statement);
        } else {
            statements(policy).add(statement);
        }
    }

    private static void addresses(ApiDefinition definition, Object addresses, String operator, List<Object> resources) {
        if (Functions.given(addresses)) {
            restrict(definition, resources, Functions.map(operator, Functions.map("aws:SourceIp",
                    addresses instanceof List ? addresses : Functions.list(addresses))));
        }
    }

    private static void networks(ApiDefinition definition, Map<String, Object> policy, String list, String operator,
            List<Object> resources) {
        var networks = new ArrayList<>();
        var endpoints = new ArrayList<>();
        for (var item : Trees.list(policy.get("SourceVpc" + list))) {
            if (!(item instanceof String text)) {
                throw SamError.structure("SourceVpc" + list + " must be a list of strings. Use"
                        + " IntrinsicVpc" + list + " instead for values that use Intrinsic Functions");
            }
            if (text.startsWith("vpce-")) {
                endpoints.add(text);
            } else if (text.startsWith("vpc-")) {
                networks.add(text);
            }
        }
        networks.addAll(Trees.list(policy.get("IntrinsicVpc" + list)));
        endpoints.addAll(Trees.list(policy.get("IntrinsicVpce" + list)));
        if (!networks.isEmpty() || !endpoints.isEmpty()) {
            restrict(definition, resources, Functions.map(operator, Functions.map(
                    "aws:SourceVpc", networks.isEmpty() ? null : networks,
                    "aws:SourceVpce", endpoints.isEmpty() ? null : endpoints)));
        }
    }

    private static void restrict(ApiDefinition definition, List<Object> resources, Map<String, Object> condition) {
        var statements = statements(policy(definition));
        var allow = Functions.map("Effect", "Allow", "Action", "execute-api:Invoke", "Resource", resources, "Principal",
                "*");
        var deny = Functions.map("Effect", "Deny", "Action", "execute-api:Invoke", "Resource", resources, "Principal",
                "*", "Condition", condition);
        if (!statements.contains(allow)) {
            statements.add(allow);
        }
        if (!statements.contains(deny)) {
            statements.add(deny);
        }
    }

    private static void addCustomStatements(ApiDefinition definition, Object custom) {
        if (!Functions.given(custom)) {
            return;
        }
        var policy = policy(definition);
        if (policy.get("Statement") == null) {
            policy.put("Statement", Trees.copy(custom));
            return;
        }
        var statements = statements(policy);
        for (var statement : custom instanceof List<?> list ? list : List.of(custom)) {
            if (!statements.contains(statement)) {
                statements.add(statement);
            }
        }
    }

    /** The permissions for functions that authorize. */
    List<Generated> permissions() {
        var permissions = new ArrayList<Generated>();
        authorizers().forEach((name, tree) -> {
            var authorizer = Trees.map(tree);
            if (Functions.given(authorizer.get("FunctionArn"))
                    && !Functions.given(authorizer.get("DisableFunctionDefaultPermissions"))) {
                permissions.add(new Generated(api.id() + name + "AuthorizerPermission", "AWS::Lambda::Permission",
                        api.passed())
                        .with("Action", "lambda:InvokeFunction").with("FunctionName", authorizer.get("FunctionArn"))
                        .with("Principal", "apigateway.amazonaws.com")
                        .with("SourceArn", Functions.sub(Functions.arn(transformation.partition, "execute-api",
                                "${__ApiId__}/authorizers/*"), Functions.map("__ApiId__", Functions.ref(api.id())))));
            }
        });
        return permissions;
    }
}
