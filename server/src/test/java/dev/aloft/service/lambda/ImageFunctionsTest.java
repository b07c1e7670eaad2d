package dev.aloft.service.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.image.Digest;
import dev.aloft.kernel.image.Manifest;
import dev.aloft.kernel.image.TestImages;
import dev.aloft.kernel.image.TestImages.Archive;
import dev.aloft.kernel.sandbox.Isolation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Functions that are container images. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageFunctionsTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/r";
    private static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
    /** Speaks the Runtime API in plain bash. */
    private static final String BOOTSTRAP = """
            #!/usr/bin/bash
            api=$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
            ask() { exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}
                printf '%s /2018-06-01/runtime/%s HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "$1" "$2" ${#3} "$3" >&3
                length=0
                while IFS= read -r line <&3; line=${line%$'\\r'}; [ -n "$line" ]; do
                    case ${line,,} in
                        lambda-runtime-aws-request-id:*) id=${line#*: };;
                        content-length:*) length=${line#*: };;
                    esac
                done
                IFS= read -r -N "$length" said <&3
                exec 3>&-
            }
            while :; do
                ask GET invocation/next ''
                case $said in
                    *crash*) exit 5;;
                    *mark*) answer="\\"$(cat /tmp/mark 2> /dev/null)\\""; echo kept > /tmp/mark;;
                    *extension*) answer="\\"$(cat /tmp/extension)\\"";;
                    *) answer="\\"$* in $PWD: $GREETING $FROM_IMAGE ${_HANDLER-none} ${LAMBDA_TASK_ROOT}\\"";;
                esac
                ask POST invocation/$id/response "$answer"
            done
            """;

    @TempDir
    Path folder;
    private TestLambda platform;
    private Caller caller;

    @BeforeEach
    void start() {
        platform = new TestLambda(folder);
        caller = TestLambda.caller();
        platform.ecr.createRepository(caller, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("app")));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    // ---- making images

    private void push(byte[] content) {
        Ecr ecr = platform.ecr;
        String id = ecr.initiateLayerUpload(caller, Ecr.InitiateLayerUploadRequest.of(r -> r.repositoryName("app")))
                .uploadId();
        ecr.uploadLayerPart(caller,
                Ecr.UploadLayerPartRequest.of(r -> r.repositoryName("app").uploadId(id).partFirstByte(0L)
                .partLastByte(content.length - 1L).layerPartBlob(Bytes.of(content))));
        try {
            ecr.completeLayerUpload(caller, Ecr.CompleteLayerUploadRequest.of(r -> r.repositoryName("app").uploadId(id)
                    .layerDigests(List.of(Digest.ofBytes(content).toString()))));
        } catch (Ecr.LayerAlreadyExistsException _) {
            // of an earlier image
        }
    }

    private static Map<String, Object> descriptor(String type, byte[] content) {
        return Map.of("mediaType", type, "size", content.length, "digest", Digest.ofBytes(content).toString());
    }

    private static byte[] config(String... entryPoint) {
        return JsonWriter.bytes(Map.of("os", "linux", "architecture", "amd64", "config",
                Map.of("Entrypoint", List.of(entryPoint),
                "Cmd", List.of("app.handler"), "Env", List.of("PATH=/usr/bin", "FROM_IMAGE=image's"), "WorkingDir",
                "/folder")));
    }

    private String push(String tag, byte[] config, byte[]... layers) {
        var described = new ArrayList<>();
        push(config);
        for (byte[] layer : layers) {
            push(layer);
            described.add(descriptor(OCI_LAYER, layer));
        }
        var manifest = new LinkedHashMap<String, Object>(Map.of("schemaVersion", 2, "mediaType", Manifest.OCI,
                "config", descriptor(OCI_CONFIG, config), "layers", described));
        return put(tag, JsonWriter.string(manifest));
    }

    private String put(String tag, String manifest) {
        return platform.ecr.putImage(caller,
                Ecr.PutImageRequest.of(r -> r.repositoryName("app").imageTag(tag).imageManifest(manifest)))
                .image().imageId().imageDigest();
    }

    private static byte[] empty() {
        return new Archive().folder("folder").toBytes();
    }

    private String uri(String tag) {
        return caller.account() + ".dkr.ecr." + caller.region() + ".amazonaws.com/app:" + tag;
    }

    private Lambda.FunctionConfiguration create(String uri, Consumer<Lambda.CreateFunctionRequest.Builder> more) {
        return platform.lambda.createFunction(caller, Lambda.CreateFunctionRequest.of(r -> {
            r.functionName("f").role(ROLE).packageType("Image").code(Lambda.FunctionCode.of(c -> c.imageUri(uri)))
                    .timeout(10);
            more.accept(r);
        }));
    }

    // ---- refused

    @Test
    void whatAnImageBringsItselfIsNotGivenBesides() {
        push("v1", config("/boot"), empty());
        assertThatThrownBy(() -> create(uri("v1"), r -> r.runtime("nodejs22.x").handler("index.handler")))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("Please don't provide Handler or Runtime or Layer when the intended function "
                        + "packageType is Image.");
        assertThatThrownBy(() ->
                create(uri("v1"),
                        r -> r.codeSigningConfigArn(
                                "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0")))
                .hasMessage("Code signing is not supported for functions created with container images.");
        assertThatThrownBy(() -> create(uri("v1"), r -> r.packageType("Zip"))).hasMessage(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
        create(uri("v1"), _ -> { });
        assertThatThrownBy(() -> platform.lambda.updateFunctionConfiguration(caller,
                Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("f").handler("x.y"))))
                .hasMessageStartingWith("Please don't provide Handler");
        assertThatThrownBy(() -> platform.lambda.getFunctionCodeSigningConfig(caller,
                Lambda.GetFunctionCodeSigningConfigRequest.of(r -> r.functionName("f"))))
                .hasMessage("Code signing is not supported for functions created with container images.");
    }

    @Test
    void anImageThatIsNotThereOrCannotBe() {
        push("v1", config("/boot"), empty());
        String base = caller.account() + ".dkr.ecr." + caller.region() + ".amazonaws.com/";
        for (String missing : List.of(base + "app:v2", base + "other:v1", base + "app@sha256:" + "0".repeat(64))) {
            assertThatThrownBy(() -> create(missing, _ -> { }))
                    .isInstanceOf(Lambda.InvalidParameterValueException.class)
                    .hasMessage("Source image " + missing + " does not exist. Provide a valid source image.");
        }
        for (String invalid : List.of(base + "app", "app:v1", "docker.io/library/app:v1", base + "App:v1",
                caller.account() + ".dkr.ecr.ap-south-1.amazonaws.com/app:v1")) {
            assertThatThrownBy(() -> create(invalid, _ -> { }))
                    .isInstanceOf(Lambda.InvalidParameterValueException.class)
                    .hasMessage("Source image " + invalid + " is not valid. Provide a valid source image.");
        }
    }

    @Test
    void anIndexAndWhatIsNoContainerIsNotSupported() {
        String digest = push("v1", config("/boot"), empty());
        put("index", JsonWriter.string(Map.of("schemaVersion", 2, "mediaType", Manifest.OCI_INDEX, "manifests",
                List.of(Map.of("mediaType", Manifest.OCI, "digest", digest, "size", 1)))));
        byte[] artifact = "{}".getBytes(StandardCharsets.UTF_8);
        push(artifact);
        put("chart", JsonWriter.string(Map.of("schemaVersion", 2, "mediaType", Manifest.OCI, "layers",
                List.of(descriptor(OCI_LAYER, empty())),
                "config", descriptor("application/vnd.cncf.helm.config.v1+json", artifact))));
        for (String tag : List.of("index", "chart")) {
            assertThatThrownBy(() -> create(uri(tag), _ -> { }))
                    .isInstanceOf(Lambda.InvalidParameterValueException.class).hasMessage(
                    "The image manifest, config or layer media type for the source image " + uri(tag)
                    + " is not supported.");
        }
    }

    @Test
    void filesOfTheMachineAreForRootAlone() {
        Caller user = caller.as(new Principal.User("arn:aws:iam::000000000000:user/u", "AIDAEXAMPLE", "u"));
        assertThatThrownBy(() ->
                platform.lambda.createFunction(user, Lambda.CreateFunctionRequest.of(r -> r.functionName("f").role(ROLE)
                .packageType("Image").code(Lambda.FunctionCode.of(c -> c.imageUri("docker-archive:/etc/passwd"))))))
                .hasMessage("Only the root user may name files of this machine: docker-archive:/etc/passwd");
        assertThatThrownBy(() -> create("docker-archive:/etc/passwd", _ -> { }))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageStartingWith("Source image docker-archive:/etc/passwd cannot be read: ")
                .hasMessageNotContaining("root:");
        assertThatThrownBy(() -> create("oci:/nowhere", _ -> { })).hasMessageContaining("there is no index.json");
    }

    // ---- told

    @Test
    void itIsToldAsAwsTellsIt() {
        String digest = push("v1", config("/boot"), empty());
        var made = create(uri("v1"),
                r -> r.imageConfig(Lambda.ImageConfig.of(i -> i.command(List.of("other.handler")))));
        assertThat(made.packageType()).isEqualTo("Image");
        assertThat(made.codeSha256()).isEqualTo(digest.substring("sha256:".length()));
        assertThat(made.codeSize()).isZero();
        assertThat(made.runtime()).isNull();
        assertThat(made.handler()).isNull();
        assertThat(made.runtimeVersionConfig()).isNull();
        assertThat(made.imageConfigResponse().imageConfig().command()).containsExactly("other.handler");
        var code = platform.lambda.getFunction(caller, Lambda.GetFunctionRequest.of(r -> r.functionName("f"))).code();
        assertThat(code.repositoryType()).isEqualTo("ECR");
        assertThat(code.imageUri()).isEqualTo(uri("v1"));
        assertThat(code.resolvedImageUri()).isEqualTo(uri("v1").replace(":v1", "@" + digest));
        assertThat(code.location()).isNull();
    }

    @Test
    void anotherImageIsAnotherVersion() {
        push("v1", config("/boot"), empty());
        String second = push("v2", config("/other"), empty());
        var made = create(uri("v1"), r -> r.publish(true));
        assertThat(made.version()).isEqualTo("1");
        assertThat(made.functionArn()).endsWith(":function:f");
        assertThatThrownBy(() -> platform.lambda.updateFunctionCode(caller, Lambda.UpdateFunctionCodeRequest.of(
                r -> r.functionName("f").zipFile(Bytes.of(new byte[] {1})))))
                .hasMessage("Please provide ImageUri when updating a function with packageType Image.");
        assertThatThrownBy(() ->
                create(uri("v1"), r -> r.code(Lambda.FunctionCode.of(c -> c.imageUri(uri("v1")).s3Bucket("code")))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageContaining("other FunctionCode parameters");
        assertThatThrownBy(() -> platform.lambda.updateFunctionCode(caller, Lambda.UpdateFunctionCodeRequest.of(
                r -> r.functionName("f").imageUri(uri("v1")).zipFile(Bytes.of(new byte[1])))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageContaining("other FunctionCode parameters");
        var updated = platform.lambda.updateFunctionCode(caller,
                Lambda.UpdateFunctionCodeRequest.of(r -> r.functionName("f").imageUri(uri("v2")).publish(true)));
        assertThat(updated.version()).isEqualTo("2");
        assertThat("sha256:" + updated.codeSha256()).isEqualTo(second);
        var cleared = platform.lambda.updateFunctionConfiguration(caller,
                Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("f")
                .imageConfig(Lambda.ImageConfig.of(i -> i.entryPoint(List.of("/x"))))));
        assertThat(cleared.imageConfigResponse().imageConfig().entryPoint()).containsExactly("/x");
        assertThat(platform.lambda.updateFunctionConfiguration(caller, Lambda.UpdateFunctionConfigurationRequest.of(
                r -> r.functionName("f").imageConfig(Lambda.ImageConfig.of(_ -> { })))).imageConfigResponse()).isNull();
    }

    // ---- run

    private byte[] programs() throws IOException {
        return TestImages.programs("/usr/bin/bash", "/usr/bin/cat").folder("folder").folder("var/task")
                .file("boot", 0755, BOOTSTRAP.getBytes(StandardCharsets.UTF_8)).toBytes();
    }

    private String invoke(String event) {
        assumeTrue(Files.exists(Path.of("/usr/bin/crun")) || Files.exists(Path.of("/usr/sbin/runc")),
                "needs crun or runc");
        var answer = platform.lambda.invoke(caller, Lambda.InvokeRequest.of(r -> r.functionName("f")
                .payload(Bytes.of(("\"" + event + "\"").getBytes(StandardCharsets.UTF_8)))));
        return new String(answer.payload().array(), StandardCharsets.UTF_8);
    }

    @Test
    void itsProgramRunsWithTheImagesSettings() throws IOException {
        push("v1", config("/boot"), programs());
        create(uri("v1"),
                r -> r.environment(Lambda.Environment.of(e -> e.variables(Map.of("GREETING", "hello from")))));
        platform.ecr.batchDeleteImage(caller, Ecr.BatchDeleteImageRequest.of(r -> r.repositoryName("app")
                .imageIds(List.of(Ecr.ImageIdentifier.of(i -> i.imageTag("v1"))))));
        assertThat(invoke("x")).isEqualTo("\"app.handler in /folder: hello from image's none /var/task\"");
        assertThat(invoke("crash")).contains("Runtime exited with error: exit status 5");
        assertThat(invoke("mark")).isEqualTo("\"\"");
        assertThat(invoke("crash")).contains("Runtime.ExitError");
        assertThat(invoke("mark")).isEqualTo("\"kept\"");
    }

    @Test
    void theFunctionsOwnSettingsGoOverTheImages() throws IOException {
        push("v1", config("/nowhere"), programs());
        create(uri("v1"), r -> r.imageConfig(Lambda.ImageConfig.of(i -> i.entryPoint(List.of("bash", "/boot"))
                .command(List.of("one", "two")).workingDirectory("/var/task"))));
        assertThat(invoke("x")).isEqualTo("\"one two in /var/task:  image's none /var/task\"");
    }

    @Test
    void aProgramThatIsNotThereOrIsNone() throws IOException {
        push("v1", config("/nowhere"), programs());
        create(uri("v1"), _ -> { });
        assertThat(invoke("x"))
                .contains("\"errorType\":\"Runtime.InvalidEntrypoint\"",
                        "Error: fork/exec /nowhere: no such file or directory");
        push("v2", config("/arm"), new Archive().folder("folder").file("arm", 0755, foreign()).toBytes());
        platform.lambda.updateFunctionCode(caller,
                Lambda.UpdateFunctionCodeRequest.of(r -> r.functionName("f").imageUri(uri("v2"))));
        assertThat(invoke("x")).contains("Error: fork/exec /arm: exec format error");
        platform.lambda.updateFunctionConfiguration(caller,
                Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("f")
                .imageConfig(Lambda.ImageConfig.of(i -> i.workingDirectory("/none")))));
        assertThat(invoke("x")).contains("Runtime.InvalidWorkingDir", "chdir /none: no such file or directory");
    }

    /** The head of a program for another processor. */
    private static byte[] foreign() {
        byte[] head = new byte[64];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F'}, 0, head, 0, 4);
        head[18] = (byte) 243;
        return head;
    }

    @Test
    void extensionsOfTheImageRunBesideIt() throws IOException {
        byte[] extension = """
                #!/usr/bin/bash
                ask() { exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}
                    printf '%s /2020-01-01/extension/%s HTTP/1.1\\r\\nHost: x\\r\\n%s\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "$1" "$2" "$3" ${#4} "$4" >&3
                    while IFS= read -r line <&3; line=${line%$'\\r'}; [ -n "$line" ]; do
                        case ${line,,} in lambda-extension-identifier:*) id=${line#*: };; esac
                    done
                    exec 3>&-
                }
                ask POST register 'Lambda-Extension-Name: mine' '{"events":["INVOKE"]}'
                echo registered > /tmp/extension
                while :; do ask GET event/next "Lambda-Extension-Identifier: $id" ''; done
                """.getBytes(StandardCharsets.UTF_8);
        push("v1", config("/boot"), programs(), new Archive().file("opt/extensions/mine", 0755, extension).toBytes());
        create(uri("v1"), _ -> { });
        assertThat(invoke("extension")).isEqualTo("\"registered\"");
    }

    @Test
    void anArchiveOfDockerSaveIsAnImageToo() throws IOException {
        byte[] manifest =
                JsonWriter.bytes(List.of(Map.of("Config", "c.json", "RepoTags", List.of("app:v1"), "Layers",
                        List.of("l/layer.tar"))));
        Path archive = Files.write(folder.resolve("saved.tar"), new Archive().file("l/layer.tar", 0644, programs())
                .file("c.json", 0644, config("/boot")).file("manifest.json", 0644, manifest).toBytes());
        create("docker-archive:" + archive + ":app:v1", _ -> { });
        Files.delete(archive);
        assertThat(invoke("x")).startsWith("\"app.handler in /folder");
    }

    @Test
    void whereNothingRunsImagesTheInvocationSaysWhatToInstall() throws IOException {
        platform.close();
        platform = new TestLambda(folder.resolve("none"), Optional.of(Isolation.NONE));
        platform.ecr.createRepository(caller, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("app")));
        push("v1", config("/boot"), empty());
        create(uri("v1"), _ -> { });
        assertThatThrownBy(() -> platform.lambda.invoke(caller, Lambda.InvokeRequest.of(r -> r.functionName("f"))))
                .isInstanceOf(Lambda.InvalidRuntimeException.class).hasMessageContaining("install crun");
    }
}
