package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code AWS::Serverless::Function}: a function, its role, version and alias, its URL, and what its events need. */
final class SamFunction {
    /** The properties that the plain function has under the same name. */
    private static final List<String> SAME = List.of("FunctionName", "Handler", "Runtime", "Description", "MemorySize",
            "Timeout", "VpcConfig", "Role", "Environment", "KmsKeyArn", "ReservedConcurrentExecutions", "Layers",
            "FileSystemConfigs", "ImageConfig", "PackageType", "Architectures", "SnapStart", "EphemeralStorage",
            "CodeSigningConfigArn", "RuntimeManagementConfig", "LoggingConfig", "TenancyConfig", "RecursiveLoop",
            "DurableConfig", "PublishToLatestPublished");
    private static final Set<String> OWN = Set.of("CodeUri", "ImageUri", "InlineCode", "DeadLetterQueue",
            "AssumeRolePolicyDocument", "Policies", "RolePath", "PermissionsBoundary", "Events", "Tags",
            "PropagateTags", "Tracing", "DeploymentPreference", "EventInvokeConfig", "AutoPublishAlias",
            "AutoPublishCodeSha256", "AutoPublishAliasAllProperties", "VersionDescription",
            "ProvisionedConcurrencyConfig", "FunctionUrlConfig", "SourceKMSKeyArn", "VersionDeletionPolicy");
    private static final Pattern ALIAS = Pattern.compile("(?!^[0-9]+$)([a-zA-Z0-9\\-_]+)");
    private static final Map<String, String> DEAD_LETTERS = Map.of("SQS", "sqs:SendMessage", "SNS", "sns:Publish");

    private final Transformation transformation;
    private final Declared source;
    private final List<Generated> resources = new ArrayList<>();
    private final Generated function;

    private SamFunction(Transformation transformation, Declared source) {
        this.transformation = transformation;
        this.source = source;
        this.function = new Generated(source.id(), "AWS::Lambda::Function", source.attributes());
    }

    static void transform(Transformation transformation, Declared source) {
        new SamFunction(transformation, source).transform();
    }

    private void transform() {
        var known = new HashSet<>(OWN);
        known.addAll(SAME);
        for (var property : List.of("CapacityProviderConfig", "FunctionScalingConfig")) {
            if (source.get(property) != null) {
                throw source.error(property + " is not built in Aloft.");
            }
        }
        source.allow(known);
        checkTypes();
        checkTenancy();
        makeFunction();
        Generated alias = null;
        var aliasName = "";
        if (Functions.given(source.get("AutoPublishAlias"))) {
            aliasName = aliasName();
            var version = makeVersion();
            alias = makeAlias(aliasName, version);
        } else if (source.get("ProvisionedConcurrencyConfig") != null) {
            throw source.error("To set ProvisionedConcurrencyConfig AutoPublishALias must be defined on the function");
        }
        refuseGradualDeployment();
        if (Functions.given(source.get("FunctionUrlConfig"))) {
            makeUrl(alias);
        }
        var destinations = new ArrayList<>();
        if (Functions.given(source.get("EventInvokeConfig"))) {
            new InvokeConfig(transformation, source).make(alias, aliasName, resources, destinations);
        }
        var role = makeRole(destinations);
        var target = alias == null ? new EventTarget(function.id, function.ref(), function.arn(), source.passed())
                : new EventTarget(alias.id, alias.ref(), alias.ref(), source.passed());
        resources.addAll(new FunctionEvents(transformation, source, target, role).make());
        Transformation.propagateTags(resources, source.map("Tags"), Functions.isTrue(source.get("PropagateTags")));
        transformation.add(source, resources);
        resources.forEach(resource -> {
            switch (resource.type) {
                case "AWS::Lambda::Alias" -> transformation.refer(source.id(), "Alias", resource.id);
                case "AWS::Lambda::Version" -> transformation.refer(source.id(), "Version", resource.id);
                case "AWS::SNS::Topic" -> transformation.refer(source.id(), "DestinationTopic", resource.id);
                case "AWS::SQS::Queue" -> transformation.refer(source.id(), "DestinationQueue", resource.id);
                default -> { }
            }
        });
    }

