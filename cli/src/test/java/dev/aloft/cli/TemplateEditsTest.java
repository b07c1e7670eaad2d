package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateEditsTest {
    @TempDir
    Path folder;

    @Test
    void aSyntaxErrorIsToldWithItsPlace() {
        assertThatThrownBy(() -> read("Resources:\n  A:\n    Type: AWS::S3::Bucket\n   Properties: {}\n"))
                .isInstanceOf(CommandFailed.class)
                .hasMessage("template.yaml line 4, column 4: expected <block end>, but found '<block mapping start>'");
    }

    @Test
    void aBuildMethodNamesTheCommandThatBuilds() {
        assertThatThrownBy(() -> read("""
                        Resources:
                          A:
                            Type: AWS::Serverless::Function
                            Metadata: {BuildMethod: rust-cargolambda}
                            Properties: {CodeUri: src}
                        """))
                .hasMessage("A is built with BuildMethod rust-cargolambda, which aloft does not do: "
                        + "run sam build, then aloft up .aws-sam/build/template.yaml");
    }

    @Test
    void onlyThePlaceOfTheCodeChanges() throws IOException {
        assertThat(packaged("""
                        # Größe 😀
                        Resources:
                          A:
                            Type: AWS::Serverless::Function
                            Properties:
                              Description: "Grüße 😀"
                              CodeUri: src/   # here
                              Handler: a.b
                        """))
                .isEqualTo("""
                        # Größe 😀
                        Resources:
                          A:
                            Type: AWS::Serverless::Function
                            Properties:
                              Description: "Grüße 😀"
                              CodeUri: "s3://b/src/"   # here
                              Handler: a.b
                        """);
    }

    @Test
    void flowMappingsAndJsonAreEditedInPlace() throws IOException {
        assertThat(packaged("Resources: {A: {Type: AWS::Lambda::Function, Properties: {Code: src, Handler: a.b}}}"))
                .isEqualTo("Resources: {A: {Type: AWS::Lambda::Function, Properties: "
                        + "{Code: {\"S3Bucket\": \"b\", \"S3Key\": \"src\"}, Handler: a.b}}}");
        assertThat(packaged("""
                        {"Resources": {"A": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"BodyS3Location": "api.yaml"}}}}"""))
                .isEqualTo("""
                        {"Resources": {"A": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"BodyS3Location": \
                        {"Bucket": "b", "Key": "api.yaml"}}}}}""");
    }

    @Test
    void aFunctionWithoutCodeUriIsTheTemplatesFolder() throws IOException {
        assertThat(packaged("""
                        Resources:
                          A:
                            Type: AWS::Serverless::Function
                            Properties:
                              Handler: a.b
                        """))
                .isEqualTo("""
                        Resources:
                          A:
                            Type: AWS::Serverless::Function
                            Properties:
                              CodeUri: "s3://b/."
                              Handler: a.b
                        """);
        assertThat(packaged("{\"Resources\": {\"A\": {\"Type\": \"AWS::Serverless::Function\", \"Properties\": "
                + "{\"Handler\": \"a.b\"}}}}"))
                .contains("{\"CodeUri\": \"s3://b/.\", \"Handler\": \"a.b\"}");
    }

    @Test
    void codeOfGlobalsIsEnough() throws IOException {
        var source = read("""
                Globals:
                  Function:
                    CodeUri: src
                Resources:
                  A:
                    Type: AWS::Serverless::Function
                    Properties:
                      Handler: a.b
                """);
        assertThat(source.artifacts()).singleElement().satisfies(artifact -> {
            assertThat(artifact.owner()).isEqualTo("Globals");
            assertThat(artifact.path()).isEqualTo("src");
            assertThat(artifact.line()).isEqualTo(3);
        });
    }

    @Test
    void whatIsNotOnThisMachineStaysAsItIs() throws IOException {
        for (var code : new String[] {"s3://bucket/key.zip", "https://example.com/a.zip", "!Ref Code",
                "{Bucket: a, Key: b}"}) {
            var text = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: " + code
                    + "\n";
            assertThat(packaged(text)).isEqualTo(text);
        }
        var inline = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      "
                + "InlineCode: exports.a = 1\n";
        assertThat(packaged(inline)).isEqualTo(inline);
    }

    private String packaged(String text) throws IOException {
        var source = read(text);
        source.artifacts().forEach(artifact -> source.replace(artifact, "b", artifact.path()));
        return source.text();
    }

    private TemplateSource read(String text) throws IOException {
        return TemplateSource.read(Files.writeString(folder.resolve("template.yaml"), text));
    }
}
