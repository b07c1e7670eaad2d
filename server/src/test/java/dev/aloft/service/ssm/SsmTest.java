package dev.aloft.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.service.secretsmanager.SecretsManagerService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SsmTest {
    private static final Caller ROOT =
            new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r", null, 0,
        "http://localhost:4566", "127.0.0.1", "test");

    private final MemoryStore store = new MemoryStore();
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final SsmService service = new SsmService(store, KeyFile.inMemory(), new TestTime(), endpoint,
        new Targets());
    private final Ssm ssm = Ssm.at(endpoint);

    SsmTest() {
        endpoint.add(service);
    }

    private long put(String name, String type, String value, boolean overwrite) {
        return ssm.putParameter(ROOT, Ssm.PutParameterRequest.of(
            r -> r.name(name).type(type).value(value).overwrite(overwrite))).version();
    }

    private Ssm.Parameter get(String name) {
        return ssm.getParameter(ROOT, Ssm.GetParameterRequest.of(r -> r.name(name))).parameter();
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
            .hasMessageStartingWith(message);
    }

    @Test
    void namesHaveRules() {
        refused("AccessDeniedException", "No access to reserved parameter name: /aws/x.",
                () -> put("/aws/x", "String", "1", false));
        refused("ValidationException", "Parameter name: can't be prefixed with \"ssm\"",
                () -> put("ssmX", "String", "1", false));
        refused("ValidationException", "Parameter name: can't be prefixed", () -> put("/a b", "String", "1", false));
        refused("ValidationException", "Parameter name must be a fully qualified name.",
                () -> put("a/b", "String", "1", false));
        refused("HierarchyLevelLimitExceededException", "The hierarchy",
                () -> put("/a".repeat(16), "String", "1", false));
        refused("ValidationException", "The parameter doesn't meet the parameter name requirements.",
            () -> ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(r -> r.path("x"))));
    }

    @Test
    void whatCannotBePutIsTold() {
        put("/x", "String", "1", false);
        refused("ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option in the"
            + " request to true.", () -> put("/x", "String", "2", false));
        refused("ValidationException", "A parameter type is required when you create a parameter.",
            () -> put("/y", null, "2", false));
        refused("HierarchyTypeMismatchException", "The parameter's type is String",
                () -> put("/x", "StringList", "2", true));
        refused("ValidationException", "Standard tier parameters support a maximum parameter value of 4096 characters.",
            () -> put("/y", "String", "x".repeat(4097), false));
        // Terraform's way of saying that there is none.
        ssm.putParameter(ROOT, Ssm.PutParameterRequest.of(
                r -> r.name("/z").type("String").value("a").allowedPattern("")));
        refused("ParameterPatternMismatchException",
                "Parameter value, cannot be validated against allowedPattern: \\d+",
            () -> ssm.putParameter(ROOT, Ssm.PutParameterRequest.of(
                r -> r.name("/y").type("String").value("a").allowedPattern("\\d+"))));
        refused("ParameterPatternMismatchException", "Parameter value",
                () -> ssm.putParameter(ROOT, Ssm.PutParameterRequest.of(
            r -> r.name("/y").type("String").value("a".repeat(200)).allowedPattern("(a+)+b"))));
        refused("NotImplemented", "PutParameter with Policies", () -> ssm.putParameter(ROOT, Ssm.PutParameterRequest.of(
            r -> r.name("/y").type("String").value("a").policies("[{}]"))));
    }

    @Test
    void whatIsNotThereIsNotFound() {
        refused("ParameterNotFound", "", () -> get("/none"));
        put("/x", "String", "1", false);
        refused("ParameterVersionNotFound",
                "Systems Manager could not find version 7 of /x. Verify the version and try again.",
            () -> get("/x:7"));
        refused("ParameterNotFound", "",
                () -> ssm.deleteParameter(ROOT, Ssm.DeleteParameterRequest.of(r -> r.name("/none"))));
        refused("InvalidResourceId", "The resource ID", () -> ssm.listTagsForResource(ROOT,
            Ssm.ListTagsForResourceRequest.of(r -> r.resourceType("Parameter").resourceId("/none"))));
    }

    @Test
    void aParameterHasVersions() {
        assertThat(put("/cdk-bootstrap/hnb659fds/version", "String", "21", false)).isEqualTo(1);
        assertThat(put("/cdk-bootstrap/hnb659fds/version", null, "30", true)).isEqualTo(2);
        var parameter = get("/cdk-bootstrap/hnb659fds/version");
        assertThat(parameter.value()).isEqualTo("30");
        assertThat(parameter.type()).isEqualTo("String");
        assertThat(parameter.arn())
                .isEqualTo("arn:aws:ssm:us-east-1:111122223333:parameter/cdk-bootstrap/hnb659fds/version");
        assertThat(get(parameter.arn()).value()).isEqualTo("30");
        var first = get("/cdk-bootstrap/hnb659fds/version:1");
        assertThat(first.value()).isEqualTo("21");
        assertThat(first.selector()).isEqualTo(":1");
        put("flat", "String", "x", false);
        assertThat(get("arn:aws:ssm:us-east-1:111122223333:parameter/flat").value()).isEqualTo("x");
    }

    @Test
    void aHundredVersionsAreKept() {
        for (int i = 0; i < 103; i++) {
            put("/x", "String", "v" + i, true);
        }
        var history = ssm.getParameterHistory(ROOT, Ssm.GetParameterHistoryRequest.of(r -> r.name("/x")));
        assertThat(history.parameters()).hasSize(50);
        assertThat(history.parameters().getFirst().version()).isEqualTo(4);
        var more = ssm.getParameterHistory(ROOT, Ssm.GetParameterHistoryRequest.of(
            r -> r.name("/x").nextToken(history.nextToken())));
        assertThat(more.parameters().getLast().version()).isEqualTo(103);
        assertThat(more.nextToken()).isNull();
    }

    @Test
    void severalAreFoundByNameAndByPath() {
        for (var name : List.of("/app/a", "/app/b/c", "/app/d", "/application", "/other")) {
            put(name, "String", name, false);
        }
        var several = ssm
                .getParameters(ROOT, Ssm.GetParametersRequest.of(r -> r.names(List.of("/app/a", "/no", "/app/d:9"))));
        assertThat(several.parameters()).extracting(Ssm.Parameter::name).containsExactly("/app/a");
        assertThat(several.invalidParameters()).containsExactly("/no", "/app/d:9");
        var level = ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(r -> r.path("/app")));
        assertThat(level.parameters()).extracting(Ssm.Parameter::name).containsExactly("/app/a", "/app/d");
        var first = ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(
            r -> r.path("/app/").recursive(true).maxResults(2)));
        assertThat(first.parameters()).extracting(Ssm.Parameter::name).containsExactly("/app/a", "/app/b/c");
        var second = ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(
            r -> r.path("/app/").recursive(true).maxResults(2).nextToken(first.nextToken())));
        assertThat(second.parameters()).extracting(Ssm.Parameter::name).containsExactly("/app/d");
        assertThat(second.nextToken()).isNull();
        var all = ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(r -> r.path("/").recursive(true)));
        assertThat(all.parameters()).hasSize(5);
        var described = ssm.describeParameters(ROOT, Ssm.DescribeParametersRequest.of(r -> r.parameterFilters(List.of(
            Ssm.ParameterStringFilter.of(f -> f.key("Name").option("BeginsWith").values(List.of("/app")))))));
        assertThat(described.parameters()).hasSize(4);
        refused("InvalidFilterKey", "The following filter key is not valid: Label", () -> ssm.describeParameters(ROOT,
            Ssm.DescribeParametersRequest.of(r -> r.parameterFilters(List.of(filter("Label", null, "x"))))));
        var deleted = ssm
                .deleteParameters(ROOT, Ssm.DeleteParametersRequest.of(r -> r.names(List.of("/app/a", "/no"))));
        assertThat(deleted.deletedParameters()).containsExactly("/app/a");
        assertThat(deleted.invalidParameters()).containsExactly("/no");
    }

    /** As Moto's tests verified on AWS. */
    @Test
    void aNameWithOneLevelHasASlashOrNone() {
        for (var name : List.of("/with", "without")) {
            var other = name.startsWith("/") ? name.substring(1) : "/" + name;
            put(name, "String", "1", false);
            assertThat(get(other)).returns(name, Ssm.Parameter::name).returns("1", Ssm.Parameter::value);
            refused("ParameterAlreadyExists", "The parameter already exists", () -> put(other, "String", "2", false));
            assertThat(put(other, "String", "2", true)).isEqualTo(2);
            assertThat(get(name + ":1").value()).isEqualTo("1");
            assertThat(get(get(name).arn()).value()).isEqualTo("2");
            ssm.deleteParameter(ROOT, Ssm.DeleteParameterRequest.of(r -> r.name(other)));
            refused("ParameterNotFound", "", () -> get(name));
        }
        put("a", "String", "1", false);
        put("/b", "String", "1", false);
        put("/b/c", "String", "1", false);
        var root = ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(r -> r.path("/").maxResults(1)));
        var rest = ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(
                r -> r.path("/").nextToken(root.nextToken())));
        assertThat(root.parameters()).extracting(Ssm.Parameter::name).containsExactly("a");
        assertThat(rest.parameters()).extracting(Ssm.Parameter::name).containsExactly("/b");
        assertThat(described(filter("Name", null, "b"))).containsExactly("/b");
        assertThat(described(filter("Path", null, "/"))).containsExactlyInAnyOrder("a", "/b");
    }

    private static Ssm.ParameterStringFilter filter(String key, String option, String... values) {
        return Ssm.ParameterStringFilter.of(f -> f.key(key).option(option)
                .values(values.length == 0 ? null : List.of(values)));
    }

    private List<String> described(Ssm.ParameterStringFilter... filters) {
        return ssm.describeParameters(ROOT, Ssm.DescribeParametersRequest.of(r -> r.parameterFilters(List.of(filters))))
                .parameters().stream().map(Ssm.ParameterMetadata::name).toList();
    }

    @Test
    void filtersThatMeanNothingAreRefused() {
        refused("InvalidFilterValue", "The following filter values are missing : null for filter key Name",
                () -> described(filter("Name", null)));
        refused("InvalidFilterKey", "The following filter is duplicated in the request: Name. A request can",
                () -> described(filter("Name", null, "x"), filter("Name", null, "y")));
        refused("InvalidFilterOption",
                "The following filter option is not valid: Equals. Valid options include: [Recursive, OneLevel].",
                () -> described(filter("Path", "Equals", "/x")));
        refused("InvalidFilterOption",
                "The following filter option is not valid: option. Valid options include: [BeginsWith, Equals].",
                () -> described(filter("Name", "option", "x")));
        refused("InvalidFilterValue", "The following filter value is not valid: x. Valid values include: "
                + "[Standard, Advanced, Intelligent-Tiering].", () -> described(filter("Tier", null, "x")));
        refused("ValidationException", "Filters for common parameters can't be prefixed with \"aws\" or \"ssm\"",
                () -> described(filter("Path", null, "/aws")));
        refused("ValidationException", "The parameter doesn't meet the parameter name requirements.",
                () -> described(filter("Path", null, "x")));
        refused("InvalidFilterKey",
                "The following filter key is not valid: Name. Valid filter keys include: [Type, KeyId].",
                () -> ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(
                        r -> r.path("/").parameterFilters(List.of(filter("Name", null, "x"))))));
        refused("ValidationException", "The following data type is not supported: x",
                () -> ssm.putParameter(ROOT, Ssm.PutParameterRequest.of(
                        r -> r.name("n").type("String").value("v").dataType("x"))));
    }

    @Test
    void underAPathALabelChoosesTheVersion() {
        put("/app/x", "String", "1", false);
        put("/app/y", "String", "1", false);
        ssm.labelParameterVersion(ROOT, Ssm.LabelParameterVersionRequest.of(
                r -> r.name("/app/x").parameterVersion(1L).labels(List.of("live"))));
        put("/app/x", "String", "2", true);
        var found = ssm.getParametersByPath(ROOT, Ssm.GetParametersByPathRequest.of(
                r -> r.path("/app").parameterFilters(List.of(filter("Label", null, "live")))));
        assertThat(found.parameters()).extracting(Ssm.Parameter::value).containsExactly("1");
    }

    @Test
    void tagsAreKeptOverNewVersions() {
        ssm.putParameter(ROOT, Ssm.PutParameterRequest.of(r -> r.name("/x").type("String").value("1")
            .tags(List.of(Ssm.Tag.of(t -> t.key("team").value("blue"))))));
        put("/x", "String", "2", true);
        ssm.addTagsToResource(ROOT, Ssm.AddTagsToResourceRequest.of(r -> r.resourceType("Parameter").resourceId("/x")
            .tags(List.of(Ssm.Tag.of(t -> t.key("cost").value("1"))))));
        assertThat(ssm.listTagsForResource(ROOT, Ssm.ListTagsForResourceRequest.of(
            r -> r.resourceType("Parameter").resourceId("/x"))).tagList()).extracting(Ssm.Tag::key)
            .containsExactly("cost", "team");
    }

    @Test
    void aTemplatesParameterIsMadeChangedAndDeleted() {
        var type = service.resourceTypes().getFirst();
        var first = desired(Map.of("Name", "/cdk/version", "Type", "String", "Value", "21"));
        var made = type.create(ROOT, first);
        assertThat(made.physicalId()).isEqualTo("/cdk/version");
        assertThat(type.create(ROOT, first)).isEqualTo(made);
        var second = desired(Map.of("Name", "/cdk/version", "Type", "String", "Value", "22"));
        assertThat(type.update(ROOT, "/cdk/version", first, second).attributes().get("Value")).isEqualTo("22");
        type.delete(ROOT, "/cdk/version", second);
        type.delete(ROOT, "/cdk/version", second);
        assertThat(type.read(ROOT, "/cdk/version")).isEmpty();
        put("/taken", "String", "1", false);
        refused("ParameterAlreadyExists", "The parameter already exists.",
            () -> type.create(ROOT, desired(Map.of("Name", "/taken", "Type", "String", "Value", "1"))));
    }

    private static ResourceType.Desired desired(Map<String, Object> properties) {
        return new ResourceType.Desired("arn:stack", "app", "P", "t", properties, Map.of());
    }

    private Ssm.LabelParameterVersionResponse label(Long version, String... labels) {
        return ssm.labelParameterVersion(ROOT, Ssm.LabelParameterVersionRequest.of(
                r -> r.name("/x").parameterVersion(version).labels(List.of(labels))));
    }

    @Test
    void aLabelIsOnOneVersionAndFindsIt() {
        put("/x", "String", "1", false);
        put("/x", "String", "2", true);
        var labelled = label(1L, "prod", "1st", "AWSx");
        assertThat(labelled.invalidLabels()).containsExactly("1st", "AWSx");
        assertThat(get("/x:prod").value()).isEqualTo("1");
        assertThat(get("/x:prod").selector()).isEqualTo(":prod");
        label(null, "prod");
        assertThat(get("/x:prod").version()).isEqualTo(2);
        refused("ParameterVersionLabelLimitExceeded", "A parameter version can have maximum 10 labels.",
                () -> label(null, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
        var gone = ssm.unlabelParameterVersion(ROOT, Ssm.UnlabelParameterVersionRequest.of(
                r -> r.name("/x").parameterVersion(2L).labels(List.of("prod", "none"))));
        assertThat(gone.removedLabels()).containsExactly("prod");
        assertThat(gone.invalidLabels()).containsExactly("none");
        refused("ParameterVersionNotFound", "Systems Manager could not find version prod of /x.", () -> get("/x:prod"));
    }

    @Test
    void theOldestVersionIsNotForgottenWhileItHasALabel() {
        put("/x", "String", "0", false);
        label(1L, "keep");
        for (int i = 1; i < 100; i++) {
            put("/x", "String", "" + i, true);
        }
        refused("ParameterMaxVersionLimitExceeded",
                "You attempted to create a new version of /x by calling the PutParameter"
                + " API with the overwrite flag. Version 1, the oldest version, can't be deleted",
                () -> put("/x", "String", "100", true));
    }

    @Test
    void secretsAreReadAsIfTheyWereParameters() {
        endpoint.add(new SecretsManagerService(store, KeyFile.inMemory(), new TestTime(), endpoint));
        SecretsManager.at(endpoint).createSecret(ROOT, SecretsManager.CreateSecretRequest.of(
                r -> r.name("db").secretString("hush").clientRequestToken("1".repeat(32))));
        var name = "/aws/reference/secretsmanager/db";
        refused("ValidationException", "WithDecryption flag must be True for retrieving a Secret Manager secret.",
                () -> get(name));
        var found = ssm.getParameter(ROOT, Ssm.GetParameterRequest.of(r -> r.name(name).withDecryption(true)))
                .parameter();
        assertThat(found.value()).isEqualTo("hush");
        assertThat(found.sourceResult()).contains("\"SecretString\":\"hush\"");
        var several = ssm.getParameters(ROOT, Ssm.GetParametersRequest.of(r -> r.withDecryption(true)
                .names(List.of(name, name + "2"))));
        assertThat(several.parameters()).hasSize(1);
        assertThat(several.invalidParameters()).containsExactly(name + "2");
        refused("ParameterNotFound",
                "An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret " + name
                + "2 not found.", () -> ssm.getParameter(ROOT, Ssm.GetParameterRequest.of(
                        r -> r.name(name + "2").withDecryption(true))));
    }

    @Test
    void aPathThatIsAskedForHasItsForm() {
        refused("ValidationException", "Parameter name: can't be prefixed", () -> get("/a//b"));
        refused("ValidationException", "Parameter name: can't be prefixed", () -> get("a/b"));
    }
}