    private void checkTypes() {
        if (source.get("Role") != null && !(source.get("Role") instanceof String)
                && !Functions.isFunction(source.get("Role"))) {
            throw source.error("Property 'Role' should be a string.");
        }
        source.refuseOther("Layers", List.class);
        if (source.get("AutoPublishAliasAllProperties") != null
                && !(source.get("AutoPublishAliasAllProperties") instanceof Boolean)) {
            throw source.error("Type of property 'AutoPublishAliasAllProperties' is invalid.");
        }
        source.refuseOther("PropagateTags", Boolean.class);
        var kept = source.get("VersionDeletionPolicy");
        if (kept != null && !Functions.isFunction(kept) && !"Delete".equals(kept) && !"Retain".equals(kept)) {
            throw source.error("Property 'VersionDeletionPolicy' should be a one of the strings: 'Delete' or"
                    + " 'Retain'.");
        }
        if (Functions.given(kept) && !Functions.given(source.get("AutoPublishAlias"))) {
            throw source.error("'VersionDeletionPolicy' requires 'AutoPublishAlias'.");
        }
    }

    /** What a function with tenants cannot have. */
    private void checkTenancy() {
        if (!Functions.given(source.get("TenancyConfig"))) {
            return;
        }
        var without = " is not supported for functions enabled with tenancy configuration.";
        for (var property : List.of("ProvisionedConcurrencyConfig", "FunctionUrlConfig", "SnapStart")) {
            if (Functions.given(source.get(property))) {
                throw source.error(switch (property) {
                    case "ProvisionedConcurrencyConfig" -> "Provisioned concurrency";
                    case "FunctionUrlConfig" -> "Function URL";
                    default -> property;
                } + without);
            }
        }
        source.map("Events").values().forEach(event -> {
            var type = Trees.map(event).get("Type");
            if (!"Api".equals(type) && !"HttpApi".equals(type)) {
                throw source.error("Event source '" + type + "'" + without
                        + " Only Api and HttpApi event sources are supported.");
            }
        });
    }

    private void makeFunction() {
        function.dependsOn = source.dependsOn();
        function.with("Code", code());
        SAME.forEach(name -> function.with(name, source.get(name)));
        function.with("Tags", tags());
        if (isTraced()) {
            function.with("TracingConfig", Functions.map("Mode", source.get("Tracing")));
        }
        if (Functions.given(source.get("DeadLetterQueue"))) {
            function.with("DeadLetterConfig", Functions.map("TargetArn", deadLetterQueue().get("TargetArn")));
        }
        checkPackage();
        resources.add(function);
    }

    private Map<String, Object> deadLetterQueue() {
        var queue = source.map("DeadLetterQueue");
        if (!Functions.given(queue.get("Type")) || !Functions.given(queue.get("TargetArn"))) {
            throw source.error("'DeadLetterQueue' requires Type and TargetArn properties to be specified.");
        }
        if (!(queue.get("Type") instanceof String)) {
            throw source.error("Property 'DeadLetterQueue.Type' should be a string.");
        }
        if (!DEAD_LETTERS.containsKey(Trees.text(queue.get("Type")))) {
            throw source.error("'DeadLetterQueue' requires Type of ['SQS', 'SNS']");
        }
        return queue;
    }

    private boolean isTraced() {
        return Functions.given(source.get("Tracing"))
                && !"Disabled".equals(transformation.parameters.resolve(source.get("Tracing")));
    }

    private List<Object> tags() {
        if (source.map("Tags").keySet().stream().anyMatch(tag -> tag.equals("lambda:createdBy"))) {
            throw source.error("lambda:createdBy is a reserved Tag key name and cannot be set on your resource. "
                    + "Please change the tag key in the input.");
        }
        var tags = Functions.tags(Functions.map("lambda:createdBy", "SAM"));
        tags.addAll(Functions.tags(source.map("Tags")));
        return tags;
    }

    private Map<String, Object> code() {
        var isImage = "Image".equals(source.get("PackageType"));
        if (source.get("PackageType") != null && !isImage && !"Zip".equals(source.get("PackageType"))) {
            throw source.error("invalid 'PackageType' : " + source.get("PackageType"));
        }
        if (isImage) {
            if (!Functions.given(source.get("ImageUri"))) {
                throw source.error("'ImageUri' must be set.");
            }
            return Functions.map("ImageUri", source.get("ImageUri"));
        }
        var code = source.get("InlineCode") != null ? Functions.map("ZipFile", source.get("InlineCode"))
                : source.get("CodeUri") != null ? location(source, "CodeUri") : null;
        if (code == null) {
            throw source.error("Only one of 'InlineCode' or 'CodeUri' can be set.");
        }
        if (Functions.given(source.get("SourceKMSKeyArn"))) {
            code.put("SourceKMSKeyArn", source.get("SourceKMSKeyArn"));
        }
        return code;
    }

