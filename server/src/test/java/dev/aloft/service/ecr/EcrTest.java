package dev.aloft.service.ecr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EcrTest {
    private static final Caller ROOT =
        new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r", null, 0,
        "http://localhost:4566", "127.0.0.1", "test");
    private static final String POLICY = """
        {"Version":"2012-10-17","Statement":[{"Sid":"LambdaPull","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},\
        "Action":["ecr:BatchGetImage"]}]}""";

    private static final String LIFECYCLE = """
        {"rules":[{"rulePriority":1,"description":"Untagged images go after a month","selection":{"tagStatus":"untagged",\
        "countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"expire"}}]}""";

    @TempDir
    static Path folder;

    private final MemoryStore store = new MemoryStore();
    private final TestTime time = new TestTime();
    private final Contents contents = new Contents(folder, time);
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final EcrService service = new EcrService(store, contents, KeyFile.inMemory(), time, endpoint, () -> false,
        new Targets());
    private final Ecr ecr = Ecr.at(endpoint);

    EcrTest() {
        endpoint.add(service);
    }

    private Ecr.Repository create(String name) {
        return ecr.createRepository(ROOT, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName(name))).repository();
    }

    @Test
    void whatIsNotThereOrTwiceIsTold() {
        assertThatThrownBy(() -> ecr.describeRepositories(ROOT,
            Ecr.DescribeRepositoriesRequest.of(r -> r.repositoryNames(List.of("none")))))
            .isInstanceOf(Ecr.RepositoryNotFoundException.class)
            .hasMessage("The repository with name 'none' does not exist in the registry with id '111122223333'");
        create("app");
        assertThatThrownBy(() -> create("app")).isInstanceOf(Ecr.RepositoryAlreadyExistsException.class)
            .hasMessage("The repository with name 'app' already exists in the registry with id '111122223333'");
        assertThatThrownBy(() ->
            ecr.getLifecyclePolicy(ROOT, Ecr.GetLifecyclePolicyRequest.of(r -> r.repositoryName("app"))))
            .hasMessage("Lifecycle policy does not exist for the repository with name 'app' in the registry "
                + "with id '111122223333'");
        assertThatThrownBy(() ->
            ecr.createRepository(ROOT, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("other")
            .encryptionConfiguration(Ecr.EncryptionConfiguration.of(e -> e.encryptionType("KMS"))))))
            .hasMessageContaining("KMS");
    }

    @Test
    void repositoriesAreMadeListedAndDeleted() {
        var made = create("b/app");
        assertThat(made.repositoryArn()).isEqualTo("arn:aws:ecr:us-east-1:111122223333:repository/b/app");
        assertThat(made.repositoryUri()).isEqualTo("localhost:4566/111122223333.dkr.ecr.us-east-1/b/app");
        create("aa");
        create("cc");
        var first = ecr.describeRepositories(ROOT, Ecr.DescribeRepositoriesRequest.of(r -> r.maxResults(2)));
        assertThat(first.repositories()).extracting(Ecr.Repository::repositoryName).containsExactly("aa", "b/app");
        var second = ecr.describeRepositories(ROOT,
            Ecr.DescribeRepositoriesRequest.of(r -> r.maxResults(2).nextToken(first.nextToken())));
        assertThat(second.repositories()).extracting(Ecr.Repository::repositoryName).containsExactly("cc");
        ecr.deleteRepository(ROOT, Ecr.DeleteRepositoryRequest.of(r -> r.repositoryName("aa")));
        assertThat(ecr.describeRepositories(ROOT, Ecr.DescribeRepositoriesRequest.of(_ -> { })).repositories())
            .hasSize(2);
    }

    @Test
    void theRepositoryOfABootstrapIsMadeChangedAndDeleted() {
        var type = service.resourceTypes().getFirst();
        var first = desired(Map.of("RepositoryName", "cdk-assets", "ImageTagMutability", "IMMUTABLE",
            "LifecyclePolicy", Map.of("LifecyclePolicyText", LIFECYCLE), "RepositoryPolicyText",
            JsonReader.tree(POLICY)));
        var made = type.create(ROOT, first);
        assertThat(made.physicalId()).isEqualTo("cdk-assets");
        assertThat(type.create(ROOT, first)).isEqualTo(made);
        assertThat(service.policy(ROOT, (String) made.attributes().get("Arn")).orElseThrow()).contains("LambdaPull");
        var second = desired(Map.of("RepositoryName", "cdk-assets"));
        type.update(ROOT, "cdk-assets", first, second);
        assertThat(service.policy(ROOT, (String) made.attributes().get("Arn"))).isEmpty();
        type.delete(ROOT, "cdk-assets", second);
        type.delete(ROOT, "cdk-assets", second);
        assertThat(type.read(ROOT, "cdk-assets")).isEmpty();
        assertThat(type.create(ROOT, desired(Map.of())).physicalId()).startsWith("app-repo-").isLowerCase();
    }

    private static ResourceType.Desired desired(Map<String, Object> properties) {
        return new ResourceType.Desired("arn:stack", "app", "Repo", "t", properties, Map.of());
    }

    @Test
    void whatIsNotValidIsToldInEcrsOwnWords() {
        assertThatThrownBy(() -> create("Upper")).isInstanceOf(ApiError.class)
            .hasMessage("Invalid parameter at 'repositoryName' failed to"
            + " satisfy constraint: 'must satisfy regular expression "
            + "'(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''");
        assertThatThrownBy(() -> ecr.createRepository(ROOT,
            Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("app").imageTagMutability("no"))))
            .hasMessage("Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must "
                + "satisfy enum value set: [IMMUTABLE, MUTABLE, MUTABLE_WITH_EXCLUSION, IMMUTABLE_WITH_EXCLUSION]'");
    }
}
