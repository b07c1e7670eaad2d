package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateSourceTest {
    @TempDir
    private Path folder;

    private String packaged(String text) throws IOException {
        var file = Files.writeString(folder.resolve("template.yaml"), text);
        var source = TemplateSource.read(file);
        source.artifacts()
                .forEach(artifact -> source.replace(artifact, "bucket", artifact.path().replaceAll(".*/", "") + "!"));
        return source.text();
    }

    @Test
    void codeOnThisMachineBecomesAnAddressAndAllElseStays() throws IOException {
        assertThat(packaged("""
                Resources: # all
                  F:
                    Type: AWS::Serverless::Function
                    Properties: {CodeUri: src/app, Runtime: python3.13}
                  G:
                    Type: AWS::Lambda::Function
                    Properties:
                      Code: {ZipFile: x}
                """)).isEqualTo("""
                Resources: # all
                  F:
                    Type: AWS::Serverless::Function
                    Properties: {CodeUri: "s3://bucket/app!", Runtime: python3.13}
                  G:
                    Type: AWS::Lambda::Function
                    Properties:
                      Code: {ZipFile: x}
                """);
    }

    @Test
    void templatesOfNestedStacksBecomeUrls() throws IOException {
        assertThat(packaged("""
                Resources:
                  A:
                    Type: AWS::CloudFormation::Stack
                    Properties:
                      TemplateURL: ./nested/a.yaml
                  B:
                    Type: AWS::Serverless::Application
                    Properties:
                      Location: b.yaml
                  C:
                    Type: AWS::Serverless::Application
                    Properties:
                      Location: {ApplicationId: x, SemanticVersion: 1.0.0}
                  D:
                    Type: AWS::CloudFormation::Stack
                    Properties:
                      TemplateURL: https://s3.amazonaws.com/mine/d.yaml
                """)).contains("TemplateURL: \"https://s3.amazonaws.com/bucket/a.yaml!\"")
                .contains("Location: \"https://s3.amazonaws.com/bucket/b.yaml!\"")
                .contains("Location: {ApplicationId: x, SemanticVersion: 1.0.0}")
                .contains("TemplateURL: https://s3.amazonaws.com/mine/d.yaml");
    }

    @Test
    void includedFilesAreFoundWhereverTheyStand() throws IOException {
        assertThat(packaged("""
                Resources:
                  A:
                    Type: AWS::Serverless::Api
                    Properties:
                      DefinitionBody:
                        Fn::Transform:
                          Name: AWS::Include
                          Parameters:
                            Location: api/openapi.yaml
                Outputs:
                  O: {Value: !Transform {Name: AWS::Include, Parameters: {Location: o.yaml}}}
                  P: {Value: !Transform {Name: Mine, Parameters: {Location: p.yaml}}}
                  Q: {Value: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Ref Where}}}}
                """)).contains("Location: \"s3://bucket/openapi.yaml!\"").contains("{Location: \"s3://bucket/o.yaml!\"}")
                .contains("{Location: p.yaml}").contains("{Location: !Ref Where}");
    }

    @Test
    void aLayerThatSamWouldBuildGoesWhereItsRuntimeLooks(@TempDir Path folder) throws IOException {
        var template = Files.writeString(folder.resolve("template.yaml"), """
                Resources:
                  Node: {Type: AWS::Serverless::LayerVersion, Metadata: {BuildMethod: nodejs22.x}, Properties: {ContentUri: a}}
                  Python: {Type: AWS::Serverless::LayerVersion, Metadata: {BuildMethod: python3.13}, Properties: {ContentUri: b}}
                  Plain: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: c}}
                """);
        assertThat(TemplateSource.read(template).artifacts()).extracting(artifact -> artifact.build().within())
                .containsExactly("nodejs/", "python/", "");
    }

    @Test
    void imagesInFilesAreNamedWhereTheyAre() throws IOException {
        var file = Files.writeString(folder.resolve("template.yaml"), """
                Resources:
                  F:
                    Type: AWS::Serverless::Function
                    Properties: {PackageType: Image, ImageUri: ./image.tar}
                    Metadata: {Dockerfile: Dockerfile}
                  G:
                    Type: AWS::Lambda::Function
                    Properties:
                      Code: {ImageUri: 000000000000.dkr.ecr.us-east-1.amazonaws.com/g:v1}
                  H:
                    Type: AWS::Lambda::Function
                    Properties:
                      Code: {ImageUri: layout/../layout.tgz}
                """);
        var source = TemplateSource.read(file);
        source.artifacts().forEach(artifact -> source.replaceImage(artifact, artifact.form() + ":" + artifact.path()));
        assertThat(source.text())
                .contains("ImageUri: \"IMAGE_FILE:./image.tar\"", "{ImageUri: 0000",
                        "\"IMAGE_FILE:layout/../layout.tgz\"");
    }

    @Test
    void anImageThatIsStillToBeBuiltIsRefusedWithWhatToDo() throws IOException {
        for (var uri : new String[] {"", ", ImageUri: 'hello:latest'"}) {
            var file = Files.writeString(folder.resolve("template.yaml"), """
                    Resources:
                      F:
                        Type: AWS::Serverless::Function
                        Properties: {PackageType: Image%s}
                        Metadata: {Dockerfile: Dockerfile, DockerContext: .}
                    """.formatted(uri));
            assertThatThrownBy(() -> TemplateSource.read(file)).isInstanceOf(CommandFailed.class)
                    .hasMessageStartingWith("F is a container image that is built from a Dockerfile")
                    .hasMessageContaining("docker save");
        }
    }
}