    /** An object in S3, given as a URI or by bucket and key. */
    static Map<String, Object> location(Declared source, String property) {
        var given = source.get(property);
        if (given instanceof Map<?, ?> map) {
            if (!Functions.given(map.get("Bucket")) || !Functions.given(map.get("Key"))) {
                throw source.error("'" + property + "' requires Bucket and Key properties to be specified.");
            }
            return Functions.map("S3Bucket", map.get("Bucket"), "S3Key", map.get("Key"), "S3ObjectVersion",
                    map.get("Version"));
        }
        if (!(given instanceof String)) {
            throw source.error("'" + property + "' must be of type dict or string.");
        }
        if (((String) given).contains("{{resolve:")) {
            throw source.error("Unsupported dynamic reference detected in '" + property + "'. Please consider using"
                    + " alternative 'FunctionCode' object format.");
        }
        var uri = parsed(given);
        if (uri == null) {
            throw source.error("'" + property
                    + "' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId"
                    + " query parameter.");
        }
        return Functions.map("S3Bucket", uri[0], "S3Key", uri[1], "S3ObjectVersion", uri[2]);
    }

    /** Bucket, key and version of an S3 URI; null where it is none. */
    static String[] parsed(Object given) {
        if (!(given instanceof String text) || !text.startsWith("s3://")) {
            return null;
        }
        int slash = text.indexOf('/', 5);
        if (slash <= 5 || text.substring(5, slash).contains("[") || slash == text.length() - 1) {
            return null;
        }
        int query = text.indexOf("?versionId=", slash);
        var key = text.substring(slash + 1, query < 0 ? text.length() : query);
        return new String[] {text.substring(5, slash), key, query < 0 ? null : text.substring(query + 11)};
    }

    private void checkPackage() {
        if ("Image".equals(source.get("PackageType"))) {
            if (Functions.given(source.get("Handler")) || Functions.given(source.get("Runtime"))
                    || Functions.given(source.get("Layers"))) {
                throw source.error("Runtime, Handler, Layers cannot be present when PackageType is of type `Image`");
            }
        } else if (!Functions.given(source.get("Handler")) || !Functions.given(source.get("Runtime"))) {
            throw source.error("Runtime and Handler needs to be present when PackageType is of type `Zip`");
        } else if (Functions.given(source.get("ImageConfig"))) {
            throw source.error("ImageUri or ImageConfig cannot be present when PackageType is of type `Zip`");
        }
    }

    private String aliasName() {
        if (!(transformation.parameters.resolve(source.get("AutoPublishAlias")) instanceof String name)) {
            throw source.error("'AutoPublishAlias' must be a string or a Ref to a template parameter");
        }
        if (name.isEmpty()) {
            throw source.error("Alias name is required to create an alias");
        }
        if (!ALIAS.matcher(name).matches()) {
            throw source.error("AutoPublishAlias name ('" + name
                    + "') must contain only alphanumeric characters, hyphens, or"
                    + " underscores matching (?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern.");
        }
        return name;
    }

    /** A version whose logical id changes with the code, so that each change of the code publishes a new one. */
    private Generated makeVersion() {
        var sha = transformation.parameters.resolve(source.get("AutoPublishCodeSha256"));
        if (Functions.given(sha)) {
            if (!(sha instanceof String)) {
                throw source.error("AutoPublishCodeSha256 must be a string");
            }
            var description = transformation.parameters.resolve(source.get("Description"));
            function.with("Description",
                    !Functions.given(description) ? sha : description instanceof String ? description + " " + sha
                    : Functions.map("Fn::Join", Functions.list(" ", Functions.list(description, sha))));
        }
        var content = new LinkedHashMap<String, Object>();
        if (Functions.isTrue(source.get("AutoPublishAliasAllProperties"))) {
            content.putAll(function.properties);
            for (var layer : source.list("Layers")) {
                var id = Functions.named(layer);
                var properties = id == null ? Map.<String, Object>of()
                        : Trees.map(transformation.resource(id).get("Properties"));
                if (Functions.isTrue(properties.get("PublishLambdaVersion"))) {
                    content.put(id, properties);
                }
            }
        } else {
            content.putAll(Trees.map(transformation.parameters.resolve(function.properties.get("Code"))));
            content.putAll(source.map("Environment"));
            if (Functions.given(source.get("MemorySize"))) {
                content.put("MemorySize", source.get("MemorySize"));
            }
            if (Functions.given(source.map("SnapStart").get("ApplyOn"))
                    && !"None".equals(source.map("SnapStart").get("ApplyOn"))) {
                content.put("SnapStart", source.get("SnapStart"));
            }
        }
        var prefix = source.id() + "Version";
        var id = sha instanceof String text && !text.isEmpty() ? prefix + text.substring(0, Math.min(10, text.length()))
                : LogicalId.of(prefix, content);
        var version = new Generated(id, "AWS::Lambda::Version", source.passed());
        version.attributes.putIfAbsent("DeletionPolicy",
                source.get("VersionDeletionPolicy") == null ? "Retain" : source.get("VersionDeletionPolicy"));
        version.with("FunctionName", function.ref()).with("Description", source.get("VersionDescription"));
        resources.add(version);
        return version;
    }

    private Generated makeAlias(String name, Generated version) {
        var alias = new Generated(source.id() + "Alias" + name.replace("-", "D").replace("_", "U"),
                "AWS::Lambda::Alias",
                source.passed());
        alias.with("Name", name).with("FunctionName", function.ref())
                .with("FunctionVersion", Functions.getAtt(version.id, "Version"))
                .with("ProvisionedConcurrencyConfig", source.get("ProvisionedConcurrencyConfig"));
        resources.add(alias);
        return alias;
    }

    private void checkPassthroughCondition(Object given) {
        var value = transformation.parameters.resolveMapped(given);
        if (Functions.isFunction(value)) {
            throw source.error("Unsupported intrinsic: the only intrinsic functions supported for property "
                    + "PassthroughCondition are FindInMap and parameter Refs.");
        }
        if (value != null && !(value instanceof String) && !(value instanceof Boolean)) {
            throw source.error("Invalid value for property PassthroughCondition.");
        }
    }

    /** An alias moves all at once by itself; whatever CodeDeploy would do besides is refused by its name. */
    private void refuseGradualDeployment() {
        if (!Functions.given(source.get("DeploymentPreference"))) {
            return;
        }
        var preference = source.map("DeploymentPreference");
        var enabled = transformation.parameters.resolveMapped(preference.get("Enabled"));
        if (Boolean.FALSE.equals(enabled) || "false".equalsIgnoreCase(String.valueOf(enabled))) {
            return;
        }
        if (Functions.given(preference.get("Hooks")) && !(preference.get("Hooks") instanceof Map)) {
            throw source.error("'Hooks' property of 'DeploymentPreference' must be a dictionary");
        }
        if (!Functions.given(source.get("AutoPublishAlias"))) {
            throw source.error("'DeploymentPreference' requires AutoPublishAlias property to be specified.");
        }
        if (Functions.given(preference.get("Alarms")) && preference.get("Alarms") instanceof String) {
            throw source.error("Alarms must be a list");
        }
        checkPassthroughCondition(preference.get("PassthroughCondition"));
        var type = transformation.parameters.resolveMapped(preference.get("Type"));
        if (!"AllAtOnce".equals(type)) {
            throw source.error("DeploymentPreference of Type " + type
                    + " is not built in Aloft; use AllAtOnce, or set its Enabled to false.");
        }
        for (var more : List.of("Alarms", "Hooks", "TriggerConfigurations")) {
            if (Functions.given(preference.get(more))) {
                throw source.error("DeploymentPreference with " + more
                        + " is not built in Aloft; set its Enabled to false.");
            }
        }
    }

    private void checkCors(Object given) {
        if (!Functions.given(given) || Functions.isFunction(given)) {
            return;
        }
        if (!(given instanceof Map<?, ?> cors)) {
            throw source.error("Property 'FunctionUrlConfig.Cors' should be a map.");
        }
        cors.forEach((name, value) -> {
            var type = switch (name.toString()) {
                case "AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders" -> "list";
                case "AllowCredentials" -> "bool";
                case "MaxAge" -> "int";
                default -> throw source.error(name + " is not a valid property for configuring Cors.");
            };
            var fits = switch (type) {
                case "list" -> value instanceof List;
                case "bool" -> value instanceof Boolean;
                default -> value instanceof Number;
            };
            if (!fits && !Functions.isFunction(value)) {
                throw source.error(name + " must be of type " + type + ".");
            }
        });
    }

    private void makeUrl(Generated alias) {
        var config = source.map("FunctionUrlConfig");
        var auth = config.get("AuthType");
        if (!Functions.isFunction(config) && !Functions.isFunction(auth) && !"AWS_IAM".equals(auth)
                && !"NONE".equals(auth)) {
            throw source.error("AuthType is required to configure function property `FunctionUrlConfig`. "
                    + "Please provide either AWS_IAM or NONE.");
        }
        checkCors(config.get("Cors"));
        var target = alias == null ? function.ref() : alias.ref();
        resources.add(new Generated(source.id() + "Url", "AWS::Lambda::Url", source.passed())
                .with("TargetFunctionArn", target).with("AuthType", auth)
                .with("Cors", Functions.given(config.get("Cors")) ? config.get("Cors") : null)
                .with("InvokeMode", config.get("InvokeMode")));
        if ("NONE".equals(auth)) {
            resources.add(new Generated(source.id() + "UrlPublicPermissions", "AWS::Lambda::Permission",
                    source.passed())
                    .with("Action", "lambda:InvokeFunctionUrl").with("FunctionName", target).with("Principal", "*")
                    .with("FunctionUrlAuthType", auth));
            resources.add(new Generated(source.id() + "URLInvokeAllowPublicAccess", "AWS::Lambda::Permission",
                    source.passed())
                    .with("Action", "lambda:InvokeFunction").with("FunctionName", target).with("Principal", "*")
                    .with("InvokedViaFunctionUrl", true));
        }
    }

    /** The role that the function gets unless it names one; null where it names one. */
    private Generated makeRole(List<Object> destinations) {
        var given = source.get("Role");
        var aws = "arn:" + transformation.partition + ":iam::aws:policy/";
        var managed = Functions.list(aws + (Functions.given(source.get("DurableConfig"))
                ? "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
                : "service-role/AWSLambdaBasicExecutionRole"));
        if (isTraced()) {
            managed.add(aws
                    + (transformation.partition.equals("aws") ? "AWSXrayWriteOnlyAccess" : "AWSXRayDaemonWriteAccess"));
        }
        if (Functions.given(source.get("VpcConfig"))) {
            managed.add(aws + "service-role/AWSLambdaVPCAccessExecutionRole");
        }
        var documents = new ArrayList<>();
        if (Functions.given(source.get("DeadLetterQueue"))) {
            var queue = deadLetterQueue();
            var policy = Role.inline("DeadLetterQueuePolicy", DEAD_LETTERS.get(Trees.text(queue.get("Type"))),
                    queue.get("TargetArn"));
            Trees.map(policy.get("PolicyDocument")).put("Version", "2012-10-17");
            documents.add(policy);
        }
        documents.addAll(destinations);
        var trust = source.get("AssumeRolePolicyDocument") != null ? source.get("AssumeRolePolicyDocument")
                : Role.trust("lambda.amazonaws.com");
        var role = Role.of(source, trust, managed, documents, transformation.partition, tags());
        if (given == null) {
            function.with("Role", role.arn());
            resources.add(role);
        } else if (Functions.isIf(given)) {
            makeConditionalRole(role);
        }
        return role;
    }

    /** Where Role is an If with nothing on one side, the role is made on that side. */
    private void makeConditionalRole(Generated role) {
        var branches = Trees.list(Trees.map(transformation.parameters.resolve(source.get("Role"))).get("Fn::If"));
        if (branches.size() != 3) {
            throw source.error("Malformed 'Role' property: Fn::If requires 3 arguments.");
        }
        var condition = Trees.text(branches.get(0));
        var then = Functions.isNoValue(branches.get(1));
        var otherwise = Functions.isNoValue(branches.get(2));
        if (!then && !otherwise) {
            return;
        }
        resources.add(role);
        if (then && otherwise) {
            function.with("Role", role.arn());
        } else if (then) {
            role.attributes.put("Condition", condition);
            function.with("Role", Functions.either(condition, role.arn(), branches.get(2)));
        } else {
            role.attributes.put("Condition", "NOT" + condition);
            function.with("Role", Functions.either(condition, branches.get(1), role.arn()));
            transformation.conditions().put("NOT" + condition,
                    Functions.map("Fn::Not", Functions.list(Functions.map("Condition", condition))));
        }
    }
}
